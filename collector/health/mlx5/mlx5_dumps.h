// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_MLX5_MLX5_DUMPS_H_
#define VMCOREDD_COLLECTOR_HEALTH_MLX5_MLX5_DUMPS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "collector/health/mlx5/health_poll.h"
#include "collector/health/reporter.h"
#include "vmcoredd/format/devlink/fmsg_builder.h"

// What the reporters say, in the driver's names and types (core/health.c).

namespace vmcoredd::mlx5 {

// struct mlx5_fw_reporter_ctx, and what was fatal.
class Mlx5Context final : public ReportContext {
 public:
  Mlx5Context(uint8_t syndrome, uint32_t misses) : syndrome_(syndrome), misses_(misses) {}
  // "syndrome", "fw_miss_counter"
  void Put(devlink::FmsgBuilder& out) const;

 private:
  uint8_t syndrome_;
  uint32_t misses_;
};

// "Syndrome", and "Description" when it is not 0.
void PutDiagnosis(devlink::FmsgBuilder& out, const HealthBuffer& health);
// "health buffer"; nothing without a syndrome.
void PutHealthBuffer(devlink::FmsgBuilder& out, const HealthBuffer& health);

// Of fw_fatal, where the driver has "crdump_data": what was fatal, and "iseg_data", the
// image that the plugin's dump `iseg` is. `is_current`: from the look that found the error.
void PutFatal(devlink::FmsgBuilder& out, Sensor sensor, const std::string& why);
void PutSegment(devlink::FmsgBuilder& out, const SegmentImage& image, bool is_current);

// One line of what the driver prints.
std::string HealthText(const Registers& registers);

}  // namespace vmcoredd::mlx5

#endif  // VMCOREDD_COLLECTOR_HEALTH_MLX5_MLX5_DUMPS_H_
