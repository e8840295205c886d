/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/cxgb4/cxgb4_window.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "driver-plugins/abi/vmcoredd_registers.h"
#include "driver-plugins/cxgb4/cxgb4_chip.h"

#define WINDOW_BASE 0x3068u   /* PCIE_MEM_ACCESS_BASE_WIN of window 0 */
#define WINDOW_OFFSET 0x306cu /* PCIE_MEM_ACCESS_OFFSET of window 0 */
#define PL_WHOAMI 0x19400u

#define BASE_PLACE_MASK 0xfffffc00u
#define BASE_BAR_SHIFT 8
#define BASE_SIZE_SHIFT 10 /* log2 of the aperture, less this, in the low byte */
#define BASE_SIZE_MASK 0xffu
#define MAX_SIZE 10u /* so 1 MiB; the driver's windows have 2 to 128 KiB */
#define OFFSET_PLACE_MASK 0xffffff80u

#define CONFIG_BAR0 0x10u

int cxgb4_read(struct cxgb4_window* window, uint32_t offset, uint32_t* value) {
  uint64_t wide;
  const int error = vmcoredd_read_register(window->host, window->device, 0, offset, 4, &wide);

  *value = (uint32_t)wide;
  if (error) {
    snprintf(window->why, sizeof window->why, "register 0x%x: %s", offset,
             vmcoredd_register_error(error));
  }
  return error;
}

/* A T4 has bus addresses in the window's register, where later ones have offsets. */
static int bus_address(struct cxgb4_window* window, uint32_t* address) {
  uint8_t bytes[4];
  const int64_t got =
      window->host->read_config(window->host, window->device, CONFIG_BAR0, bytes, 4);

  if (got != 4) {
    snprintf(window->why, sizeof window->why, "BAR 0 cannot be read in configuration space");
    return got < 0 ? (int)got : -ENODATA;
  }
  *address = ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
              (uint32_t)bytes[3] << 24) &
             ~0xfu;
  return 0;
}

int cxgb4_window_open(struct cxgb4_window* window,
                      const struct vmcoredd_host* host,
                      const struct vmcoredd_device* device) {
  struct vmcoredd_bar bar = {sizeof bar, 0, 0};
  const int chip = cxgb4_chip(device);
  uint32_t setting;
  uint32_t size;
  uint32_t whoami;
  uint32_t bar0 = 0;
  int error;

  memset(window, 0, sizeof *window);
  window->host = host;
  window->device = device;
  error = host->describe_bar(host, device, 0, &bar);
  if (error) {
    snprintf(window->why, sizeof window->why, "BAR 0: %s", vmcoredd_register_error(error));
    return error;
  }
  error = cxgb4_read(window, WINDOW_BASE, &setting);
  if (!error) error = cxgb4_read(window, PL_WHOAMI, &whoami);
  if (!error && chip == 4) error = bus_address(window, &bar0);
  if (error) return error;
  size = setting & BASE_SIZE_MASK;
  window->base = (setting & BASE_PLACE_MASK) - bar0;
  window->aperture = size <= MAX_SIZE ? 1u << (size + BASE_SIZE_SHIFT) : 0;
  if ((setting & BASE_PLACE_MASK) == 0 || (setting >> BASE_BAR_SHIFT & 0x3) != 0 ||
      window->aperture == 0 || window->base > bar.size ||
      window->aperture > bar.size - window->base) {
    snprintf(window->why, sizeof window->why,
             "memory window 0 is not set up: its base register is 0x%08x", setting);
    return -ENXIO;
  }
  if (chip == 5) window->function = whoami >> 8 & 0x7;
  if (chip >= 6) window->function = whoami >> 9 & 0x7;
  return cxgb4_read(window, WINDOW_OFFSET, &window->before);
}

/* Reads the register back: the window has moved only then. */
static int set_offset(struct cxgb4_window* window, uint32_t value) {
  uint32_t found;
  int error =
      window->host->write_register(window->host, window->device, 0, WINDOW_OFFSET, 4, value);

  if (error) {
    snprintf(window->why, sizeof window->why, "register 0x%x cannot be written: %s", WINDOW_OFFSET,
             vmcoredd_register_error(error));
    return error;
  }
  error = cxgb4_read(window, WINDOW_OFFSET, &found);
  if (error) return error;
  if ((found & OFFSET_PLACE_MASK) != (value & OFFSET_PLACE_MASK)) {
    snprintf(window->why, sizeof window->why,
             "the memory window did not move: wrote 0x%08x, found 0x%08x", value, found);
    return -EIO;
  }
  return 0;
}

int cxgb4_window_move(struct cxgb4_window* window, uint64_t address) {
  if (address > OFFSET_PLACE_MASK || (address & (window->aperture - 1)) != 0) {
    snprintf(window->why, sizeof window->why, "address 0x%llx does not fit the memory window",
             (unsigned long long)address);
    return -ERANGE;
  }
  return set_offset(window, (uint32_t)address | window->function);
}

int cxgb4_window_close(struct cxgb4_window* window) { return set_offset(window, window->before); }
