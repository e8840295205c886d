// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_CAPTURE_H_
#define VMCOREDD_COLLECTOR_CAPTURE_CAPTURE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "collector/capture/child_process.h"
#include "collector/capture/dump_session.h"
#include "collector/capture/plan.h"
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

// Why a dump of `size` bytes (0: not known) of a device is not even started; nothing if it
// may be.
std::optional<DumpResult> WhyNotStarted(uint64_t size,
                                        const std::string& address,
                                        const Budget& budget,
                                        const DumpSink& sink);

// Runs the process of one dump and has `session` receive it. `on_progress` is called after
// each piece. Fails only when the sink does.
Result<DumpResult> RunDump(const ChildTask& task,
                           std::string_view request,
                           ChildDeadline deadline,
                           const Budget& budget,
                           DumpSession& session,
                           const std::function<void()>& on_progress = nullptr);

// Collects the plan's dumps one after the other, each in a process of its own and
// complete before the next one starts, while the budget lasts. Whatever goes wrong with a
// dump costs that dump only; fails when the sink cannot be written any more.
Result<CaptureSummary> CapturePlan(const Plan& plan,
                                   const CaptureSettings& settings,
                                   Budget& budget,
                                   DumpSink& sink,
                                   const CaptureObserver& observer);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_CAPTURE_H_
