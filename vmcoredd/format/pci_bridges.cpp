// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/pci_bridges.h"

namespace vmcoredd {

void PciBridges::Add(const PciAddress& address,
                     uint8_t secondary_bus,
                     uint8_t subordinate_bus,
                     size_t id) {
  // Else a hostile dump could make a circle.
  if (secondary_bus <= address.bus) return;
  bridges_[address.domain].emplace(secondary_bus, Bridge{subordinate_bus, id});
}

std::optional<size_t> PciBridges::Above(const PciAddress& address) const {
  const auto domain = bridges_.find(address.domain);
  if (domain == bridges_.end()) return std::nullopt;
  const auto& bridges = domain->second;
  if (const auto exact = bridges.lower_bound(address.bus);
      exact != bridges.end() && exact->first == address.bus) {
    return exact->second.id;
  }
  for (auto it = bridges.lower_bound(address.bus); it != bridges.begin();) {
    --it;
    if (it->second.subordinate_bus >= address.bus) return it->second.id;
  }
  return std::nullopt;
}

}  // namespace vmcoredd
