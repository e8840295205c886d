// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>

#include "collector/capture/estimate.h"
#include "collector/capture/phase_policy.h"
#include "collector/capture/plan.h"
#include "collector/commands.h"
#include "collector/console.h"

namespace vmcoredd {

namespace {

double Milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

void PrintDump(const PlannedDump& dump, const CaptureSettings& settings) {
  const Offer& offer = dump.offer;
  const Device& device = *dump.device;
  const std::string size = offer.size ? std::to_string(offer.size) : "unknown";
  std::printf(
      "%-43s %10s %8d %-11s %-5s %7.1f %04x:%04x class %06x%s%s\n", dump.name.c_str(), size.c_str(),
      static_cast<int>(offer.priority), std::string(DumpClassName(offer.dump_class)).c_str(),
      std::string(PhaseName(PhaseOf(device, offer, settings))).c_str(),
      Milliseconds(EstimateTime(offer.size, settings.quota())), device.vendor_id, device.device_id,
      device.class_code, device.driver.empty() ? "" : " driver ", device.driver.c_str());
}

void PrintPhase(const Plan& plan, const Preparation& preparation, Phase phase) {
  if (preparation.settings.phase != Phase::kAll && preparation.settings.phase != phase) return;
  const PhaseEstimate estimate = EstimatePhase(plan, preparation.settings, phase);
  const CaptureSettings limits = SettingsFor(preparation.config, phase);
  std::printf("%s: %zu dumps, %llu bytes of at most %llu", std::string(PhaseName(phase)).c_str(),
              estimate.dumps, static_cast<unsigned long long>(estimate.bytes),
              static_cast<unsigned long long>(limits.budget.spool_bytes));
  if (estimate.of_unknown_size != 0) {
    std::printf(" and %zu of unknown size", estimate.of_unknown_size);
  }
  std::printf(", about %.0f ms of at most %lld\n", Milliseconds(estimate.time),
              static_cast<long long>(limits.budget.total.count()));
}

}  // namespace

int RunPlan(const CommandLine& line) {
  const auto preparation = Prepare(line);
  if (!preparation) return ExitWith(preparation.error());
  if (line.is_rehearsal) return RunRehearsal(*preparation);
  const CaptureSettings& settings = preparation->settings;
  const auto inventory = ReadInventory(line.sysroot);
  if (!inventory) return ExitWith(inventory.error());
  const Plan plan = MakePlan(*inventory, preparation->plugins, settings, Budget(settings));
  std::printf("%-43s %10s %8s %-11s %-5s %7s %s\n", "NAME", "SIZE", "PRIORITY", "CLASS", "PHASE",
              "MS", "DEVICE");
  for (const PlannedDump& dump : plan.dumps) PrintDump(dump, settings);
  for (const ManifestSkip& skip : plan.later) {
    std::printf("%-43s %s\n", skip.name.c_str(), skip.reason.c_str());
  }
  for (const ManifestSkip& skip : plan.skipped) {
    std::printf("%-43s skipped: %s\n", skip.name.c_str(), skip.reason.c_str());
  }
  for (const Phase phase : {Phase::kEarly, Phase::kLate}) PrintPhase(plan, *preparation, phase);
  if (!preparation->config.early) {
    std::printf("early capture is off: %s\n", preparation->config.early_reason.c_str());
  }
  for (const std::string& warning : inventory->warnings) Complain(warning);
  const bool is_complete =
      plan.skipped.empty() && preparation->problems.empty() && inventory->warnings.empty();
  return is_complete ? kAllWell : kIncomplete;
}

}  // namespace vmcoredd
