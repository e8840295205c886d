// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_RUN_DEVLINK_H_
#define READERS_CLI_DEVLINK_RUN_DEVLINK_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "readers/cli/console.h"
#include "readers/devlink/message_channel.h"

namespace vmcoredd::devlink_cli {

// Where a command runs.
struct Environment {
  // Connects to whom is asked. Called when it is needed, once for requests and once for
  // notifications.
  std::function<Result<std::unique_ptr<devlink::MessageChannel>>(const devlink::NetlinkOptions&)>
      open = devlink::OpenNetlink;
  std::string program = "vmcoredd devlink";  // as the usage calls it
  // The only object there is, which the command line does not name: "health".
  std::string object = {};
};

// `vmcoredd devlink ARGUMENTS...`: what devlink of iproute2 does, with what it says. What
// came of it is said on `console`.
void RunDevlink(const std::vector<std::string>& arguments,
                const Environment& environment,
                cli::Console& console);

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_RUN_DEVLINK_H_
