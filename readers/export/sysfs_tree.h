// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_EXPORT_SYSFS_TREE_H_
#define READERS_EXPORT_SYSFS_TREE_H_

#include <functional>
#include <span>

#include "readers/export/pci_device.h"
#include "readers/export/tree_writer.h"

namespace vmcoredd {

// Writes PCI devices as the kernel shows them below sys/: `lspci -O sysfs.path=TREE/sys/bus/pci`
// and --sysroot TREE read it. Images of BARs are made of those of `dumps` that
// FindBarPieces() knows.
//
// What is wrong with a dump goes to `report`. Fails when the tree cannot be written, and with
// kRefused when `is_stopped`, which is asked between devices, says so.
Result<void> WriteSysfsTree(std::span<const PciDevice> devices,
                            std::span<const DumpToExport> dumps,
                            TreeWriter& tree,
                            const ExportReport& report,
                            const std::function<bool()>& is_stopped);

}  // namespace vmcoredd

#endif  // READERS_EXPORT_SYSFS_TREE_H_
