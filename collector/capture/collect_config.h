// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_COLLECT_CONFIG_H_
#define VMCOREDD_COLLECTOR_CAPTURE_COLLECT_CONFIG_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/capture/capture_settings.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

// The collector's configuration as it lies in a kdump image: flat text
// (flat_text.h) that the first kernel compiled from vmcoredd.conf and from what it
// knew of the machine. The keys are in vmcoredd-collect(8).

namespace vmcoredd {

inline constexpr std::string_view kCollectConfigSchema = "vmcoredd-collect/1";
inline constexpr char kCollectConfigPath[] = "/etc/vmcoredd/collect.conf";
// A line of 100 bytes for each of 10 facts of 1000 devices, and the same again. What
// is larger is no configuration of ours, and would cost the crash kernel's memory.
inline constexpr uint64_t kMaxCollectConfigBytes = 2 * 1024 * 1024;

// A device that the vmcore is written through.
struct PathDevice {
  std::string address;
  uint16_t vendor_id = 0, device_id = 0;
};

// What the first kernel knew of a device: one fact.
struct IdentityFact {
  std::string address, key, value;
};

struct CollectConfig {
  bool is_loaded = false;  // a file was read: not the built-in defaults
  std::string generator;
  std::string time;     // when it was compiled
  std::string release;  // of the kernel it was compiled for

  bool early = true;
  std::string early_reason;
  bool hold = false;
  std::string hold_reason = "no configuration says which devices are needed";
  vmcoredd_dump_class allow = VMCOREDD_DUMP_PASSIVE;

  std::chrono::milliseconds early_total{2000}, late_total{60000}, process{1000};
  // Firmware that counts every two seconds can be watched only here.
  std::chrono::milliseconds late_process{5000};
  bool early_bar = true;
  uint64_t early_spool_bytes = kDefaultSpoolBytes;
  uint64_t late_spool_bytes = 256 * 1024 * 1024;
  uint64_t device_bytes = 1024 * 1024;
  uint64_t memory_floor = 24 * 1024 * 1024;
  bool compress = true;

  std::vector<std::string> fallback;  // folders for the archive when its own cannot take it
  uint64_t archive_bytes = 0;         // what it may grow to; 0: no limit

  std::vector<std::string> plugins;  // executables
  Properties options;
  std::vector<std::string> skip, vfio, hold_also, hold_never;  // addresses
  std::vector<PathDevice> path;
  std::vector<IdentityFact> identity;

  std::vector<std::string> warnings;  // for the manifest
};

// kNotRecognised without the schema line, kUnsupported for another version, kCorrupt
// with the line for a value that makes no sense. Unknown keys are warnings: an older
// program in a newer image must still capture.
Result<CollectConfig> ParseCollectConfig(std::string_view text);

// What is in the file at `path`. Never fails: without a usable file these are the
// defaults, nothing is held, and a warning says why. A file that does not exist is
// worth a warning only if `is_expected`.
CollectConfig LoadCollectConfig(const std::string& path, bool is_expected);

// What the configuration says for a capture in `phase`.
CaptureSettings SettingsFor(const CollectConfig& config, Phase phase);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_COLLECT_CONFIG_H_
