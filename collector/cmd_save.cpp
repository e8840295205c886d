// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>

#include <cstdio>

#include "collector/capture/stop_signal.h"
#include "collector/commands.h"
#include "collector/console.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

int RunSave(const CommandLine& line) {
  CatchStopSignals();
  SaveSettings settings = line.save;
  settings.spool_folders = line.spools;
  if (settings.spool_folders.empty()) settings.spool_folders.emplace_back(kDefaultSpoolFolder);
  CollectConfig config = LoadCollectConfig(line.config_path, line.has_config_path);
  settings.identity = std::move(config.identity);
  if (line.has_directory) {
    // Whoever calls names the last resort; the machine's owner knows better ones.
    settings.directories.insert(settings.directories.begin() + 1, config.fallback.begin(),
                                config.fallback.end());
    const bool is_crash_kernel = ::access("/proc/vmcore", F_OK) == 0;
    if (is_crash_kernel) settings.not_in_memory = std::move(config.fallback);
  }
  if (settings.max_bytes == 0) settings.max_bytes = config.archive_bytes;
  for (const std::string& warning : config.warnings) Complain(warning);
  const auto summary = SaveSpools(settings);
  if (!summary) return ExitWith(summary.error());
  for (const std::string& problem : summary->problems) Complain(problem);
  Complain(EscapeBytes(summary->path) + ": " + std::to_string(summary->dumps) + " dumps");
  if (line.is_verbose && !settings.directories.empty()) std::puts(summary->path.c_str());
  return summary->problems.empty() && config.warnings.empty() ? kAllWell : kIncomplete;
}

}  // namespace vmcoredd
