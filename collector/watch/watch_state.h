// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_WATCH_STATE_H_
#define VMCOREDD_COLLECTOR_WATCH_WATCH_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace vmcoredd::watch {

// A reporter or region of a device, or of a port of it.
struct PartName {
  std::optional<uint32_t> port;
  std::string name;  // raw
  bool operator==(const PartName&) const = default;
  bool operator<(const PartName& other) const {
    return std::tie(port, name) < std::tie(other.port, other.name);
  }
};

struct ReporterState {
  uint8_t state = 0;  // 0 healthy, 1 error
  uint64_t errors = 0, recoveries = 0;
  uint64_t dump_time = 0;  // of the stored dump; 0: none is stored
  std::optional<bool> auto_recover, auto_dump;
  bool is_managed = false;  // we have switched auto_recover off
  bool operator==(const ReporterState&) const = default;
};

struct DeviceState {
  std::map<PartName, ReporterState> reporters;
  std::map<PartName, std::set<uint32_t>> regions;  // numbers of snapshots
  bool operator==(const DeviceState&) const = default;
};

// What is known of everything. Devices by "BUS/NAME", raw.
struct WatchState {
  std::string boot;  // its id: counters and numbers mean nothing in another
  std::map<std::string, DeviceState> devices;
  std::set<std::string> devcoredumps;
  // What could not be asked; the maps above say nothing of it.
  bool lacks_reporters = false, lacks_regions = false, lacks_devcoredumps = false;
  bool operator==(const WatchState&) const = default;
};

// Of one state; more is not from a kernel.
inline constexpr size_t kMaxStateDevices = 4096;
inline constexpr size_t kMaxStateParts = 65536;

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_WATCH_STATE_H_
