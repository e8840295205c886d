/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A PCIe memory window: a part of BAR 0 that shows the adapter's memory from an
 * address on that a register holds. This moves window 0, which the driver has for its
 * own use and has set up; it puts it back where it was. (t4_memory_rw_init(),
 * t4_memory_update_win() and t4_memory_rw() in the kernel's
 * drivers/net/ethernet/chelsio/cxgb4/t4_hw.c.)
 *
 * Everything returns 0 or -errno; after an error, `why` has the reason.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_CXGB4_CXGB4_WINDOW_H_
#define VMCOREDD_DRIVER_PLUGINS_CXGB4_CXGB4_WINDOW_H_

#include <stdint.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"

#define CXGB4_WHY_BYTES 160

struct cxgb4_window {
  const struct vmcoredd_host* host;
  const struct vmcoredd_device* device;
  uint32_t base;     /* in BAR 0 */
  uint32_t aperture; /* bytes, a power of two */
  uint32_t function; /* to be written with each address, from T5 on */
  uint32_t before;   /* what its address register had */
  char why[CXGB4_WHY_BYTES];
};

/* Finds out what the window is. Only reads. */
int cxgb4_window_open(struct cxgb4_window* window,
                      const struct vmcoredd_host* host,
                      const struct vmcoredd_device* device);

/* Shows memory from `address` on, a multiple of the aperture. */
int cxgb4_window_move(struct cxgb4_window* window, uint64_t address);

/* Puts the window back. */
int cxgb4_window_close(struct cxgb4_window* window);

/* One register of BAR 0, with the reason for a failure in window->why. */
int cxgb4_read(struct cxgb4_window* window, uint32_t offset, uint32_t* value);

#endif /* VMCOREDD_DRIVER_PLUGINS_CXGB4_CXGB4_WINDOW_H_ */
