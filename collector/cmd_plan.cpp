// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>

#include "collector/capture/plan.h"
#include "collector/commands.h"
#include "collector/console.h"

namespace vmcoredd {

namespace {

void PrintDump(const PlannedDump& dump) {
  const std::string size = dump.offer.size ? std::to_string(dump.offer.size) : "unknown";
  std::printf("%-43s %10s %8d %-11s %04x:%04x class %06x%s%s\n", dump.name.c_str(), size.c_str(),
              static_cast<int>(dump.offer.priority),
              std::string(DumpClassName(dump.offer.dump_class)).c_str(), dump.device->vendor_id,
              dump.device->device_id, dump.device->class_code,
              dump.device->driver.empty() ? "" : " driver ", dump.device->driver.c_str());
}

}  // namespace

int RunPlan(const CommandLine& line) {
  const auto preparation = Prepare(line);
  if (!preparation) return ExitWith(preparation.error());
  const auto inventory = ReadInventory(line.sysroot);
  if (!inventory) return ExitWith(inventory.error());
  const Plan plan = MakePlan(*inventory, preparation->plugins, preparation->settings,
                             Budget(preparation->settings));
  std::printf("%-43s %10s %8s %-11s %s\n", "NAME", "SIZE", "PRIORITY", "CLASS", "DEVICE");
  for (const PlannedDump& dump : plan.dumps) PrintDump(dump);
  for (const ManifestSkip& skip : plan.skipped) {
    std::printf("%-43s skipped: %s\n", skip.name.c_str(), skip.reason.c_str());
  }
  for (const std::string& warning : inventory->warnings) Complain(warning);
  const bool is_complete =
      plan.skipped.empty() && preparation->problems.empty() && inventory->warnings.empty();
  return is_complete ? kAllWell : kIncomplete;
}

}  // namespace vmcoredd
