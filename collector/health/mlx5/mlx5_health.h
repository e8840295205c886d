// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_MLX5_MLX5_HEALTH_H_
#define VMCOREDD_COLLECTOR_HEALTH_MLX5_MLX5_HEALTH_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "collector/health/health_devices.h"
#include "collector/health/health_log.h"
#include "collector/health/mlx5/health_poll.h"
#include "collector/health/mlx5/recovery.h"
#include "collector/health/mlx5/register_child.h"
#include "collector/loop/event_loop.h"

namespace vmcoredd::mlx5 {

struct Mlx5Settings {
  DevicePlace place;
  // Nothing: fw_fatal has no recover, and nobody can switch it on.
  std::optional<RecoveryMethod> recovery;
  // Asked before each recovery: why the machine cannot do without this device, or empty.
  // Not set: nobody knows, and nothing is recovered.
  std::function<std::string()> why_needed;

  // The driver's times (HEALTH_POLL_INTERVAL, FW_RESET; 60 s of grace for a physical
  // function, 30 s for a virtual one).
  std::chrono::milliseconds poll{2000};
  std::chrono::milliseconds jitter{1000};    // at most, added to each
  std::chrono::milliseconds answer{10000};   // for the process that loads
  std::chrono::milliseconds act{60000};      // for what recovery writes
  std::chrono::milliseconds come_up{60000};  // for the device after it
  std::chrono::milliseconds come_up_step{100};
  std::optional<uint64_t> grace_period_ms;
  uint64_t burst_period_ms = 0;

  RegisterChild::Read read;  // instead of ReadSegment(), for tests
};

// The health reporters of one ConnectX device: "fw" and "fw_fatal", as the kernel's driver
// has them, fed by looks at the initialisation segment.
class Mlx5Health {
 public:
  static Result<std::unique_ptr<Mlx5Health>> Start(EventLoop& loop,
                                                   HealthDevices& devices,
                                                   const HealthClock& clock,
                                                   ReporterObserver& observer,
                                                   HealthLog log,
                                                   Mlx5Settings settings);
  Mlx5Health(const Mlx5Health&) = delete;
  Mlx5Health& operator=(const Mlx5Health&) = delete;
  ~Mlx5Health();

  const HealthPoll& poll() const { return poll_; }
  uint64_t looks() const { return looks_; }

 private:
  Mlx5Health(EventLoop& loop, HealthDevices& devices, HealthLog log, Mlx5Settings settings);
  Result<void> AddReporters(const HealthClock& clock, ReporterObserver& observer);
  HealthDeviceInfo Info() const;

  void LookIn(std::chrono::milliseconds delay);
  std::chrono::milliseconds NextPoll();
  void OnSample(const Sample& sample);
  void Act(const HealthPoll::Finding& finding);
  void LogHealth() const;

  int BeginRecovery(std::string& text);
  void OnRecoveryRun(int error);
  void OnComingUp(const Sample& sample);
  void EndRecovery(int error, const std::string& text);

  int Diagnose(devlink::FmsgBuilder& out, std::string& text) const;
  int DumpFirmware(devlink::FmsgBuilder& out, const ReportContext* context) const;
  int DumpFatal(devlink::FmsgBuilder& out, const ReportContext* context) const;

  EventLoop& loop_;
  HealthDevices& devices_;
  HealthLog log_;
  Mlx5Settings settings_;
  bool is_registered_ = false;
  std::shared_ptr<HealthReporter> fw_, fw_fatal_;
  HealthPoll poll_;
  Sample sample_;                      // the last
  std::optional<SegmentImage> image_;  // the last that was read
  std::string unreadable_;             // why not, as last told
  uint64_t looks_ = 0;
  uint32_t random_ = 0;
  RegisterChild child_;
  Recovery recovery_;
  std::optional<EventLoop::Clock::time_point> up_until_;  // recovery: waiting for the device
  EventLoop::TimerId timer_ = 0;
};

}  // namespace vmcoredd::mlx5

#endif  // VMCOREDD_COLLECTOR_HEALTH_MLX5_MLX5_HEALTH_H_
