// SPDX-License-Identifier: LGPL-2.1-or-later
#include <linux/devlink.h>

#include "readers/cli/devlink/commands.h"
#include "readers/cli/devlink/print.h"
#include "readers/cli/devlink/typed_json.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink_cli {

namespace {

using devlink::AttributeTable;
using devlink::DevlinkClient;
using devlink::Handle;
using devlink::Message;

// Asks for one (`handle`) or all of what a command lists, and keeps the messages: an
// interrupted dump starts anew, and nothing that was printed can be taken back.
Result<std::vector<std::vector<std::byte>>> Ask(DevlinkClient& client,
                                                uint8_t command,
                                                const std::optional<Handle>& handle) {
  std::vector<std::vector<std::byte>> messages;
  const auto keep = [&](const Message& message) -> Result<void> {
    messages.emplace_back(message.whole.begin(), message.whole.end());
    return {};
  };
  devlink::MessageBuilder request = client.generic().NewRequest(command);
  if (!handle) {
    VMCOREDD_TRY(client.generic().Dump(std::move(request), keep, [&] { messages.clear(); }));
    return messages;
  }
  bool fits = request.PutString(DEVLINK_ATTR_BUS_NAME, handle->bus) &&
              request.PutString(DEVLINK_ATTR_DEV_NAME, handle->device);
  if (handle->port) fits = fits && request.PutU32(DEVLINK_ATTR_PORT_INDEX, *handle->port);
  if (!fits) return Fail(ErrorCode::kInvalidArgument, "the identification is too long");
  VMCOREDD_TRY(client.generic().Do(std::move(request), keep));
  return messages;
}

// Visits them again.
Result<void> VisitKept(const std::vector<std::vector<std::byte>>& messages,
                       const devlink::MessageVisitor& visit) {
  for (const auto& bytes : messages) {
    VMCOREDD_TRY(devlink::VisitMessages(bytes, 0, std::endian::native, visit));
  }
  return {};
}

Result<void> ShowDevices(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(Session::kTyped));
  std::optional<Handle> handle;
  if (!arguments.is_empty()) {
    handle = VMCOREDD_TRY(TakeDevice(arguments));
    VMCOREDD_TRY(TakeSettings(arguments, {}));
  }
  const Section section(session, "dev");
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  const auto messages = VMCOREDD_TRY(Ask(*client, DEVLINK_CMD_GET, handle));
  std::vector<Handle> devices;
  const auto print = [&](const Message& message) -> Result<void> {
    const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(message));
    if (session.is_typed()) {
      devices.push_back(VMCOREDD_TRY(devlink::ReadHandle(table)));
      return {};
    }
    return PrintDevice(session.out(), table, session.options().statistics);
  };
  VMCOREDD_TRY(VisitKept(messages, print));
  if (session.is_typed()) PrintTypedDevices(session, devices);
  return {};
}

Result<void> ShowInfo(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(Session::kTyped));
  std::optional<Handle> handle;
  if (!arguments.is_empty()) {
    handle = VMCOREDD_TRY(TakeDevice(arguments));
    VMCOREDD_TRY(TakeSettings(arguments, {}));
  }
  const Section section(session, "info");
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  std::vector<devlink::DeviceInfo> infos;
  if (handle) {
    infos.push_back(VMCOREDD_TRY(client->Info(*handle)));
  } else {
    infos = VMCOREDD_TRY(client->Infos());
  }
  if (session.is_typed()) {
    PrintTypedInfos(session, infos);
  } else {
    for (const auto& info : infos) PrintInfo(session.out(), info);
  }
  return {};
}

Result<void> ShowPorts(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(Session::kTyped));
  std::optional<Handle> handle;
  if (!arguments.is_empty()) {
    handle = VMCOREDD_TRY(
        TakePort(arguments, [&](const std::string& name) { return session.FindNetdev(name); }));
    VMCOREDD_TRY(TakeSettings(arguments, {}));
  }
  const Section section(session, "port");
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  const auto messages = VMCOREDD_TRY(Ask(*client, DEVLINK_CMD_PORT_GET, handle));
  std::vector<devlink::Port> ports;
  const auto print = [&](const Message& message) -> Result<void> {
    if (session.is_typed()) {
      ports.push_back(VMCOREDD_TRY(devlink::ReadPort(message)));
      return {};
    }
    const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(message));
    return PrintPort(session.out(), table);
  };
  VMCOREDD_TRY(VisitKept(messages, print));
  if (session.is_typed()) PrintTypedPorts(session, ports);
  return {};
}

}  // namespace

Result<void> RunDev(Session& session, Arguments& arguments) {
  if (arguments.is_empty() || arguments.Take("show") || arguments.Take("list")) {
    return ShowDevices(session, arguments);
  }
  if (arguments.Take("eswitch")) return NotSupported("dev eswitch");
  if (arguments.Take("reload")) return NotSupported("dev reload");
  if (arguments.Take("param")) return RunParam(session, arguments);
  if (arguments.Take("info")) {
    if (arguments.Take("help")) return PrintUsage(session, "dev");
    return ShowInfo(session, arguments);
  }
  if (arguments.Take("flash")) return NotSupported("dev flash");
  if (arguments.Take("selftests")) return NotSupported("dev selftests");
  return CommandNotFound(arguments);
}

Result<void> RunPort(Session& session, Arguments& arguments) {
  if (arguments.is_empty() || arguments.Take("show") || arguments.Take("list")) {
    return ShowPorts(session, arguments);
  }
  for (const char* const command : {"set", "split", "unsplit", "param", "function"}) {
    if (arguments.Take(command)) return NotSupported(std::string("port ") + command);
  }
  if (arguments.Take("health")) {
    if (arguments.Take("help")) return PrintUsage(session, "health");
    return RunHealth(session, arguments, /*only_ports=*/true);
  }
  for (const char* const command : {"add", "del"}) {
    if (arguments.Take(command)) return NotSupported(std::string("port ") + command);
  }
  return CommandNotFound(arguments);
}

}  // namespace vmcoredd::devlink_cli
