// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_COMMAND_LINE_H_
#define VMCOREDD_COLLECTOR_COMMAND_LINE_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/capture/capture_settings.h"
#include "collector/capture/collect_config.h"
#include "collector/save/save.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

enum class Command { kCapture, kHold, kSave, kFilter, kPlan, kPlugins, kHelp, kVersion };

// What the user asked for. What is not given is the configuration's.
struct CommandLine {
  Command command = Command::kHelp;
  std::string config_path = kCollectConfigPath;
  bool has_config_path = false;
  bool is_verbose = false;
  std::vector<std::string> spools;  // folders; without one the default

  bool is_dry_run = false;    // hold
  bool is_rehearsal = false;  // plan

  // capture, plan, plugins
  std::string sysroot;
  Phase phase = Phase::kAll;
  std::string early_spool = kDefaultSpoolFolder;
  std::vector<std::string> plugin_paths;
  Properties options;
  std::optional<vmcoredd_dump_class> allow;
  std::optional<std::chrono::milliseconds> process_time;
  std::optional<uint64_t> spool_bytes;

  SaveSettings save;
  bool has_directory = false;

  std::string spool() const { return spools.empty() ? kDefaultSpoolFolder : spools.front(); }
};

// kInvalidArgument with a message for the user when it makes no sense.
Result<CommandLine> ParseCommandLine(int argc, char** argv);

// The text of --help.
extern const char kUsage[];

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_COMMAND_LINE_H_
