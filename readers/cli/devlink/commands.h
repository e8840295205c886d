// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_COMMANDS_H_
#define READERS_CLI_DEVLINK_COMMANDS_H_

#include "readers/cli/devlink/arguments.h"
#include "readers/cli/devlink/session.h"

// One function an object of devlink's grammar, in cmd_OBJECT.cpp. `arguments` begins behind
// the object. An error is why it was not done; what was done only in part is also said on
// the session's console.

namespace vmcoredd::devlink_cli {

Result<void> RunRegion(Session& session, Arguments& arguments);
// `only_ports`: `port health show` lists those of ports.
Result<void> RunHealth(Session& session, Arguments& arguments, bool only_ports = false);
Result<void> RunDev(Session& session, Arguments& arguments);
Result<void> RunParam(Session& session, Arguments& arguments);
Result<void> RunPort(Session& session, Arguments& arguments);
Result<void> RunMonitor(Session& session, Arguments& arguments);

// The usage of an object, or of all ("").
Result<void> PrintUsage(Session& session, std::string_view object);
std::string UsageText(const Environment& environment, std::string_view object);

// A command that devlink has, or nobody.
tl::unexpected<Error> CommandNotFound(const Arguments& arguments);
tl::unexpected<Error> NotSupported(const std::string& command);

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_COMMANDS_H_
