// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_PCI_BRIDGES_H_
#define VMCOREDD_FORMAT_PCI_BRIDGES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "vmcoredd/format/pci_address.h"

namespace vmcoredd {

// Which bridge a function is behind, as far as the bus numbers of the bridges tell
// (registers 0x19 and 0x1a of their configuration spaces). There are no circles, whatever
// the numbers are.
class PciBridges {
 public:
  // `id` is what the caller knows the bridge by.
  void Add(const PciAddress& address, uint8_t secondary_bus, uint8_t subordinate_bus, size_t id);

  // The id of the bridge to the function's bus: of several the first that was added. Or of
  // the innermost one whose range has that bus, though no bridge leads to it: virtual
  // functions are on such.
  std::optional<size_t> Above(const PciAddress& address) const;

 private:
  struct Bridge {
    uint8_t subordinate_bus;
    size_t id;
  };
  // Those of a domain, by the bus behind them.
  std::map<uint32_t, std::multimap<uint8_t, Bridge>> bridges_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_PCI_BRIDGES_H_
