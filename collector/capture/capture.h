// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_CAPTURE_H_
#define VMCOREDD_COLLECTOR_CAPTURE_CAPTURE_H_

#include <functional>
#include <string>

#include "collector/capture/dump_session.h"
#include "collector/capture/plan.h"
#include "collector/capture/spool_writer.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

struct CaptureSummary {
  size_t complete = 0;
  size_t partial = 0;  // something of it is there
  size_t skipped = 0;  // nothing is
};

// Told of every dump when it is done or given up; `problem` is empty when all is well.
using CaptureObserver =
    std::function<void(const std::string& name, Outcome outcome, const std::string& problem)>;

// What the manifest says of a capture as a whole: a random id, the time, the
// machine. `kind` is "crash" in a crash kernel and "live" otherwise.
ManifestFragment DescribeCapture(const CaptureSettings& settings);

// Collects the plan's dumps one after the other, each in a process of its own and
// on the spool before the next one starts, while the budget lasts. Whatever goes wrong
// with a dump costs that dump only; fails when the spool cannot be written any more.
Result<CaptureSummary> CapturePlan(const Plan& plan,
                                   const CaptureSettings& settings,
                                   Budget& budget,
                                   SpoolWriter& spool,
                                   const CaptureObserver& observer);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_CAPTURE_H_
