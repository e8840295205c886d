/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/abi/runner/pci_config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STATUS_CAP_LIST 0x00100000u
#define MAX_CAPS 48

int pci_device_path(
    char* path, size_t size, const char* sysroot, const char* address, const char* file) {
  int length;

  if (address[0] == '.' || strchr(address, '/')) return -EINVAL;
  length = snprintf(path, size, "%s/sys/bus/pci/devices/%s/%s", sysroot, address, file);
  return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

int64_t pci_config_read(int fd, uint32_t offset, void* buf, uint32_t size) {
  ssize_t got;

  do {
    got = pread(fd, buf, size, (off_t)offset);
  } while (got < 0 && errno == EINTR);
  return got < 0 ? -errno : got;
}

uint32_t pci_config_dword(int fd, uint32_t offset) {
  unsigned char bytes[4];

  if (pci_config_read(fd, offset, bytes, 4) != 4) return 0xffffffffu;
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

int pci_config_answers(int fd) {
  const uint32_t id = pci_config_dword(fd, 0);

  if (id == 0 || id == 0xffff0001u) return 0;
  return (id & 0xffff) != 0xffff || pci_config_dword(fd, PCI_COMMAND) != 0xffffffffu;
}

uint32_t pci_config_find_cap(int fd, uint8_t id) {
  uint32_t offset;
  int left;

  if (!(pci_config_dword(fd, PCI_COMMAND) & STATUS_CAP_LIST)) return 0;
  offset = pci_config_dword(fd, 0x34) & 0xfc;
  for (left = MAX_CAPS; left > 0 && offset >= 0x40; left--) {
    const uint32_t header = pci_config_dword(fd, offset);
    if ((header & 0xff) == 0xff) return 0;
    if ((header & 0xff) == id) return offset;
    offset = header >> 8 & 0xfc;
  }
  return 0;
}

uint32_t pci_config_power_state(int fd) {
  const uint32_t cap = pci_config_find_cap(fd, PCI_CAP_PM);
  return cap ? pci_config_dword(fd, cap + 4) & 3 : 0;
}
