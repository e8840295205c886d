// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_EXPORT_PCI_TOPOLOGY_H_
#define READERS_EXPORT_PCI_TOPOLOGY_H_

#include <span>
#include <string>

#include "readers/export/pci_device.h"
#include "vmcoredd/format/pci_bridges.h"

namespace vmcoredd {

// More bridges above each other than any machine has.
inline constexpr size_t kMaxBridgeDepth = 32;

// Where devices are in the kernel's tree of them.
class PciTopology {
 public:
  // Sorted by address, as ReadPciDevices() gives them. Borrows them.
  explicit PciTopology(std::span<const PciDevice> devices);

  // The device's folder as the kernel has it below /sys/devices:
  // "pci0000:00/0000:00:04.0/0000:01:00.0". A device behind no bridge that we know, and one
  // too deep, is on a root bus of its own number.
  std::string FolderOf(const PciDevice& device) const;

 private:
  std::span<const PciDevice> devices_;
  PciBridges bridges_;  // by their place in devices_
};

}  // namespace vmcoredd

#endif  // READERS_EXPORT_PCI_TOPOLOGY_H_
