// SPDX-License-Identifier: LGPL-2.1-or-later
#include <linux/devlink.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "readers/cli/devlink/commands.h"
#include "readers/cli/devlink/print.h"
#include "readers/cli/devlink/typed_json.h"
#include "readers/devlink/devlink_monitor.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink_cli {

namespace {

using devlink::AttributeTable;
using devlink::Notification;

struct EventName {
  uint8_t command;
  const char* object;
  const char* name;
};
// The notifications there are. Traps, line cards and flash updates are named only.
constexpr EventName kEvents[] = {
    {DEVLINK_CMD_GET, "dev", "get"},
    {DEVLINK_CMD_SET, "dev", "set"},
    {DEVLINK_CMD_NEW, "dev", "new"},
    {DEVLINK_CMD_DEL, "dev", "del"},
    {DEVLINK_CMD_PORT_GET, "port", "get"},
    {DEVLINK_CMD_PORT_SET, "port", "set"},
    {DEVLINK_CMD_PORT_NEW, "port", "new"},
    {DEVLINK_CMD_PORT_DEL, "port", "del"},
    {DEVLINK_CMD_PARAM_GET, "param", "get"},
    {DEVLINK_CMD_PARAM_SET, "param", "set"},
    {DEVLINK_CMD_PARAM_NEW, "param", "new"},
    {DEVLINK_CMD_PARAM_DEL, "param", "del"},
    {DEVLINK_CMD_REGION_GET, "region", "get"},
    {DEVLINK_CMD_REGION_SET, "region", "set"},
    {DEVLINK_CMD_REGION_NEW, "region", "new"},
    {DEVLINK_CMD_REGION_DEL, "region", "del"},
    {DEVLINK_CMD_FLASH_UPDATE, "flash", "begin"},
    {DEVLINK_CMD_FLASH_UPDATE_END, "flash", "end"},
    {DEVLINK_CMD_FLASH_UPDATE_STATUS, "flash", "status"},
    {DEVLINK_CMD_HEALTH_REPORTER_RECOVER, "health", "status"},
    {DEVLINK_CMD_TRAP_NEW, "trap", "new"},
    {DEVLINK_CMD_TRAP_DEL, "trap", "del"},
    {DEVLINK_CMD_TRAP_GROUP_NEW, "trap-group", "new"},
    {DEVLINK_CMD_TRAP_GROUP_DEL, "trap-group", "del"},
    {DEVLINK_CMD_TRAP_POLICER_NEW, "trap-policer", "new"},
    {DEVLINK_CMD_TRAP_POLICER_DEL, "trap-policer", "del"},
    {DEVLINK_CMD_LINECARD_NEW, "lc", "new"},
    {DEVLINK_CMD_LINECARD_DEL, "lc", "del"},
};

// devlink's words, and those of what it shows but cannot be asked for alone.
constexpr std::string_view kFilters[] = {"all",    "dev",        "port", "health",
                                         "trap",   "trap-group", "lc",   "trap-policer",
                                         "region", "param",      "flash"};

using devlink::Message;

Result<void> PrintContent(IprouteWriter& out, const std::string& object, const Message& message) {
  const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(message));
  if (object == "dev") return PrintDevice(out, table, /*with_statistics=*/true);
  if (object == "port") return PrintPort(out, table);
  if (object == "region") {
    PrintRegion(out, VMCOREDD_TRY(ReadRegionLine(table)));
  } else if (object == "health") {
    PrintReporter(out, VMCOREDD_TRY(devlink::ReadReporter(message)));
  } else if (object == "param") {
    PrintParameter(out, VMCOREDD_TRY(devlink::ReadParameter(message)), /*grouped=*/false);
  } else {
    const auto handle = VMCOREDD_TRY(devlink::ReadHandle(table));
    out.BeginEntry(handle.ToString(), /*has_content=*/false);
    out.EndEntry();
  }
  return {};
}

Result<void> PutContent(JsonStream& json, const std::string& object, const Message& message) {
  if (object == "region") {
    PutRegion(json, VMCOREDD_TRY(devlink::ReadRegion(message)));
  } else if (object == "health") {
    PutReporter(json, VMCOREDD_TRY(devlink::ReadReporter(message)));
  } else if (object == "param") {
    PutParameter(json, VMCOREDD_TRY(devlink::ReadParameter(message)));
  } else if (object == "port") {
    PutPort(json, VMCOREDD_TRY(devlink::ReadPort(message)));
  } else {
    const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(message));
    PutHandle(json, VMCOREDD_TRY(devlink::ReadHandle(table)));
  }
  return {};
}

