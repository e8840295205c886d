// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_MLX5_HEALTH_POLL_H_
#define VMCOREDD_COLLECTOR_HEALTH_MLX5_HEALTH_POLL_H_

#include <cstdint>
#include <string>

#include "collector/health/mlx5/register_reader.h"

namespace vmcoredd::mlx5 {

// What is fatal, in the order in which it is looked at; numbers are the driver's
// (MLX5_SENSOR_*), but for the last, which the driver would not survive to tell.
enum class Sensor : uint8_t {
  kNone = 0,
  kPciComm = 1,  // fw_ver reads all ones
  kPci = 2,      // configuration space does; the driver asks pci_channel_offline()
  kNicDisabled = 3,
  kNicSwReset = 4,
  kSyndromeRfr = 5,  // a syndrome, and recovery flow required
  kNoReturn = 6,     // a load from BAR 0 does not come back
};
Sensor CheckSensors(const Sample& sample, const Registers& registers);
std::string SensorText(Sensor sensor);

// The driver's poll_health() (drivers/net/ethernet/mellanox/mlx5/core/health.c, Linux 6.1 to
// 7.2) without its timer: what each look at the registers means. A device in an internal
// error is only looked at for whether it has come back by itself, where the driver has
// stopped its timer.
class HealthPoll {
 public:
  static constexpr uint32_t kMaxMisses = 3;
  // Looks in a row that must find everything well.
  static constexpr uint32_t kWellLooks = 3;

  struct Finding {
    Sensor fatal = Sensor::kNone;  // just found: report to fw_fatal
    bool has_missed = false;       // the counter has just stood still for kMaxMisses looks
    bool report_firmware = false;  // report to fw
    bool is_well_again = false;    // after a fatal error
  };
  Finding Look(const Sample& sample);

  // Everything begins anew: after a recovery (mlx5_start_health_poll()).
  void Restart();

  const Registers& registers() const { return registers_; }
  Sensor fatal() const { return fatal_; }
  uint8_t syndrome() const { return syndrome_; }
  uint32_t misses() const { return misses_; }

 private:
  Registers registers_;
  Sensor fatal_ = Sensor::kNone;
  uint32_t previous_ = 0, misses_ = 0, well_ = 0;
  uint8_t syndrome_ = 0;
};

}  // namespace vmcoredd::mlx5

#endif  // VMCOREDD_COLLECTOR_HEALTH_MLX5_HEALTH_POLL_H_
