// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_CAPTURE_QUEUE_H_
#define VMCOREDD_COLLECTOR_WATCH_CAPTURE_QUEUE_H_

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collector/watch/event.h"
#include "collector/watch/watch_config.h"
#include "collector/watch/watch_state.h"

namespace vmcoredd::watch {

// What to do with a reporter in one capture.
struct ReporterOrder {
  bool dump = false, diagnose = false, recover = false, clear = false;
  bool is_error = false;       // it reported just now: its dump may be on the way
  uint64_t old_dump = 0;       // time of the dump that was stored before the report
  uint64_t captured_dump = 0;  // of the last one that is in an archive of ours; 0: none
};

// One capture: what of one device, because of which events.
struct CaptureOrder {
  // Of the queue: the device's; coredumps and hosted reporters of it apart.
  std::string name;
  std::string bus, device;  // empty: not known
  std::map<PartName, ReporterOrder> reporters;
  std::map<PartName, std::set<uint32_t>> snapshots;
  std::set<std::string> devcoredumps;
  bool plugins = false, release_devcoredump = false;
  bool is_hosted = false;  // the reporters are ours
  vmcoredd_dump_class allow = VMCOREDD_DUMP_PASSIVE;
  std::vector<std::string> hook;   // of the first event that has one
  std::vector<WatchEvent> events;  // the first of them
  uint64_t event_count = 0;        // all

  static constexpr size_t kMaxEvents = 16;
};

// What an event asks for, by its rule. Nothing when that is nothing.
std::optional<CaptureOrder> OrderFor(const WatchEvent& event, const WatchRule& rule);

// Captures that wait and that run: one a device at a time. Coredumps have a line of their
// own, and do not wait for the places of others: they are gone after five minutes.
class CaptureQueue {
 public:
  using Clock = std::chrono::steady_clock;
  // An order may be joined for a moment before it runs: one failure makes several events.
  static constexpr std::chrono::milliseconds kGather{20};
  static constexpr size_t kMaxWaiting = 1024, kMaxUrgent = 4;

  explicit CaptureQueue(size_t parallel) : parallel_(parallel) {}

  // kJoined: it is now part of one that waits.
  enum class Added { kQueued, kJoined, kFull };
  Added Add(CaptureOrder order, Clock::time_point now);
  // The next that may run, which is running from then on.
  std::optional<CaptureOrder> Start(Clock::time_point now);
  // When Start() may have one although nothing ends before; max(): never.
  Clock::time_point NextStart() const;
  void Done(const std::string& name);

  // Whether an order of that name would join one.
  bool IsWaiting(const std::string& name) const;
  // Whether something of the device waits or runs.
  bool IsBusy(const std::string& bus, const std::string& device) const;
  bool IsDevcoredumpBusy(const std::string& name) const;
  size_t waiting() const { return waiting_.size(); }
  size_t running() const { return running_.size(); }

 private:
  struct Waiting {
    CaptureOrder order;
    Clock::time_point ready;
  };
  struct Running {
    std::string bus, device;
    std::set<std::string> devcoredumps;
  };
  bool MayRun(const Waiting& waiting) const;
  size_t parallel_;
  std::list<Waiting> waiting_;
  std::map<std::string, Running> running_;
};

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_CAPTURE_QUEUE_H_
