// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <ctime>

#include "collector/watch/enumeration.h"
#include "collector/watch/rules.h"
#include "collector/watch/watcher.h"
#include "vmcoredd/base/text.h"

// From what a source says to what is ordered.

namespace vmcoredd::watch {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr milliseconds kLostDelay{50}, kNewDeviceDelay{500};
// A driver that is loaded brings many things, one after the other.
constexpr milliseconds kSettleDelay{5000};
// Entries of the journal for one reporter or region that leads to no capture.
constexpr uint64_t kTold = 10;
constexpr seconds kToldWindow{600};
// Reports whose notification does not come; how many of one reporter wait, with how much
// text. One without its text still keeps its place.
constexpr seconds kReportAge{60};
constexpr size_t kMaxReports = 256, kMaxReportBytes = 64 * 1024, kMaxReporters = 1024;

// A name of the kernel as a part of a path.
bool IsFileName(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string("/\0", 2)) == name.npos;
}

}  // namespace

WatchEvent Watcher::NewEvent(EventKind kind,
                             const std::string& bus,
                             const std::string& device) const {
  WatchEvent event;
  event.kind = kind;
  event.bus = bus;
  event.device = device;
  return event;
}

void Watcher::OnReporter(const devlink::Reporter& reporter) {
  // The trace record is written before the notification is sent.
  if (traces_) traces_->Drain();
  const std::string device = DeviceOf(reporter.handle);
  const PartName part{reporter.handle.port, reporter.name};
  if (known_.devices.size() >= kMaxStateDevices && !known_.devices.contains(device)) return;
  auto& reporters = known_.devices[device].reporters;
  const auto old = reporters.find(part);
  ReporterState now = StateOf(reporter);
  WatchEvent base = NewEvent(EventKind::kHealthError, reporter.handle.bus, reporter.handle.device);
  base.port = part.port;
  base.reporter = part.name;
  std::vector<WatchEvent> events;
  CompareReporter(old == reporters.end() ? nullptr : &old->second, now, base, events);
  if (old != reporters.end()) now.is_managed = old->second.is_managed;
  reporters[part] = now;
  touched_.reporters.insert({device, part});
  for (WatchEvent& event : events) Handle(std::move(event));
  Settle(device);
  Pump();
}

void Watcher::OnSnapshot(const devlink::Handle& handle,
                         const std::string& region,
                         uint32_t snapshot,
                         bool is_new) {
  const std::string device = DeviceOf(handle);
  const PartName part{handle.port, region};
  if (known_.devices.size() >= kMaxStateDevices && !known_.devices.contains(device)) return;
  auto& snapshots = known_.devices[device].regions[part];
  touched_.regions.insert({device, part});
  if (!is_new) {
    snapshots.erase(snapshot);
  } else {
    snapshots.insert(snapshot);
    WatchEvent event = NewEvent(EventKind::kSnapshot, handle.bus, handle.device);
    event.port = handle.port;
    event.region = region;
    event.snapshot = snapshot;
    Handle(std::move(event));
  }
  Settle(device);
  Pump();
}

void Watcher::OnDevice(const devlink::Handle& handle, bool is_new) {
  const std::string device = DeviceOf(handle);
  drivers_.erase(device);
  touched_.devices.insert(device);
  if (is_new) {
    // Its reporters come after it, and nobody tells of them.
    EnumerateSoon(kNewDeviceDelay);
    return OnReload(handle);
  }
  known_.devices.erase(device);
  std::erase_if(captured_dumps_, [&](const auto& one) { return one.first.first == device; });
  Handle(NewEvent(EventKind::kDeviceGone, handle.bus, handle.device));
  Settle(device);
  Pump();
}

// Whoever keeps baselines decides whether this one is another: vmcoredd-baseline.path.
void Watcher::OnReload(const devlink::Handle& handle) {
  drivers_.erase(DeviceOf(handle));
  loop_.CancelTimer(baseline_timer_);
  baseline_timer_ = loop_.AddTimer(kSettleDelay, [this] { TellOfNewDevices(); });
}

void Watcher::OnNotificationsLost(const std::string& why) { OnLost("devlink", 0, why); }

