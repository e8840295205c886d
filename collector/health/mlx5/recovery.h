// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_MLX5_RECOVERY_H_
#define VMCOREDD_COLLECTOR_HEALTH_MLX5_RECOVERY_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "collector/health/mlx5/register_reader.h"
#include "collector/loop/event_loop.h"

namespace vmcoredd::mlx5 {

// What can be done for a device from user space. Both run a driver's remove and probe; what
// the driver's own recovery does inside of the device, nobody else can.
enum class RecoveryMethod {
  kRescan,  // the function is removed from the bus, and the bus scanned again
  kRebind,  // its driver is unbound and bound again
};
std::optional<RecoveryMethod> ParseRecoveryMethod(std::string_view text);  // "rescan", "rebind"

// Why this device must be left alone, whatever the configuration says; empty if it may be
// recovered. It must be there, no bridge, have no disk below it, no virtual functions, and
// not be lent out (vfio-pci).
std::string WhyNotRecover(const DevicePlace& place);

// Does it in a child process, since writing to these files can take long or hang; tells the
// end, an errno value, through the loop. The device may still need time to come up.
class Recovery {
 public:
  using OnEnd = std::function<void(int error)>;
  explicit Recovery(EventLoop& loop) : loop_(loop) {}
  Recovery(const Recovery&) = delete;
  Recovery& operator=(const Recovery&) = delete;
  ~Recovery();

  // 0, or why it could not be started. EBUSY: one is running, or hangs.
  int Start(const DevicePlace& place,
            RecoveryMethod method,
            std::chrono::milliseconds deadline,
            OnEnd on_end);

 private:
  void End(int error);

  EventLoop& loop_;
  OnEnd on_end_;
  pid_t child_ = 0;
  EventLoop::TimerId timer_ = 0;
};

}  // namespace vmcoredd::mlx5

#endif  // VMCOREDD_COLLECTOR_HEALTH_MLX5_RECOVERY_H_
