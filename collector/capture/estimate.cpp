// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/estimate.h"

#include "collector/capture/phase_policy.h"

namespace vmcoredd {

namespace {

using std::chrono::microseconds;

constexpr microseconds kProcess{2000};
constexpr uint64_t kReadBytes = 4;
// 1.5 us a read, without a fraction.
constexpr uint64_t kTwoReadsUs = 3;

}  // namespace

microseconds EstimateTime(uint64_t size, uint64_t unknown_size) {
  const uint64_t bytes = size != 0 ? size : unknown_size;
  return kProcess + microseconds(bytes / (2 * kReadBytes) * kTwoReadsUs);
}

PhaseEstimate EstimatePhase(const Plan& plan, const CaptureSettings& settings, Phase phase) {
  PhaseEstimate estimate;
  for (const PlannedDump& dump : plan.dumps) {
    if (PhaseOf(*dump.device, dump.offer, settings) != phase) continue;
    ++estimate.dumps;
    if (dump.offer.size == 0) ++estimate.of_unknown_size;
    estimate.bytes += dump.offer.size;
    estimate.time += EstimateTime(dump.offer.size, settings.quota());
  }
  return estimate;
}

}  // namespace vmcoredd
