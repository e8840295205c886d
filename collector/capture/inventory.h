// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_INVENTORY_H_
#define VMCOREDD_COLLECTOR_CAPTURE_INVENTORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// Entries of a bus folder that are looked at. Large machines have some thousand
// functions; VFs can bring it to tens of thousands.
inline constexpr size_t kMaxDevices = 65536;

// A device as sysfs shows it. Files that are missing (a tree somebody captured may
// be incomplete) read as 0 or nothing.
struct Device {
  std::string bus = "pci";
  std::string address;  // "0000:02:00.4"
  std::string driver;   // bound to it; empty if none
  uint16_t vendor_id = 0, device_id = 0;
  uint16_t subsystem_vendor_id = 0, subsystem_device_id = 0;
  uint32_t class_code = 0;
  uint32_t revision = 0;
  std::optional<uint32_t> virtual_functions;  // that are there now, of one that can have some
  uint32_t config_size = 0;                   // 256 or 4096 bytes; 0: no configuration space

  // For the manifest.
  Properties ToProperties() const;
};

struct Inventory {
  std::vector<Device> devices;        // by address
  std::vector<std::string> warnings;  // what could not be used, and why
};

// Reads the PCI devices from `sysroot`/sys/bus/pci/devices. `sysroot` is empty for
// this machine, or a captured tree. kIo when there is no such folder.
Result<Inventory> ReadInventory(const std::string& sysroot);

// Is it domain:bus:device.function?
bool IsPciAddress(std::string_view text);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_INVENTORY_H_
