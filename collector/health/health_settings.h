// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_SETTINGS_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_SETTINGS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/health/health_socket.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

inline constexpr std::string_view kHealthFolder = "/var/lib/vmcoredd/health";

// [health] of vmcoredd.conf, and what only the first program knows of the machine.
struct HealthSettings {
  bool enabled = false;
  std::vector<std::string> mlx5;  // addresses; "auto": those without a kernel reporter
  uint64_t poll_ms = 2000;
  bool recover = false;
  std::string recover_method = "rescan";
  std::optional<uint64_t> grace_period_ms;  // of fw_fatal, instead of the driver's
  std::optional<gid_t> group;
  std::string socket{kHealthSocket};
  std::string folder{kHealthFolder};
  std::string sysroot;

  // Devices that a crash or this machine cannot do without (collector/setup/dump_path.h),
  // and why; none of them is ever recovered. Unless all of them are known, nothing is.
  std::map<std::string, std::string> needed;
  bool needed_is_known = false;
};

// Lines of the flat text whose keys begin with "health.", which is left out here:
// enabled, mlx5 (repeated), poll_ms, recover, recover_method, grace_period_ms, group (a
// number), socket, folder, sysroot, needed (repeated: "ADDRESS why"), needed_is_known.
// kCorrupt for a value that makes no sense, or an unknown key.
Result<HealthSettings> ParseHealthSettings(const Properties& lines);

// Devices that [health] means by "auto": those that the plugin mlx5 knows, and no driver
// with reporters of its own is bound to.
std::vector<std::string> FindMlx5Devices(const std::string& sysroot);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_SETTINGS_H_
