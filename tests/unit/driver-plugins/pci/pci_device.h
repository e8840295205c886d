// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_PCI_PCI_DEVICE_H_
#define VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_PCI_PCI_DEVICE_H_

#include <cstdint>
#include <vector>

#include "tests/unit/driver-plugins/fake_host.h"

namespace vmcoredd {

// A device with a header of distinct bytes, without capabilities.
struct PciDevice : FakeHost {
  explicit PciDevice(uint32_t config_size) : FakeHost(config_size) {
    for (uint32_t i = 0; i < 64; ++i) config[i] = static_cast<uint8_t>(i + 1);
    Set32(0x00, 0x10d38086);
    Set32(0x04, 0x00000006);
    Set32(0x0c, 0x00000000);  // header type 0
    Set32(0x34, 0x00000000);
    for (uint32_t i = 64; i < 256; ++i) config[i] = 0xa5;
  }
  void HeaderType(uint8_t type) { config[0x0e] = type; }
  void FirstCap(uint8_t offset) {
    Set32(0x04, 0x00100000 | 6);
    config[0x34] = offset;
  }
  // A capability: id, next, and the upper half of the first double word.
  void Cap(uint32_t offset, uint8_t id, uint8_t next, uint16_t upper = 0) {
    Set32(offset, id | uint32_t{next} << 8 | uint32_t{upper} << 16);
  }
  void ExtCap(uint32_t offset, uint16_t id, uint16_t next) {
    Set32(offset, id | 1u << 16 | uint32_t{next} << 20);
  }
  std::vector<uint32_t> ReadPast(uint32_t begin) const {
    std::vector<uint32_t> offsets;
    for (const auto& [offset, count] : reads) {
      if (offset >= begin) offsets.push_back(offset);
    }
    return offsets;
  }
};

}  // namespace vmcoredd

#endif  // VMCOREDD_TESTS_UNIT_DRIVER_PLUGINS_PCI_PCI_DEVICE_H_
