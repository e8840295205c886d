// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_PCI_ADDRESS_H_
#define VMCOREDD_FORMAT_PCI_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace vmcoredd {

// Where a PCI function is: "0000:02:00.4".
struct PciAddress {
  uint32_t domain = 0;
  uint8_t bus = 0;
  uint8_t device = 0;    // below 32
  uint8_t function = 0;  // below 8

  // As the kernel writes it, and nothing else: text from a dump becomes a path only through
  // this. Nothing if it is no such address.
  static std::optional<PciAddress> Parse(std::string_view text);
  std::string ToString() const;

  friend bool operator==(const PciAddress&, const PciAddress&) = default;
  friend bool operator<(const PciAddress& a, const PciAddress& b) {
    return std::tie(a.domain, a.bus, a.device, a.function) <
           std::tie(b.domain, b.bus, b.device, b.function);
  }
};

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_PCI_ADDRESS_H_
