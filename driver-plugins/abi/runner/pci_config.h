/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration space through a file of sysfs, and what the host itself asks of it. */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_PCI_CONFIG_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_PCI_CONFIG_H_

#include <stddef.h>
#include <stdint.h>

/* PCI and PCI Express base specifications; include/uapi/linux/pci_regs.h. */
#define PCI_COMMAND 0x04u
#define PCI_COMMAND_MEMORY 0x2u
#define PCI_CAP_PM 0x01u
#define PCI_CAP_EA 0x14u

/*
 * SYSROOT/sys/bus/pci/devices/ADDRESS/FILE. The address comes from a folder name of
 * what may be a captured tree: it must not lead elsewhere. 0 or -errno.
 */
int pci_device_path(
    char* path, size_t size, const char* sysroot, const char* address, const char* file);

/* The bytes read, or -errno. */
int64_t pci_config_read(int fd, uint32_t offset, void* buf, uint32_t size);

/* A little-endian double word; all ones, like those of a device that is gone, on error. */
uint32_t pci_config_dword(int fd, uint32_t offset);

/* Is there a device? A virtual function's vendor id is 0xffff, but not its command. */
int pci_config_answers(int fd);

/* Where the capability with this id is, or 0. Bounded whatever the list says. */
uint32_t pci_config_find_cap(int fd, uint8_t id);

/* The power state, 0 to 3, of PMCSR; 0 of a device without the capability. */
uint32_t pci_config_power_state(int fd);

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_PCI_CONFIG_H_ */
