// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>

#include "collector/commands.h"
#include "collector/console.h"
#include "collector/save/filter.h"

namespace vmcoredd {

int RunFilter(const CommandLine& line) {
  if (::isatty(STDOUT_FILENO) == 1) {
    Complain("the result is binary and standard output is a terminal: redirect it");
    return kUsageError;
  }
  FilterSettings settings;
  settings.spool_folders = line.spools;
  if (settings.spool_folders.empty()) settings.spool_folders.emplace_back(kDefaultSpoolFolder);
  // In a crash kernel the spool's folder is the one that is certain to be writable.
  settings.temporary_folder = settings.spool_folders.front();
  CollectConfig config = LoadCollectConfig(line.config_path, line.has_config_path);
  settings.identity = std::move(config.identity);
  const auto summary = FilterVmcore(settings, STDIN_FILENO, STDOUT_FILENO);
  // The vmcore did not arrive: whoever waits for it must know.
  if (!summary) return ExitWith(summary.error());
  for (const std::string& problem : summary->problems) Complain(problem);
  Complain("in the vmcore: " + std::to_string(summary->dumps) + " dumps");
  return kAllWell;
}

}  // namespace vmcoredd
