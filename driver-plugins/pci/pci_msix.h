/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * MSI-X: where each interrupt vector points to and whether it is masked (the table),
 * and which are pending (the PBA). Both are in memory of the device, at places that
 * the capability tells (PCI Express Base Specification 5.0, 7.7.2; PCI_MSIX_* in the
 * kernel's include/uapi/linux/pci_regs.h).
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_PCI_PCI_MSIX_H_
#define VMCOREDD_DRIVER_PLUGINS_PCI_PCI_MSIX_H_

#include <stdint.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"

struct pci_msix {
  uint32_t vectors; /* 1 to 2048 */
  uint32_t table_bar;
  uint32_t table_offset;
  uint32_t pba_bar;
  uint32_t pba_offset;
};

/* 16 bytes a vector; one bit a vector, in quad words. */
uint32_t pci_msix_table_bytes(const struct pci_msix* msix);
uint32_t pci_msix_pba_bytes(const struct pci_msix* msix);

/*
 * Finds the capability. 0; -ENOENT: there is none, or what it tells of cannot be: no
 * memory BAR, or not within it; or another -errno of read_config.
 */
int pci_msix_find(const struct vmcoredd_host* host,
                  const struct vmcoredd_device* device,
                  struct pci_msix* msix);

/* Writes the table, and behind it the PBA. */
int pci_msix_collect(const struct vmcoredd_host* host,
                     const struct vmcoredd_device* device,
                     void* cookie,
                     const struct vmcoredd_sink* sink);

#endif /* VMCOREDD_DRIVER_PLUGINS_PCI_PCI_MSIX_H_ */
