// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_EXPORT_LSPCI_TEXT_H_
#define READERS_EXPORT_LSPCI_TEXT_H_

#include <span>

#include "readers/export/pci_device.h"

namespace vmcoredd {

// Writes what `lspci -Dnxxxx` prints of these devices, which `lspci -F FILE` and `vmcoredd
// import` read. A device in a domain that lspci cannot read goes to `report`. Fails when
// `out` does.
Result<void> WriteLspci(std::span<const PciDevice> devices,
                        OutputStream& out,
                        const ExportReport& report);

}  // namespace vmcoredd

#endif  // READERS_EXPORT_LSPCI_TEXT_H_