void Watcher::OnLost(const std::string& source, uint64_t count, const std::string& why) {
  ++metrics_.lost[source];
  enumerate_again_ = true;
  if (!enumerating_) EnumerateSoon(kLostDelay);
  WatchEvent event = NewEvent(EventKind::kLost, "", "");
  event.message = source + ": " + why;
  event.count = std::max<uint64_t>(count, 1);
  Handle(std::move(event));
  SaveSoon();
}

void Watcher::OnUevent(const Uevent& uevent) {
  if (uevent.subsystem != "devcoredump") return;
  const std::string name = uevent.name();
  if (uevent.action == "remove") {
    known_.devcoredumps.erase(name);
    return SettleDevcoredumps();
  }
  if (uevent.action != "add" || known_.devcoredumps.size() >= kMaxStateParts ||
      !known_.devcoredumps.insert(name).second) {
    return;
  }
  WatchEvent event = NewEvent(EventKind::kDevcoredump, "", "");
  event.devcoredump = name;
  Handle(std::move(event));
  SettleDevcoredumps();
  Pump();
}

void Watcher::OnTrace(const DevlinkTrace& trace) {
  const std::string device = trace.bus + '/' + trace.device;
  if (!trace.driver.empty() && drivers_.size() < kMaxStateDevices) drivers_[device] = trace.driver;
  if (trace.event == "devlink_health_report") {
    const auto name = std::pair(device, trace.reporter);
    if (reports_.size() >= kMaxReporters && !reports_.contains(name)) return;
    auto& waiting = reports_[name];
    size_t bytes = trace.message.size();
    for (const Report& report : waiting) bytes += report.message.size();
    waiting.push_back(
        {bytes <= kMaxReportBytes ? trace.message : std::string(), EventLoop::Clock::now()});
    if (waiting.size() > kMaxReports) waiting.pop_front();
    return;
  }
  WatchEvent event = NewEvent(EventKind::kHardwareError, trace.bus, trace.device);
  event.driver = trace.driver;
  event.message = trace.message;
  if (trace.event == "devlink_health_recover_aborted") {
    event.kind = EventKind::kRecoveryAborted;
    event.reporter = trace.reporter;
    event.message = "within the grace period, or the error before was not recovered";
  } else if (trace.event == "devlink_hwerr") {
    event.message = "error " + std::to_string(trace.error) + ": " + trace.message;
  } else {
    return;  // a change of state is notified
  }
  Handle(std::move(event));
  Pump();
}

std::string Watcher::DriverOf(const std::string& bus, const std::string& device) {
  const std::string name = bus + '/' + device;
  if (const auto known = drivers_.find(name); known != drivers_.end()) return known->second;
  if (!IsFileName(bus) || !IsFileName(device)) return {};
  const auto path = root_.Resolve("/sys/bus/" + bus + "/devices/" + device + "/driver");
  if (!path) return {};
  std::string driver(BaseName(*path));
  if (drivers_.size() < kMaxStateDevices) drivers_[name] = driver;
  return driver;
}

// A message belongs to the oldest report of its reporter that has none; when the counter
// says that there were several, the last of them stands for all.
void Watcher::TakeMessage(WatchEvent& event) {
  const auto found = reports_.find({event.DeviceName(), event.reporter});
  if (found == reports_.end()) return;
  auto& waiting = found->second;
  const auto now = EventLoop::Clock::now();
  while (!waiting.empty() && waiting.front().heard + kReportAge < now) waiting.pop_front();
  for (uint64_t i = 0; i < event.count && !waiting.empty(); ++i) {
    std::string& message = waiting.front().message;
    if (!message.empty()) event.message = std::move(message);
    waiting.pop_front();
  }
  if (waiting.empty()) reports_.erase(found);
}

void Watcher::Complete(WatchEvent& event) {
  event.heard = EventLoop::Clock::now();
  event.time_us = std::chrono::duration_cast<std::chrono::microseconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count();
  if (event.kind == EventKind::kHealthError && !event.is_hosted) TakeMessage(event);
  if (event.kind == EventKind::kDevcoredump && IsFileName(event.devcoredump)) {
    const std::string link = "/sys/class/devcoredump/" + event.devcoredump + "/failing_device";
    const auto device = root_.Resolve(link);
    const auto bus = root_.Resolve(link + "/subsystem");
    if (device && bus) {
      event.device = BaseName(*device);
      event.bus = BaseName(*bus);
    }
  }
  if (event.driver.empty()) event.driver = DriverOf(event.bus, event.device);
}

