// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/pci_topology.h"

#include <fmt/format.h>

namespace vmcoredd {

PciTopology::PciTopology(std::span<const PciDevice> devices) {
  for (const PciDevice& device : devices) {
    // Else a hostile dump could make a loop.
    if (!device.is_bridge() || device.secondary_bus() <= device.address.bus) continue;
    bridges_[device.address.domain].emplace(device.secondary_bus(), &device);
  }
}

// The bus right behind the bridge, or one further behind that no bridge leads to: virtual
// functions are on such.
const PciDevice* PciTopology::ParentOf(const PciDevice& device) const {
  const auto domain = bridges_.find(device.address.domain);
  if (domain == bridges_.end()) return nullptr;
  const auto& bridges = domain->second;
  for (auto it = bridges.upper_bound(device.address.bus); it != bridges.begin();) {
    --it;
    const PciDevice& bridge = *it->second;
    if (it->first == device.address.bus) {
      // The first of those that claim it.
      return bridges.lower_bound(device.address.bus)->second;
    }
    if (bridge.subordinate_bus() >= device.address.bus) return &bridge;
  }
  return nullptr;
}

std::string PciTopology::FolderOf(const PciDevice& device) const {
  std::string folder = device.address.ToString();
  const PciDevice* top = &device;
  for (size_t depth = 0;; ++depth) {
    const PciDevice* const parent = ParentOf(*top);
    if (parent == nullptr) break;
    if (depth == kMaxBridgeDepth) {
      folder = device.address.ToString();
      top = &device;
      break;
    }
    folder.insert(0, parent->address.ToString() + '/');
    top = parent;
  }
  return fmt::format("pci{:04x}:{:02x}/{}", top->address.domain, top->address.bus, folder);
}

}  // namespace vmcoredd
