// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_REQUEST_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_REQUEST_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "collector/health/health_devices.h"
#include "vmcoredd/format/devlink/netlink_message.h"

// What a request is about, and what it is refused for. Errors are errno values.

namespace vmcoredd {

// A command that the kernel has.
struct HealthOperation {
  uint8_t command;
  bool has_do, has_dump, is_privileged;
};
const HealthOperation* FindHealthOperation(uint8_t command);

// 0 and the device, EINVAL when none is named, ENODEV for an unknown one.
int FindRequestedDevice(const HealthDevices& devices,
                        const devlink::AttributeTable& attributes,
                        const HealthDevice*& device);
// Nothing when none is named, or an unknown one. A port that is not there is passed over
// (devlink_health_reporter_get_from_attrs()).
std::shared_ptr<HealthReporter> FindRequestedReporter(const HealthDevices& devices,
                                                      const HealthDevice& device,
                                                      const devlink::AttributeTable& attributes);
std::optional<uint32_t> RequestedPort(const devlink::AttributeTable& attributes);

// What SET is to change. ERANGE for an integer of another size.
int ReadParameterChange(const devlink::AttributeTable& attributes, ParameterChange& change);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_REQUEST_H_
