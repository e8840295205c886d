/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What must hold before the first load from a BAR. A load that nothing answers costs
 * the crash kernel a completion timeout at best, and on some machines the machine.
 * All of it is asked of configuration space, which cannot hang that way.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_PCI_CHECKS_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_PCI_CHECKS_H_

#include <stddef.h>
#include <stdint.h>

/* A line of the sysfs file `resource`. */
struct bar_resource {
  uint64_t start; /* as the CPU sees it */
  uint64_t size;  /* 0: there is none */
  uint64_t flags; /* IORESOURCE_* */
};
#define BAR_COUNT 6u
#define BAR_RESOURCE_IO 0x00000100u
#define BAR_RESOURCE_MEM 0x00000200u
#define BAR_RESOURCE_PREFETCH 0x00002000u
#define BAR_RESOURCE_UNSET 0x20000000u

struct refusal {
  char why[160];
};

/* All BARs of a device, of its file `resource`. 0 or -errno. */
int bar_read_resources(const char* path, struct bar_resource resources[BAR_COUNT]);

/* Does the device answer, in D0, and decode memory? 0 or -ENODEV, -EHOSTDOWN, -ENXIO. */
int pci_check_device(int config_fd, int is_virtual_function, struct refusal* refusal);

/*
 * Is this BAR one of memory with an address, and do all bridges above the device,
 * whose sysfs folder this is, hand that address down? `refusal` says what is wrong.
 */
int pci_check_bar(int config_fd,
                  int is_virtual_function,
                  const char* folder,
                  uint32_t bar,
                  const struct bar_resource* resource,
                  struct refusal* refusal);

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_PCI_CHECKS_H_ */
