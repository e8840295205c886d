/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The walk over a configuration space: header, capability list, extended
 * capability list. It reads what it understands and nothing else, because some
 * devices lock up when registers that do not exist, or that lead elsewhere, are
 * read ("Several chips lock up trying to read undefined config space",
 * pci_read_config() in drivers/pci/pci-sysfs.c).
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_PCI_PCI_WALK_H_
#define VMCOREDD_DRIVER_PLUGINS_PCI_PCI_WALK_H_

#include <stdint.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"

#define PCI_CONFIG_BYTES 256u
#define PCI_EXT_CONFIG_BYTES 4096u
#define PCI_HEADER_BYTES 64u

/* What is known of one double word of the image. */
enum pci_state {
  PCI_NOT_READ = 0, /* not part of the header or a known capability */
  PCI_READ,
  PCI_FAILED, /* could not be read */
  PCI_VPD,    /* left alone */
  PCI_GATEWAY /* left alone */
};

#define PCI_MAX_WARNINGS 8
#define PCI_WARNING_BYTES 96
#define PCI_MAX_PERTURBATIONS 8

struct pci_image {
  uint32_t size; /* 256 or 4096: bytes of `bytes` that make the dump */
  uint8_t bytes[PCI_EXT_CONFIG_BYTES];
  uint8_t state[PCI_EXT_CONFIG_BYTES / 4]; /* enum pci_state */
  int error;                               /* the first failed read's -errno, or 0 */

  char warnings[PCI_MAX_WARNINGS][PCI_WARNING_BYTES];
  uint32_t warning_count;
  /* What enumeration in a crash kernel changes in a device like this; static. */
  const char* perturbations[PCI_MAX_PERTURBATIONS];
  uint32_t perturbation_count;
};

/*
 * Does the device answer? 0, or -ENODEV with the reason in *why. Reads the first
 * two double words.
 */
int pci_check_presence(const struct vmcoredd_host* host,
                       const struct vmcoredd_device* device,
                       const char** why);

/* Fills in the image. `full`: every byte, whatever it does. */
void pci_walk(const struct vmcoredd_host* host,
              const struct vmcoredd_device* device,
              int full,
              struct pci_image* image);

#endif /* VMCOREDD_DRIVER_PLUGINS_PCI_PCI_WALK_H_ */
