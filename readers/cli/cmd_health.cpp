// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "readers/cli/commands.h"
#include "readers/cli/devlink/run_devlink.h"

namespace vmcoredd::cli {

namespace {

// Where vmcoredd-watch answers (collector/health/health_socket.h).
constexpr const char* kSocket = "/run/vmcoredd/health.sock";

Result<std::unique_ptr<devlink::MessageChannel>> Connect(const std::string& path) {
  auto channel = devlink::ConnectUnix(path);
  if (channel || channel.error().code() != ErrorCode::kNotFound) return channel;
  return FailWith(std::move(channel).error(),
                  "vmcoredd-watch does not run, or health reporters are not enabled ([health] in "
                  "vmcoredd.conf)");
}

}  // namespace

void RunHealthCommand(const std::vector<std::string>& arguments, Console& console) {
  std::string socket = kSocket;
  std::vector<std::string> others;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--socket") {
      if (++i == arguments.size()) {
        return console.AddProblem({},
                                  Error(ErrorCode::kInvalidArgument, "--socket: expected a path"));
      }
      socket = arguments[i];
    } else if (word.starts_with("--socket=")) {
      socket = word.substr(word.find('=') + 1);
    } else {
      others.push_back(word);
    }
  }
  devlink_cli::Environment environment;
  environment.open = [socket](const devlink::NetlinkOptions&) { return Connect(socket); };
  environment.program = "vmcoredd health";
  environment.object = "health";
  devlink_cli::RunDevlink(others, environment, console);
}

}  // namespace vmcoredd::cli
