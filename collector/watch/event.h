// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_EVENT_H_
#define VMCOREDD_COLLECTOR_WATCH_EVENT_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vmcoredd::watch {

enum class EventKind {
  kHealthError,      // a reporter counted an error
  kHealthRecovered,  // it is healthy again, or counted a recovery
  kRecoveryAborted,  // the kernel did not recover: within the grace period
  kHardwareError,    // devlink_hwerr, a trace event only
  kSnapshot,         // a region has a new snapshot
  kDevcoredump,
  kDeviceGone,
  kLost,  // events were lost somewhere; what they were, an enumeration finds
};
inline constexpr size_t kEventKinds = 8;

// "health-error" and so on: in the configuration, the journal, the metrics, for the hook.
std::string_view EventKindName(EventKind kind);
std::optional<EventKind> ParseEventKind(std::string_view name);

// Something that happened. Strings are raw bytes, from the kernel or a device.
struct WatchEvent {
  EventKind kind = EventKind::kLost;
  std::string bus, device;  // "pci", "0000:00:05.0"
  std::optional<uint32_t> port;
  std::string driver;  // empty: not known
  std::string reporter;
  std::string region;
  std::optional<uint32_t> snapshot;
  std::string devcoredump;  // "devcd3"
  std::string message;      // of the report; where it was lost
  uint64_t count = 1;       // so many of these, as counters say
  uint64_t dump_time = 0;   // of the dump that was stored before it; 0: none
  bool is_late = false;     // found by an enumeration, not told by the kernel
  bool is_hosted = false;   // of a reporter that we host (collector/health), not the kernel
  int64_t time_us = 0;      // since 1970 UTC, when we heard of it
  std::chrono::steady_clock::time_point heard;

  // What captures are one at a time for: "pci/0000:00:05.0". A coredump whose device is
  // not known is a device by itself.
  std::string DeviceName() const;
  // What limits are for: the device and the reporter, region or "devcoredump".
  std::string LimitName() const;
};

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_EVENT_H_
