// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_DEVICES_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_DEVICES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/health/reporter.h"

namespace vmcoredd {

// What DEVLINK_CMD_INFO_GET says of a device.
struct HealthDeviceInfo {
  std::string driver, serial_number;
  std::vector<std::pair<std::string, std::string>> running_versions;  // "fw.version", "16.35.2000"
};

// A device that has reporters in user space.
struct HealthDevice {
  std::string bus, address;
  std::function<HealthDeviceInfo()> info;                  // may be missing
  std::vector<std::shared_ptr<HealthReporter>> reporters;  // those of ports behind the device's
};

// All of them, in the order in which they came: that of dumps.
class HealthDevices {
 public:
  // kAlreadyExists for a device that is there, kLimitExceeded above kMaxDevices.
  Result<HealthDevice*> Add(std::string bus, std::string address);
  // kAlreadyExists for a name that the device, or that port of it, has.
  Result<void> AddReporter(HealthDevice& device, std::unique_ptr<HealthReporter> reporter);
  void Remove(std::string_view bus, std::string_view address);

  const HealthDevice* Find(std::string_view bus, std::string_view address) const;
  std::shared_ptr<HealthReporter> FindReporter(const HealthDevice& device,
                                               std::optional<uint32_t> port,
                                               std::string_view reporter) const;
  const std::vector<std::unique_ptr<HealthDevice>>& all() const { return devices_; }

  static constexpr size_t kMaxDevices = 256;

 private:
  std::vector<std::unique_ptr<HealthDevice>> devices_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_DEVICES_H_
