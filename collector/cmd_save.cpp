// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/commands.h"
#include "collector/console.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

int RunSave(const CommandLine& line) {
  SaveSettings settings = line.save;
  settings.spool_folder = line.spool();
  const auto summary = SaveSpool(settings);
  if (!summary) return ExitWith(summary.error());
  for (const std::string& problem : summary->problems) Complain(problem);
  Complain(EscapeBytes(settings.output) + ": " + std::to_string(summary->dumps) + " dumps");
  return summary->problems.empty() ? kAllWell : kIncomplete;
}

}  // namespace vmcoredd
