// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_CONFIG_H_
#define VMCOREDD_COLLECTOR_SETUP_CONFIG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

inline constexpr std::string_view kConfigPath = "/etc/vmcoredd/vmcoredd.conf";
inline constexpr std::string_view kStateFolder = "/var/lib/vmcoredd";

// [[watch.rule]]: what to do about which events.
struct WatchRuleConfig {
  std::vector<std::string> events;  // none: health errors, snapshots and coredumps
  std::string bus = "*", device = "*", driver = "*", reporter = "*", region = "*";
  std::vector<std::string> capture;  // none: what is stored
  bool nothing = false;              // capture nothing
  std::string allow = "passive";
  bool manage_recovery = false;
  bool clear_dump = false;
  bool release_devcoredump = false;
  uint64_t captures = 0, window_s = 0;  // 0: those of [watch]
  std::vector<std::string> hook;        // none: that of [watch]
};

// What vmcoredd.conf says, or the defaults. vmcoredd.conf(5) says what it means.
struct Config {
  struct Early {
    bool enabled = true;
    bool bars = true;
    uint64_t time_ms = 2000;
  } early;
  struct Hold {
    bool enabled = true;
    std::vector<std::string> also;
    std::vector<std::string> never;
  } hold;
  struct Late {
    uint64_t time_ms = 60000;
    uint64_t device_ms = 5000;
  } late;
  struct Budget {
    std::string allow = "passive";
    uint64_t device_ms = 1000;
    uint64_t device_bytes = uint64_t{1} << 20;
    uint64_t early_bytes = uint64_t{4} << 20;
    uint64_t late_bytes = uint64_t{256} << 20;
    uint64_t memory_floor = uint64_t{24} << 20;
    bool compress = true;
  } budget;
  struct Devices {
    std::vector<std::string> skip;
    std::vector<std::string> vfio;
  } devices;
  struct Plugins {
    std::vector<std::string> paths;
    Properties options;  // "mlx5.crspace" -> "1"
  } plugins;
  // [[generic]], each as the plugin `generic` takes it: "8086:10d3 bar0 0x0,16 name=x".
  std::vector<std::string> generic;
  struct Save {
    std::vector<std::string> fallback;
    uint64_t max_bytes = 0;  // 0: no limit
  } save;
  struct Finalise {
    std::vector<std::string> directories;
    bool attach = false;
    bool checksum = true;
    bool journal = true;
    bool upload = true;
    uint64_t settle_s = 10;
    uint64_t keep_count = 0;  // 0: no limit
    uint64_t keep_bytes = 0;
    uint64_t keep_days = 0;
  } finalise;
  struct Live {
    std::string allow = "passive";
    uint64_t silence_ms = 30000;
    uint64_t dump_ms = 300000;
    uint64_t max_bytes = uint64_t{8} << 30;
  } live;
  struct Baseline {
    bool new_snapshots = false;
    uint64_t keep_count = 5;  // 0: no limit
    uint64_t keep_bytes = 0;
    uint64_t keep_days = 0;
  } baseline;
  struct Guard {
    std::string trip = "panic";  // "unclean", "off"
  } guard;
  struct Watch {
    std::string directory = "/var/lib/vmcoredd/live";
    uint64_t enumerate_s = 300;
    bool trace = true;
    uint64_t captures = 10;
    uint64_t window_s = 3600;
    uint64_t parallel = 2;
    uint64_t dump_wait_ms = 60000;
    uint64_t silence_s = 60;
    uint64_t capture_s = 600;
    uint64_t archive_bytes = uint64_t{8} << 30;
    uint64_t free_bytes = uint64_t{512} << 20;
    uint64_t keep_count = 100;
    uint64_t keep_bytes = uint64_t{4} << 30;
    uint64_t keep_days = 0;
    std::string textfile;
    std::vector<std::string> hook;
    uint64_t hook_s = 60;
    std::vector<WatchRuleConfig> rules;
  } watch;
  struct Health {
    bool enabled = false;
    std::vector<std::string> mlx5;  // none: those without a reporter in the kernel
    uint64_t poll_ms = 2000;
    bool recover = false;
    std::string recover_method = "rescan";  // "rebind"
    std::string group;                      // empty: none but root
  } health;
};

// A mistake in the file; lines and columns from 1, 0 if it has no place.
struct ConfigProblem {
  uint32_t line = 0;
  uint32_t column = 0;
  std::string text;  // printable
};

struct ParsedConfig {
  Config config;
  std::vector<ConfigProblem> problems;  // any: the config is not to be used
};

// Problems past this are not listed.
inline constexpr size_t kMaxConfigProblems = 50;

ParsedConfig ParseConfig(std::string_view text);

// Every key with its default as TOML, "early.enabled" -> "true": the shipped file is
// tested against it, and vmcoredd.conf(5).
Properties ConfigDefaults();

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_CONFIG_H_
