/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the plugin knows of capabilities: which bytes of each are plain registers
 * that can be read without consequence. Numbers and layouts are those of the PCI
 * and PCI Express base specifications, as in the kernel's
 * include/uapi/linux/pci_regs.h.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_PCI_PCI_CAPS_H_
#define VMCOREDD_DRIVER_PLUGINS_PCI_PCI_CAPS_H_

#include <stdint.h>

/* One aligned double word of the device, or 0 when it must not be read here. */
typedef uint32_t (*pci_read_fn)(void* context, uint32_t offset);

/* What follows the bytes of a capability that may be read. */
enum pci_rest {
  PCI_REST_UNKNOWN, /* the capability ends, or nobody knows */
  PCI_REST_VPD,     /* a data register: reading it goes to the VPD storage */
  PCI_REST_GATEWAY  /* vendor-specific or mailbox registers, a window to elsewhere */
};

struct pci_cap_extent {
  uint32_t length;      /* bytes from the capability's start, a multiple of 4, at least 4 */
  enum pci_rest rest;   /* what the bytes behind them are */
  uint32_t rest_length; /* how many, as far as the capability says */
};

/*
 * How much of the capability with number `id` may be read. `header` is its first
 * double word, at `offset`. The lengths of some extended capabilities are in their
 * further double words, which are plain registers too.
 */
struct pci_cap_extent pci_cap_extent(uint8_t id, uint32_t header);
struct pci_cap_extent pci_ext_cap_extent(uint16_t id,
                                         uint32_t offset,
                                         pci_read_fn read,
                                         void* context);

/*
 * What enumeration in a crash kernel has changed in a device with this capability,
 * or NULL. One line for the manifest: a keyword, a colon, a sentence.
 */
const char* pci_cap_perturbation(uint8_t id);
const char* pci_ext_cap_perturbation(uint16_t id);

#endif /* VMCOREDD_DRIVER_PLUGINS_PCI_PCI_CAPS_H_ */
