// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_request.h"

#include <linux/devlink.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd {

using devlink::AttributeTable;

namespace {

constexpr HealthOperation kOperations[] = {
    {DEVLINK_CMD_GET, true, true, false},
    {DEVLINK_CMD_PORT_GET, true, true, false},
    {DEVLINK_CMD_PARAM_GET, true, true, false},
    {DEVLINK_CMD_REGION_GET, true, true, false},
    {DEVLINK_CMD_INFO_GET, true, true, false},
    {DEVLINK_CMD_HEALTH_REPORTER_GET, true, true, false},
    {DEVLINK_CMD_HEALTH_REPORTER_SET, true, false, true},
    {DEVLINK_CMD_HEALTH_REPORTER_RECOVER, true, false, true},
    {DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE, true, false, true},
    {DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, false, true, true},
    {DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR, true, false, true},
    {DEVLINK_CMD_HEALTH_REPORTER_TEST, true, false, true},
};

// The integer of exactly that size, if the attribute is there at all; ERANGE otherwise.
int TakeUint(const AttributeTable& attributes,
             uint16_t type,
             size_t size,
             std::optional<uint64_t>& value) {
  const devlink::Attribute* const attribute = attributes.Find(type);
  if (!attribute) return 0;
  if (attribute->bytes.size() != size) return ERANGE;
  value = attribute->ToUint();
  return 0;
}

}  // namespace

const HealthOperation* FindHealthOperation(uint8_t command) {
  const auto* const found = std::find_if(
      std::begin(kOperations), std::end(kOperations),
      [command](const HealthOperation& operation) { return operation.command == command; });
  return found == std::end(kOperations) ? nullptr : found;
}

std::optional<uint32_t> RequestedPort(const AttributeTable& attributes) {
  const std::optional<uint64_t> port = attributes.Uint(DEVLINK_ATTR_PORT_INDEX);
  if (!port || *port > UINT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*port);
}

std::shared_ptr<HealthReporter> FindRequestedReporter(const HealthDevices& devices,
                                                      const HealthDevice& device,
                                                      const AttributeTable& attributes) {
  const std::optional<std::string> name = attributes.String(DEVLINK_ATTR_HEALTH_REPORTER_NAME);
  if (!name) return nullptr;
  std::optional<uint32_t> port = RequestedPort(attributes);
  const bool has_port =
      port && std::any_of(device.reporters.begin(), device.reporters.end(),
                          [&](const auto& reporter) { return reporter->name().port == port; });
  if (!has_port) port.reset();
  return devices.FindReporter(device, port, *name);
}

int FindRequestedDevice(const HealthDevices& devices,
                        const AttributeTable& attributes,
                        const HealthDevice*& device) {
  const std::optional<std::string> bus = attributes.String(DEVLINK_ATTR_BUS_NAME);
  const std::optional<std::string> name = attributes.String(DEVLINK_ATTR_DEV_NAME);
  if (!bus || !name) return EINVAL;
  device = devices.Find(*bus, *name);
  return device ? 0 : ENODEV;
}

int ReadParameterChange(const AttributeTable& attributes, ParameterChange& change) {
  std::optional<uint64_t> auto_recover, auto_dump;
  int error =
      TakeUint(attributes, DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD, 8, change.grace_period_ms);
  if (error == 0) {
    error = TakeUint(attributes, devlink::kAttrHealthBurstPeriod, 8, change.burst_period_ms);
  }
  if (error == 0) {
    error = TakeUint(attributes, DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER, 1, auto_recover);
  }
  if (error == 0)
    error = TakeUint(attributes, DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP, 1, auto_dump);
  if (auto_recover) change.auto_recover = *auto_recover != 0;
  if (auto_dump) change.auto_dump = *auto_dump != 0;
  return error;
}

}  // namespace vmcoredd
