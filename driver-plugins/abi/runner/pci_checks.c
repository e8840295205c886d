/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/abi/runner/pci_checks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver-plugins/abi/runner/pci_config.h"

#define SUBTRACTIVE_BRIDGE 0x060401u

static int refuse(struct refusal* refusal, int error, const char* format, ...)
    __attribute__((format(printf, 3, 4)));
static int refuse(struct refusal* refusal, int error, const char* format, ...) {
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(refusal->why, sizeof refusal->why, format, arguments);
  va_end(arguments);
  return error;
}

int bar_read_resources(const char* path, struct bar_resource resources[BAR_COUNT]) {
  /* Seven lines or more of three numbers, each "0x" and 16 digits. */
  char text[BAR_COUNT * 64];
  char* line = text;
  ssize_t size;
  uint32_t i;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);

  memset(resources, 0, BAR_COUNT * sizeof *resources);
  if (fd < 0) return -errno;
  size = pread(fd, text, sizeof text - 1, 0);
  close(fd);
  if (size < 0) return -EIO;
  text[size] = '\0';
  for (i = 0; i < BAR_COUNT; i++) {
    unsigned long long start, end, flags;
    if (sscanf(line, "0x%16llx 0x%16llx 0x%16llx", &start, &end, &flags) != 3) return -EIO;
    resources[i].start = start;
    resources[i].flags = flags;
    resources[i].size = end > start ? end - start + 1 : 0;
    line = strchr(line, '\n');
    if (!line) return i + 1 == BAR_COUNT ? 0 : -EIO;
    line++;
  }
  return 0;
}

int pci_check_device(int config_fd, int is_virtual_function, struct refusal* refusal) {
  uint32_t state;

  if (!pci_config_answers(config_fd)) {
    return refuse(refusal, -ENODEV, "the device does not answer configuration requests");
  }
  state = pci_config_power_state(config_fd);
  if (state != 0) return refuse(refusal, -EHOSTDOWN, "the device is in D%u, not in D0", state);
  /* A virtual function has no such bit: its physical function has one for all. */
  if (!is_virtual_function && !(pci_config_dword(config_fd, PCI_COMMAND) & PCI_COMMAND_MEMORY)) {
    return refuse(refusal, -ENXIO,
                  "the device does not decode memory: its command register is 0x%04x",
                  pci_config_dword(config_fd, PCI_COMMAND) & 0xffff);
  }
  return 0;
}

/* Does [start, start + size) lie in the bridge's memory or prefetchable window? */
static int bridge_forwards(int fd, uint64_t start, uint64_t size) {
  const uint32_t memory = pci_config_dword(fd, 0x20);
  const uint32_t prefetch = pci_config_dword(fd, 0x24);
  const uint64_t last = start + size - 1;
  uint64_t base = (uint64_t)(memory & 0xfff0) << 16;
  uint64_t limit = (memory & 0xfff00000u) | 0xfffff;

  if (base <= start && last <= limit) return 1;
  base = (uint64_t)(prefetch & 0xfff0) << 16;
  limit = (prefetch & 0xfff00000u) | 0xfffff;
  if ((prefetch & 0xf) == 1) {
    base |= (uint64_t)pci_config_dword(fd, 0x28) << 32;
    limit |= (uint64_t)pci_config_dword(fd, 0x2c) << 32;
  }
  return base <= start && last <= limit;
}

static int check_bridge(
    int fd, const char* name, uint64_t start, uint64_t size, struct refusal* refusal) {
  if (!pci_config_answers(fd)) {
    return refuse(refusal, -ENODEV, "the bridge %.16s above the device does not answer", name);
  }
  if ((pci_config_dword(fd, 0x0c) >> 16 & 0x7f) != 1) return 0;
  if (pci_config_power_state(fd) != 0) {
    return refuse(refusal, -EHOSTDOWN, "the bridge %.16s above the device is in D%u", name,
                  pci_config_power_state(fd));
  }
  if (!(pci_config_dword(fd, PCI_COMMAND) & PCI_COMMAND_MEMORY)) {
    return refuse(refusal, -ENXIO, "the bridge %.16s above the device does not decode memory",
                  name);
  }
  if (size == 0 || pci_config_dword(fd, 0x08) >> 8 == SUBTRACTIVE_BRIDGE) return 0;
  if (!bridge_forwards(fd, start, size)) {
    return refuse(refusal, -ENXIO, "the bridge %.16s above the device does not forward 0x%llx",
                  name, (unsigned long long)start);
  }
  return 0;
}

static int is_pci_address(const char* name) {
  /* "0000:00:1c.0"; domains may have more than four digits. */
  const char* colon = strchr(name, ':');
  const size_t length = strlen(name);

  return colon && colon != name && length >= 12 && colon[1] && colon[2] && colon[3] == ':' &&
         name[length - 2] == '.';
}

/* Every folder above the device's that is a PCI device is a bridge to it. */
static int check_bridges(const char* folder,
                         uint64_t start,
                         uint64_t size,
                         struct refusal* refusal) {
  char* path = realpath(folder, NULL);
  int error = 0;

  if (!path) return 0; /* a captured tree has the device alone */
  while (!error) {
    char config[PATH_MAX];
    char* slash = strrchr(path, '/');
    int fd;

    if (!slash || slash == path) break;
    *slash = '\0';
    slash = strrchr(path, '/');
    if (!slash || !is_pci_address(slash + 1)) break;
    if (snprintf(config, sizeof config, "%s/config", path) >= (int)sizeof config) break;
    fd = open(config, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
      error = refuse(refusal, -ENXIO, "the bridge %.16s above the device cannot be looked at",
                     slash + 1);
      break;
    }
    error = check_bridge(fd, slash + 1, start, size, refusal);
    close(fd);
  }
  free(path);
  return error;
}

int pci_check_bar(int config_fd,
                  int is_virtual_function,
                  const char* folder,
                  uint32_t bar,
                  const struct bar_resource* resource,
                  struct refusal* refusal) {
  const uint32_t low = pci_config_dword(config_fd, 0x10 + 4 * bar);
  const int has_upper = bar + 1 < BAR_COUNT && (low & 7) == 4;
  /* As the bus sees it, which is what bridges compare with. */
  uint64_t address = low & 0xfffffff0u;

  if (has_upper) address |= (uint64_t)pci_config_dword(config_fd, 0x14 + 4 * bar) << 32;
  if (resource->flags & BAR_RESOURCE_IO) {
    return refuse(refusal, -EOPNOTSUPP, "BAR %u is one of I/O ports", bar);
  }
  if (!(resource->flags & BAR_RESOURCE_MEM) || resource->size == 0) {
    return refuse(refusal, -ENOENT, "the device has no BAR %u", bar);
  }
  if (resource->flags & BAR_RESOURCE_UNSET) {
    return refuse(refusal, -ENXIO, "BAR %u got no address", bar);
  }
  /* Addresses that do not stand in the BAR: a virtual function's stand in the physical
   * one's, and enhanced allocation has its own registers. */
  if (is_virtual_function || pci_config_find_cap(config_fd, PCI_CAP_EA) != 0) {
    return check_bridges(folder, 0, 0, refusal);
  }
  if (low & 1) return refuse(refusal, -EOPNOTSUPP, "BAR %u reads as one of I/O ports", bar);
  if (address == 0) {
    return refuse(refusal, -ENXIO, "BAR %u is 0: the device has been reset", bar);
  }
  return check_bridges(folder, address, resource->size, refusal);
}
