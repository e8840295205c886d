// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_ESTIMATE_H_
#define VMCOREDD_COLLECTOR_CAPTURE_ESTIMATE_H_

#include <chrono>

#include "collector/capture/capture_settings.h"
#include "collector/capture/plan.h"

namespace vmcoredd {

// How long a dump of `size` bytes takes that was not measured: a process, and a read of
// four bytes across PCI Express each, of which the slow ones take 1.5 us. A dump of
// unknown size counts as `unknown_size` bytes.
std::chrono::microseconds EstimateTime(uint64_t size, uint64_t unknown_size);

// Dumps of one phase together.
struct PhaseEstimate {
  size_t dumps = 0, of_unknown_size = 0;
  uint64_t bytes = 0;
  std::chrono::microseconds time{0};
};
PhaseEstimate EstimatePhase(const Plan& plan, const CaptureSettings& settings, Phase phase);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_ESTIMATE_H_
