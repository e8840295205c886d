// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_CLOCK_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_CLOCK_H_

#include <cstdint>

namespace vmcoredd {

// The times that health reporters count in. Tests have one of their own.
class HealthClock {
 public:
  virtual ~HealthClock() = default;
  virtual uint64_t NowMs() const = 0;   // milliseconds that only go forward, within a boot
  virtual uint64_t RealNs() const = 0;  // nanoseconds since 1970 UTC

  // CLOCK_MONOTONIC, which a restart of the service does not set back, and CLOCK_REALTIME.
  static const HealthClock& OfMachine();
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_CLOCK_H_
