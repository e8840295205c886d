// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/capture.h"
#include "collector/capture/child_limits.h"
#include "collector/capture/spool_writer.h"
#include "collector/capture/stop_signal.h"
#include "collector/commands.h"
#include "collector/console.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// Nothing is asked and nothing touched; the manifest says why.
Result<CaptureSummary> CaptureNothing(SpoolWriter& spool, const std::string& reason) {
  VMCOREDD_TRY(spool.AddNote("early capture is off: " +
                             (reason.empty() ? "so says the configuration" : EscapeBytes(reason))));
  VMCOREDD_TRY(spool.Finish());
  return CaptureSummary{};
}

Result<CaptureSummary> Capture(const CommandLine& line, bool& has_problems) {
  Preparation preparation = VMCOREDD_TRY(Prepare(line));
  CaptureSettings& settings = preparation.settings;
  const Inventory inventory = VMCOREDD_TRY(ReadInventory(line.sysroot));
  SpoolWriter spool = VMCOREDD_TRY(SpoolWriter::Create(
      line.spool(), DescribeCapture(settings), settings.budget.spool_bytes, settings.compress));
  for (const std::string& problem : preparation.problems) VMCOREDD_TRY(spool.AddNote(problem));
  for (const std::string& warning : inventory.warnings) {
    Complain(warning);
    VMCOREDD_TRY(spool.AddNote(warning));
  }
  if (settings.phase == Phase::kEarly && !preparation.config.early) {
    return CaptureNothing(spool, preparation.config.early_reason);
  }
  has_problems = !preparation.problems.empty() || !inventory.warnings.empty();
  Budget budget(settings);
  const Plan plan = MakePlan(inventory, preparation.plugins, settings, budget);
  const CaptureSummary summary = VMCOREDD_TRY(
      CapturePlan(plan, settings, budget, spool,
                  [&](const std::string& name, Outcome outcome, const std::string& problem) {
                    if (problem.empty() && !line.is_verbose) return;
                    Complain(name + ": " + std::string(OutcomeName(outcome)) +
                             (problem.empty() ? "" : ": " + problem));
                  }));
  VMCOREDD_TRY(spool.Finish());
  return summary;
}

}  // namespace

int RunCapture(const CommandLine& line) {
  CatchStopSignals();
  OfferOurselvesFirst();
  bool has_problems = false;
  const auto summary = Capture(line, has_problems);
  if (!summary) return ExitWith(summary.error());
  Complain("on the spool " + EscapeBytes(line.spool()) + ": " + std::to_string(summary->complete) +
           " dumps, in part " + std::to_string(summary->partial) + ", skipped " +
           std::to_string(summary->skipped));
  const bool is_complete = summary->partial == 0 && summary->skipped == 0 && !has_problems;
  return is_complete ? kAllWell : kIncomplete;
}

}  // namespace vmcoredd
