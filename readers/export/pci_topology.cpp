// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/pci_topology.h"

#include <fmt/format.h>

namespace vmcoredd {

PciTopology::PciTopology(std::span<const PciDevice> devices) : devices_(devices) {
  for (size_t i = 0; i < devices.size(); ++i) {
    const PciDevice& device = devices[i];
    if (!device.is_bridge()) continue;
    bridges_.Add(device.address, device.secondary_bus(), device.subordinate_bus(), i);
  }
}

std::string PciTopology::FolderOf(const PciDevice& device) const {
  std::string folder = device.address.ToString();
  const PciDevice* top = &device;
  for (size_t depth = 0;; ++depth) {
    const auto above = bridges_.Above(top->address);
    if (!above) break;
    if (depth == kMaxBridgeDepth) {
      folder = device.address.ToString();
      top = &device;
      break;
    }
    top = &devices_[*above];
    folder.insert(0, top->address.ToString() + '/');
  }
  return fmt::format("pci{:04x}:{:02x}/{}", top->address.domain, top->address.bus, folder);
}

}  // namespace vmcoredd
