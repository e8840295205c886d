// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/capture_queue.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace vmcoredd::watch {

namespace {

void Join(CaptureOrder& to, CaptureOrder from) {
  for (const auto& [part, order] : from.reporters) {
    ReporterOrder& mine = to.reporters[part];
    // The dump that was there before the first of the reports is the old one.
    if (!mine.is_error) mine.old_dump = order.old_dump;
    mine.dump |= order.dump;
    mine.diagnose |= order.diagnose;
    mine.recover |= order.recover;
    mine.clear |= order.clear;
    mine.is_error |= order.is_error;
    mine.captured_dump = std::max(mine.captured_dump, order.captured_dump);
  }
  for (const auto& [part, snapshots] : from.snapshots) {
    to.snapshots[part].insert(snapshots.begin(), snapshots.end());
  }
  to.devcoredumps.insert(from.devcoredumps.begin(), from.devcoredumps.end());
  to.plugins |= from.plugins;
  to.release_devcoredump |= from.release_devcoredump;
  to.allow = std::max(to.allow, from.allow);
  if (to.hook.empty()) to.hook = std::move(from.hook);
  for (WatchEvent& event : from.events) {
    if (to.events.size() < CaptureOrder::kMaxEvents) to.events.push_back(std::move(event));
  }
  // Counters are a device's: they may be anything.
  const uint64_t room = std::numeric_limits<uint64_t>::max() - to.event_count;
  to.event_count += std::min(room, from.event_count);
}

bool IsUrgent(const CaptureOrder& order) { return !order.devcoredumps.empty(); }

}  // namespace

std::optional<CaptureOrder> OrderFor(const WatchEvent& event, const WatchRule& rule) {
  CaptureOrder order;
  order.name = event.DeviceName();
  order.bus = event.bus;
  order.device = event.device;
  order.is_hosted = event.is_hosted;
  if (event.is_hosted) order.name = "hosted " + order.name;
  bool is_wanted = false;
  switch (event.kind) {
    case EventKind::kHealthError:
    case EventKind::kHealthRecovered:
    case EventKind::kRecoveryAborted: {
      ReporterOrder reporter;
      const bool is_error = event.kind == EventKind::kHealthError;
      reporter.dump = rule.dump;
      reporter.diagnose = rule.diagnose;
      reporter.clear = rule.dump && rule.clear_dump;
      reporter.recover = is_error && rule.manage_recovery;
      reporter.is_error = is_error;
      reporter.old_dump = event.dump_time;
      is_wanted = reporter.dump || reporter.diagnose || reporter.recover;
      if (is_wanted) order.reporters[{event.port, event.reporter}] = reporter;
      break;
    }
    case EventKind::kSnapshot:
      if (rule.snapshots && event.snapshot) {
        order.snapshots[{event.port, event.region}].insert(*event.snapshot);
        is_wanted = true;
      }
      break;
    case EventKind::kDevcoredump:
      if (!rule.devcoredump) return std::nullopt;
      order.name = "devcoredump " + order.name;
      order.devcoredumps.insert(event.devcoredump);
      order.release_devcoredump = rule.release_devcoredump;
      is_wanted = true;
      break;
    case EventKind::kHardwareError: break;
    case EventKind::kDeviceGone:
    case EventKind::kLost: return std::nullopt;
  }
  if (rule.plugins && event.kind != EventKind::kDevcoredump && !event.device.empty()) {
    order.plugins = true;
    order.allow = rule.allow;
    is_wanted = true;
  }
  if (!is_wanted) return std::nullopt;
  order.hook = rule.hook;
  order.events.push_back(event);
  order.event_count = event.count;
  return order;
}

CaptureQueue::Added CaptureQueue::Add(CaptureOrder order, Clock::time_point now) {
  const auto same = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
    return waiting.order.name == order.name;
  });
  if (same != waiting_.end()) {
    Join(same->order, std::move(order));
    return Added::kJoined;
  }
  if (waiting_.size() >= kMaxWaiting) return Added::kFull;
  const auto ready = IsUrgent(order) ? now : now + kGather;
  waiting_.push_back({std::move(order), ready});
  return Added::kQueued;
}

bool CaptureQueue::MayRun(const Waiting& waiting) const {
  const bool is_urgent = IsUrgent(waiting.order);
  const auto same_kind = std::count_if(running_.begin(), running_.end(), [&](const auto& running) {
    return running.second.devcoredumps.empty() != is_urgent;
  });
  return static_cast<size_t>(same_kind) < (is_urgent ? kMaxUrgent : parallel_) &&
         !running_.contains(waiting.order.name);
}

std::optional<CaptureOrder> CaptureQueue::Start(Clock::time_point now) {
  const auto next = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
    return waiting.ready <= now && MayRun(waiting);
  });
  if (next == waiting_.end()) return std::nullopt;
  CaptureOrder order = std::move(next->order);
  waiting_.erase(next);
  running_[order.name] = {order.bus, order.device, order.devcoredumps};
  return order;
}

CaptureQueue::Clock::time_point CaptureQueue::NextStart() const {
  Clock::time_point next = Clock::time_point::max();
  for (const Waiting& waiting : waiting_) {
    if (MayRun(waiting)) next = std::min(next, waiting.ready);
  }
  return next;
}

void CaptureQueue::Done(const std::string& name) { running_.erase(name); }

bool CaptureQueue::IsWaiting(const std::string& name) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const Waiting& waiting) { return waiting.order.name == name; });
}

bool CaptureQueue::IsBusy(const std::string& bus, const std::string& device) const {
  const auto is_it = [&](const auto& one) { return one.bus == bus && one.device == device; };
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const Waiting& waiting) { return is_it(waiting.order); }) ||
         std::any_of(running_.begin(), running_.end(),
                     [&](const auto& running) { return is_it(running.second); });
}

bool CaptureQueue::IsDevcoredumpBusy(const std::string& name) const {
  return std::any_of(
             waiting_.begin(), waiting_.end(),
             [&](const Waiting& waiting) { return waiting.order.devcoredumps.contains(name); }) ||
         std::any_of(running_.begin(), running_.end(), [&](const auto& running) {
           return running.second.devcoredumps.contains(name);
         });
}

}  // namespace vmcoredd::watch