void Watcher::Handle(WatchEvent event) {
  Complete(event);
  metrics_.events[static_cast<size_t>(event.kind)] += event.count;
  if (event.is_late) metrics_.late_events += event.count;
  SaveSoon();
  const WatchRule* const rule = FindRule(options_.config.rules, event);
  auto order = rule ? OrderFor(event, *rule) : std::nullopt;
  if (!order) return Tell(event);
  // What joins a capture that waits costs nothing more.
  if (!queue_.IsWaiting(order->name)) {
    const auto answer = capture_limit_.Take(event.LimitName(), rule->captures,
                                            seconds(rule->window_s), event.heard);
    if (answer != RateLimit::Answer::kGranted) {
      const bool is_first = answer == RateLimit::Answer::kRefusedFirst;
      return Refuse(event, "rate",
                    is_first ? std::to_string(rule->captures) + " captures in " +
                                   std::to_string(rule->window_s) + " s are allowed"
                             : std::string());
    }
  }
  for (auto& [part, reporter] : order->reporters) {
    const auto captured = captured_dumps_.find({event.DeviceName(), part});
    if (captured != captured_dumps_.end()) reporter.captured_dump = captured->second;
  }
  switch (queue_.Add(*std::move(order), event.heard)) {
    case CaptureQueue::Added::kQueued: return Tell(event);
    case CaptureQueue::Added::kJoined: return;  // the entry of the capture says how many
    case CaptureQueue::Added::kFull:
      return Refuse(event, "queue", "too many captures wait already");
  }
}

void Watcher::Tell(const WatchEvent& event) {
  const auto answer =
      told_limit_.Take(std::string(EventKindName(event.kind)) + ' ' + event.LimitName(), kTold,
                       kToldWindow, event.heard);
  if (answer == RateLimit::Answer::kRefused) return ExpireLimits();
  Priority priority = Priority::kWarning;
  if (event.kind == EventKind::kHealthRecovered) priority = Priority::kNotice;
  if (event.kind == EventKind::kDeviceGone || event.kind == EventKind::kSnapshot) {
    priority = Priority::kInfo;
  }
  std::string text = EventText(event);
  if (answer == RateLimit::Answer::kRefusedFirst)
    text += " (more of these follow, not told one by one)";
  log_.Write(priority, event.kind == EventKind::kLost ? kLostMessageId : kEventMessageId, text,
             EventFields(event));
  ExpireLimits();
}

// `text` is empty for what was told already: it is counted, and told when the window ends.
void Watcher::Refuse(const WatchEvent& event, const std::string& reason, const std::string& text) {
  ++metrics_.captures["refused_" + reason];
  exit_code_ = 1;
  if (!text.empty()) {
    Properties fields = EventFields(event);
    fields.emplace_back("VMCOREDD_OUTCOME", "refused");
    fields.emplace_back("VMCOREDD_REASON", reason);
    log_.Write(Priority::kWarning, kRefusedMessageId, EventText(event) + ": no capture, " + text,
               fields);
  }
  ExpireLimits();
}

void Watcher::ExpireLimits() {
  const auto now = EventLoop::Clock::now();
  for (const RateLimit::Refused& one : capture_limit_.Expire(now)) {
    log_.Write(Priority::kWarning, kRefusedMessageId,
               EscapeBytes(one.name) + ": " + std::to_string(one.count) +
                   " more events without a capture, because of the limit",
               {{"VMCOREDD_OUTCOME", "refused"},
                {"VMCOREDD_REASON", "rate"},
                {"VMCOREDD_COUNT", std::to_string(one.count)}});
  }
  for (const RateLimit::Refused& one : told_limit_.Expire(now)) {
    log_.Write(Priority::kNotice, kEventMessageId,
               EscapeBytes(one.name) + ": " + std::to_string(one.count) + " more times");
  }
  const auto next = std::min(capture_limit_.NextExpiry(), told_limit_.NextExpiry());
  loop_.CancelTimer(limit_timer_);
  if (next == RateLimit::Clock::time_point::max()) return;
  const auto wait = std::chrono::ceil<milliseconds>(next - now);
  limit_timer_ = loop_.AddTimer(std::max(wait, milliseconds(1000)), [this] { ExpireLimits(); });
}

}  // namespace vmcoredd::watch