// One document a line.
Result<void> PrintTyped(Session& session, const EventName& event, const Message& message) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  std::string line;
  JsonStream json([&line](std::string_view text) { line += text; }, /*pretty=*/false);
  BeginDocument(json, "event");
  json.BigUint("time_ns",
               static_cast<uint64_t>(now.tv_sec) * 1000000000 + static_cast<uint64_t>(now.tv_nsec));
  json.Name("object", event.object);
  json.Name("command", event.name);
  VMCOREDD_TRY(PutContent(json, event.object, message));
  json.EndObject();
  session.sink()(line + '\n');
  return {};
}

Result<void> PrintPlain(Session& session, const EventName& event, const Message& message) {
  IprouteWriter& out = session.out();
  if (!out.is_json()) {
    // What is printed is a whole, whatever came before (devlink's lines run into each other).
    session.sink()(std::string("[") + event.object + ',' + event.name + "] ");
    auto printed = PrintContent(out, event.object, message);
    out.EndGroup();
    return printed;
  }
  out.json().BeginObject();
  out.json().Name("command", event.name);
  out.json().Name(event.object);
  out.json().BeginObject();
  auto printed = PrintContent(out, event.object, message);
  out.EndGroup();
  out.json().EndObject();
  out.json().EndObject();
  return printed;
}

Result<void> Print(Session& session,
                   const std::vector<std::string>& filters,
                   const Notification& notification) {
  const auto* const event =
      std::find_if(std::begin(kEvents), std::end(kEvents),
                   [&](const EventName& each) { return each.command == notification.command; });
  if (event == std::end(kEvents)) return {};
  const auto is_wanted = [&](const std::string& word) {
    return word == "all" || word == event->object;
  };
  if (!filters.empty() && std::none_of(filters.begin(), filters.end(), is_wanted)) return {};
  return session.is_typed() ? PrintTyped(session, *event, notification.message)
                            : PrintPlain(session, *event, notification.message);
}

// SIGINT is how a monitor ends, and what it has begun to print must end, too. Held back
// while we work, let in while we wait.
class StopSignal {
 public:
  StopSignal() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGINT, &action, &old_action_);
    sigset_t block;
    ::sigemptyset(&block);
    ::sigaddset(&block, SIGINT);
    ::sigprocmask(SIG_BLOCK, &block, &old_mask_);
  }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  ~StopSignal() {
    ::sigaction(SIGINT, &old_action_, nullptr);
    ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
  }

  // Waits until `fd` can be read. False: stop.
  bool Wait(int fd) const {
    if (fd < 0) return true;
    pollfd descriptor{fd, POLLIN, 0};
    return ::ppoll(&descriptor, 1, nullptr, &old_mask_) >= 0 || errno != EINTR;
  }

 private:
  struct sigaction old_action_ {};
  sigset_t old_mask_{};
};

Result<void> Watch(Session& session, const std::vector<std::string>& filters) {
  auto channel = VMCOREDD_TRY(session.OpenMonitorChannel());
  auto monitor = VMCOREDD_TRY(devlink::DevlinkMonitor::Open(std::move(channel)));
  const StopSignal stop;
  while (stop.Wait(monitor.fd())) {
    auto received =
        monitor.Receive(std::chrono::milliseconds(1000), [&](const Notification& notification) {
          const auto printed = Print(session, filters, notification);
          // One that makes no sense costs itself only.
          if (!printed) session.console().AddProblem("notification", printed.error());
          return Result<void>();
        });
    session.console().Flush();
    if (received) continue;
    if (received.error().os_error() != ENOBUFS) return received;
    session.console().AddProblem(
        {}, Error(ErrorCode::kTruncated, "notifications were lost: they came too fast"));
  }
  return {};
}

}  // namespace

Result<void> RunMonitor(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(Session::kTyped));
  std::vector<std::string> filters;
  while (const auto word = arguments.Next()) {
    if (std::find(std::begin(kFilters), std::end(kFilters), *word) == std::end(kFilters)) {
      return Fail(ErrorCode::kInvalidArgument, "Unknown object \"" + SafeText(*word) + '"');
    }
    filters.push_back(*word);
  }
  const bool is_document = session.out().is_json() && !session.is_typed();
  if (!is_document) return Watch(session, filters);
  JsonStream& json = session.out().json();
  json.BeginObject();
  json.Name("mon");
  json.BeginArray();
  auto watched = Watch(session, filters);
  json.EndArray();
  json.EndObject();
  return watched;
}

}  // namespace vmcoredd::devlink_cli
