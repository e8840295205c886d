// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_WATCH_CONFIG_H_
#define VMCOREDD_COLLECTOR_WATCH_WATCH_CONFIG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/watch/event.h"
#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

// The configuration as `vmcoredd watch` hands it over: flat text (flat_text.h) that
// WatchText() of collector/setup/watch_conf.h made of [watch] and [[watch.rule]].
// vmcoredd.conf(5) says what the keys mean.

namespace vmcoredd::watch {

inline constexpr std::string_view kWatchConfigSchema = "vmcoredd-watch/1";
inline constexpr uint64_t kMaxWatchConfigBytes = 256 * 1024;

// What to do about an event.
struct WatchRule {
  std::vector<EventKind> events;
  std::string bus = "*", device = "*", driver = "*", reporter = "*", region = "*";  // globs

  bool dump = true;       // the dump that the reporter has stored
  bool diagnose = false;  // asks the driver
  bool snapshots = true;  // new ones of the device
  bool devcoredump = true;
  bool plugins = false;  // driver plugins, up to `allow`
  vmcoredd_dump_class allow = VMCOREDD_DUMP_PASSIVE;

  bool manage_recovery = false;
  bool clear_dump = false;
  bool release_devcoredump = false;
  uint64_t captures = 10, window_s = 3600;  // for one reporter or region of one device
  std::vector<std::string> hook;            // program and arguments; none: no hook

  bool captures_anything() const { return dump || diagnose || snapshots || devcoredump || plugins; }
};

struct WatchConfig {
  std::string directory;
  uint64_t enumerate_s = 300;
  uint64_t parallel = 2;
  uint64_t dump_wait_ms = 60000;
  uint64_t capture_s = 600;  // one capture
  uint64_t silence_s = 60;   // one dump, as long as it delivers nothing
  uint64_t archive_bytes = uint64_t{8} << 30;
  uint64_t free_bytes = uint64_t{512} << 20;
  uint64_t keep_count = 100, keep_bytes = uint64_t{4} << 30, keep_days = 0;
  uint64_t hook_s = 60;
  bool trace = true;
  std::string textfile;  // empty: none
  std::vector<std::string> plugin_paths;
  Properties plugin_options;
  Properties health;             // lines of HealthText(), without "health."
  std::vector<WatchRule> rules;  // the first that matches; the last matches everything
};

// kNotRecognised without the schema line, kUnsupported for another version, kCorrupt with
// the line for a value that makes no sense, or an unknown key: both sides are of one
// version.
Result<WatchConfig> ParseWatchConfig(std::string_view text);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_WATCH_CONFIG_H_
