// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>

#include "collector/capture/hold.h"
#include "collector/capture/small_file.h"
#include "collector/commands.h"
#include "collector/console.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

int RunHold(const CommandLine& line) {
  const CollectConfig config = LoadCollectConfig(line.config_path, line.has_config_path);
  for (const std::string& warning : config.warnings) Complain(warning);
  const auto inventory = ReadInventory(line.sysroot);
  if (!inventory) return ExitWith(inventory.error());
  const HoldPlan plan = PlanHold(*inventory, config, KernelRelease(line.sysroot), line.sysroot);
  if (!plan.off_reason.empty()) Complain("nothing is held: " + plan.off_reason);
  if (line.is_dry_run) {
    for (const HoldDecision& decision : plan.decisions) {
      std::printf("%-14s %-8s %04x:%04x class %06x  %s\n", decision.device->address.c_str(),
                  decision.is_held ? "hold" : "leave", decision.device->vendor_id,
                  decision.device->device_id, decision.device->class_code, decision.reason.c_str());
    }
    return config.warnings.empty() ? kAllWell : kIncomplete;
  }
  if (!plan.off_reason.empty()) return config.warnings.empty() ? kAllWell : kIncomplete;
  const auto result = Hold(plan, line.sysroot, line.spool());
  if (!result) return ExitWith(result.error());
  for (const std::string& problem : result->problems) Complain(problem);
  Complain("held: " + std::to_string(result->held.size()) + " devices");
  return result->problems.empty() && config.warnings.empty() ? kAllWell : kIncomplete;
}

}  // namespace vmcoredd
