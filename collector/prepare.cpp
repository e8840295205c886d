// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "collector/capture/hold.h"
#include "collector/commands.h"
#include "collector/console.h"
#include "collector/save/spool_reader.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// Does not open it: while somebody does, newer kernels refuse new device dumps.
bool IsCrashKernel(const std::string& sysroot) {
  return ::access((sysroot + "/proc/vmcore").c_str(), F_OK) == 0;
}

CaptureSettings MergeSettings(const CommandLine& line, const CollectConfig& config) {
  CaptureSettings settings = SettingsFor(config, line.phase);
  settings.sysroot = line.sysroot;
  settings.is_crash_kernel = IsCrashKernel(line.sysroot);
  // The first of a key counts.
  settings.options.insert(settings.options.begin(), line.options.rbegin(), line.options.rend());
  if (line.allow) settings.max_class = *line.allow;
  if (line.process_time) settings.budget.process = *line.process_time;
  if (line.spool_bytes) settings.budget.spool_bytes = *line.spool_bytes;
  return settings;
}

void AddExecutable(const std::string& path, Preparation& preparation) {
  auto plugin = DescribeExecutable(path, preparation.settings.budget.process);
  if (!plugin) {
    preparation.problems.push_back(plugin.error().ToString());
    return;
  }
  const bool is_known =
      std::any_of(preparation.plugins.begin(), preparation.plugins.end(),
                  [&](const Plugin& other) { return other.name == plugin->name; });
  if (is_known) {
    preparation.problems.push_back("plugin " + EscapeBytes(path) + ": there is another one named " +
                                   plugin->name);
  } else {
    preparation.plugins.push_back(*std::move(plugin));
  }
}

// What the phases before this one leave: held devices, and dumps that are complete.
void AddEarlierPhases(const CommandLine& line, Preparation& preparation) {
  CaptureSettings& settings = preparation.settings;
  if (settings.phase == Phase::kAll) return;
  // What hold left beside the early spool.
  const bool is_early = settings.phase == Phase::kEarly && !line.spools.empty();
  settings.held = ReadHeldList(is_early ? line.spool() : line.early_spool);
  if (settings.phase != Phase::kLate) return;
  auto taken = CompleteDumps(line.early_spool);
  if (taken) {
    settings.taken = *std::move(taken);
  } else if (taken.error().os_error() != ENOENT) {
    preparation.problems.push_back("the early spool: " + taken.error().ToString());
  }
}

}  // namespace

Result<Preparation> Prepare(const CommandLine& line) {
  Preparation preparation;
  preparation.config = LoadCollectConfig(line.config_path, line.has_config_path);
  preparation.problems = preparation.config.warnings;
  preparation.settings = MergeSettings(line, preparation.config);
  AddEarlierPhases(line, preparation);
  preparation.plugins = VMCOREDD_TRY(BuiltinPlugins());
  for (const std::string& path : preparation.config.plugins) AddExecutable(path, preparation);
  for (const std::string& path : line.plugin_paths) AddExecutable(path, preparation);
  for (const std::string& problem : preparation.problems) Complain(problem);
  return preparation;
}

}  // namespace vmcoredd
