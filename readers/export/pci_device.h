// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_EXPORT_PCI_DEVICE_H_
#define READERS_EXPORT_PCI_DEVICE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "readers/export/export_dump.h"
#include "vmcoredd/format/pci_address.h"

namespace vmcoredd {

// What PCI and PCI Express have of configuration space.
inline constexpr size_t kPciHeaderBytes = 64;
inline constexpr size_t kPciConfigBytes = 256;
inline constexpr size_t kPciExtendedBytes = 4096;

// A PCI function, as its dump of configuration space has it.
struct PciDevice {
  PciAddress address;
  DumpToExport source;            // the dump
  std::vector<std::byte> config;  // 64, 128, 256 or 4096 bytes

  // Little-endian, as configuration space is; zeros where the dump ends.
  uint32_t Load(size_t offset, size_t bytes) const;
  // 0: a device, 1: a bridge, 2: a CardBus bridge.
  uint8_t header_type() const { return static_cast<uint8_t>(Load(0x0e, 1) & 0x7f); }
  bool is_bridge() const { return header_type() == 1 || header_type() == 2; }
  // Behind a bridge.
  uint8_t secondary_bus() const { return static_cast<uint8_t>(Load(0x19, 1)); }
  uint8_t subordinate_bus() const { return static_cast<uint8_t>(Load(0x1a, 1)); }
};

// Calls `visit` with the offset of each capability, until it answers true. Returns that
// offset, or 0.
size_t VisitCapabilities(const PciDevice& device, const std::function<bool(size_t at)>& visit);

// The function that any dump is of: the manifest says it, or the name, SOURCE_ADDRESS and
// perhaps more behind a '_'.
std::optional<PciAddress> PciAddressOf(const DeviceDump& dump);

// Which function's configuration space a dump is; nothing if it is none: told by the
// manifest's content, or by the name that the kernel's habit and the driver plugin pci give.
std::optional<PciAddress> PciConfigAddress(const DeviceDump& dump);

// Reads the configuration spaces among `dumps`, and sorts them by address. Those that cannot
// be used, and all but the first of one function, go to `report`. Other dumps are ignored.
std::vector<PciDevice> ReadPciDevices(std::span<const DumpToExport> dumps,
                                      const ExportReport& report);

}  // namespace vmcoredd

#endif  // READERS_EXPORT_PCI_DEVICE_H_
