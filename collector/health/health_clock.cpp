// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_clock.h"

#include <time.h>

namespace vmcoredd {

namespace {

constexpr uint64_t kNsPerSecond = 1000000000;

uint64_t Nanoseconds(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * kNsPerSecond + static_cast<uint64_t>(now.tv_nsec);
}

class MachineClock final : public HealthClock {
 public:
  uint64_t NowMs() const override { return Nanoseconds(CLOCK_MONOTONIC) / 1000000; }
  uint64_t RealNs() const override { return Nanoseconds(CLOCK_REALTIME); }
};

}  // namespace

const HealthClock& HealthClock::OfMachine() {
  static const MachineClock clock;
  return clock;
}

}  // namespace vmcoredd
