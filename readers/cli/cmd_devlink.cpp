// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/commands.h"
#include "readers/cli/devlink/run_devlink.h"

namespace vmcoredd::cli {

void RunDevlinkCommand(const std::vector<std::string>& arguments, Console& console) {
  devlink_cli::RunDevlink(arguments, devlink_cli::Environment{}, console);
}

}  // namespace vmcoredd::cli
