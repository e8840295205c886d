// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/session.h"

#include <utility>

namespace vmcoredd::devlink_cli {

namespace {

IprouteWriter::Form FormOf(const Options& options) {
  if (!options.json) return IprouteWriter::Form::kText;
  return options.pretty ? IprouteWriter::Form::kPrettyJson : IprouteWriter::Form::kJson;
}

// Notifications come in bursts while we print.
constexpr size_t kNotificationBytes = size_t{4} << 20;

}  // namespace

Session::Session(const Options& options, const Environment& environment, cli::Console& console)
    : options_(options),
      environment_(environment),
      console_(console),
      sink_([&console](std::string_view text) { console.Print(text); }),
      out_(sink_, FormOf(options)) {}

Result<void> Session::Accept(unsigned features) const {
  const auto refuse = [&](bool is_set, Feature feature, const char* what) -> Result<void> {
    if (!is_set || (features & feature) != 0) return {};
    return Fail(ErrorCode::kInvalidArgument, std::string(what) + " means nothing to this command");
  };
  VMCOREDD_TRY(refuse(options_.typed_json, kTyped, "--typed-json"));
  VMCOREDD_TRY(refuse(options_.raw, kRaw, "--raw"));
  VMCOREDD_TRY(refuse(options_.words, kRegionText, "--words"));
  VMCOREDD_TRY(refuse(options_.header, kRegionText, "--header"));
  return refuse(options_.passive, kPassive, "--passive");
}

Result<devlink::DevlinkClient*> Session::Client() {
  if (client_) return &*client_;
  auto channel = VMCOREDD_TRY(environment_.open({.netns = options_.netns}));
  client_ = VMCOREDD_TRY(devlink::DevlinkClient::Open(std::move(channel)));
  return &*client_;
}

Result<std::unique_ptr<devlink::MessageChannel>> Session::OpenMonitorChannel() const {
  return environment_.open({.netns = options_.netns, .notification_bytes = kNotificationBytes});
}

Result<devlink::Handle> Session::FindNetdev(const std::string& name) {
  if (!ports_) {
    devlink::DevlinkClient* const client = VMCOREDD_TRY(Client());
    auto ports = client->Ports();
    if (!ports) return FailWith(ports.error(), "Failed to create index map");
    ports_ = *std::move(ports);
  }
  for (const devlink::Port& port : *ports_) {
    if (port.netdev == name) return port.handle;
  }
  return Fail(ErrorCode::kNotFound, "Netdevice \"" + SafeText(name) + "\" not found");
}

std::string RegionHandle(const devlink::Handle& handle, std::string_view region) {
  return handle.bus + '/' + handle.device + '/' + std::string(region);
}

}  // namespace vmcoredd::devlink_cli
