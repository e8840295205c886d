// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_devices.h"

#include <algorithm>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

Result<HealthDevice*> HealthDevices::Add(std::string bus, std::string address) {
  if (Find(bus, address)) {
    return Fail(ErrorCode::kAlreadyExists,
                "device " + EscapeBytes(bus) + '/' + EscapeBytes(address) + " is there already");
  }
  if (devices_.size() == kMaxDevices) {
    return Fail(ErrorCode::kLimitExceeded,
                "more than " + std::to_string(kMaxDevices) + " devices with health reporters");
  }
  auto device = std::make_unique<HealthDevice>();
  device->bus = std::move(bus);
  device->address = std::move(address);
  devices_.push_back(std::move(device));
  return devices_.back().get();
}

Result<void> HealthDevices::AddReporter(HealthDevice& device,
                                        std::unique_ptr<HealthReporter> reporter) {
  const HealthReporter::Name& name = reporter->name();
  if (FindReporter(device, name.port, name.reporter)) {
    return Fail(ErrorCode::kAlreadyExists,
                "reporter " + EscapeBytes(name.reporter) + " is there already");
  }
  auto place = device.reporters.end();
  if (!name.port) {
    place = std::find_if(device.reporters.begin(), device.reporters.end(),
                         [](const auto& there) { return there->name().port.has_value(); });
  }
  device.reporters.insert(place, std::move(reporter));
  return {};
}

void HealthDevices::Remove(std::string_view bus, std::string_view address) {
  std::erase_if(devices_, [&](const auto& device) {
    return device->bus == bus && device->address == address;
  });
}

const HealthDevice* HealthDevices::Find(std::string_view bus, std::string_view address) const {
  for (const auto& device : devices_) {
    if (device->bus == bus && device->address == address) return device.get();
  }
  return nullptr;
}

std::shared_ptr<HealthReporter> HealthDevices::FindReporter(const HealthDevice& device,
                                                            std::optional<uint32_t> port,
                                                            std::string_view reporter) const {
  for (const auto& there : device.reporters) {
    if (there->name().port == port && there->name().reporter == reporter) return there;
  }
  return nullptr;
}

}  // namespace vmcoredd
