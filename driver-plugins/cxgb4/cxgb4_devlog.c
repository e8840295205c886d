/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The firmware's log: a ring of entries in the adapter's memory. Newer firmware says
 * in a register where it is, so that nobody has to ask it (t4_init_devlog_params() in
 * t4_hw.c, PCIE_FW_PF_DEVLOG in t4fw_api.h).
 */
#include <errno.h>
#include <stdio.h>

#include "driver-plugins/abi/vmcoredd_registers.h"
#include "driver-plugins/cxgb4/cxgb4_chip.h"
#include "driver-plugins/cxgb4/cxgb4_window.h"

#define PCIE_FW 0x30b8u
#define PCIE_FW_PF7 (0x30bcu + 7 * 4u)
#define MA_EDRAM0_BAR 0x77c0u
#define MA_EXT_MEMORY0_BAR 0x77c8u
#define MA_EXT_MEMORY1_BAR 0x7808u

#define FW_ERROR 0x80000000u
#define FW_HALTED 0x20000000u

#define ENTRY_BYTES 256u
#define MIB_MASK 0xfffu /* sizes in the memory arbiter's registers */
#define ALL_ONES 0xffffffffu

/* Of the time: for putting the window back, and for what is written. */
#define RESERVE_MS 100u

/* Two embedded memories, then two controllers of external memory. */
#define MEM_MC1 3u

struct devlog {
  uint64_t address; /* as the memory window counts */
  uint32_t size;
};

/*
 * Memories lie one behind the other, in the order of their numbers, and the arbiter's
 * registers have their sizes. A log that does not fit its memory is not looked for:
 * whatever the register says then, it is not where a log is.
 */
static int find_in_memory(struct cxgb4_window* window, uint32_t memory, struct devlog* log) {
  /* The driver takes both embedded memories to be as large as the first. */
  static const uint32_t size_register[] = {MA_EDRAM0_BAR, MA_EDRAM0_BAR, MA_EXT_MEMORY0_BAR,
                                           MA_EXT_MEMORY1_BAR};
  uint64_t begin = 0;
  uint32_t size = 0;
  uint32_t i;

  if (memory > MEM_MC1) {
    /* 4 is host memory that the adapter borrows: reading it would be DMA. */
    snprintf(window->why, sizeof window->why, "the firmware's log is in memory of type %u", memory);
    return -EOPNOTSUPP;
  }
  for (i = 0; i <= memory; i++) {
    const int error = cxgb4_read(window, size_register[i], &size);

    if (error) return error;
    size &= MIB_MASK;
    if (i < memory) begin += (uint64_t)size << 20;
  }
  if (log->address + log->size > (uint64_t)size << 20) {
    snprintf(window->why, sizeof window->why,
             "the firmware's log, 0x%x bytes at 0x%llx, is not within memory %u of %u MiB",
             log->size, (unsigned long long)log->address, memory, size);
    return -ERANGE;
  }
  log->address += begin;
  return 0;
}

static int find_devlog(struct cxgb4_window* window, struct devlog* log) {
  uint32_t where;
  int error = cxgb4_read(window, PCIE_FW_PF7, &where);

  if (error) return error;
  if (where == 0 || where == ALL_ONES) {
    snprintf(window->why, sizeof window->why,
             "the firmware does not say where its log is: register 0x%x is 0x%08x", PCIE_FW_PF7,
             where);
    return -ENODATA;
  }
  log->address = where & 0x0ffffff0u; /* a 24 bit number of 16 bytes */
  log->size = ((where >> 28) + 1) * 128 * ENTRY_BYTES;
  return find_in_memory(window, where & 0xf, log);
}

static void report_firmware(struct cxgb4_window* window, const struct vmcoredd_sink* sink) {
  char text[120];
  uint32_t state;

  if (cxgb4_read(window, PCIE_FW, &state) || !(state & (FW_ERROR | FW_HALTED))) return;
  snprintf(text, sizeof text, "the firmware reports %s: PCIE_FW 0x%08x, evaluation %u",
           state & FW_ERROR ? "an error" : "that it was halted", state, state >> 24 & 0x7);
  sink->warn(sink, text);
}

/* What the window shows now, `size` bytes from `place` in it; *done: how many were read. */
static int copy(struct cxgb4_window* window,
                const struct vmcoredd_sink* sink,
                uint32_t place,
                uint32_t size,
                uint32_t* done) {
  unsigned char bytes[2048];

  *done = 0;
  while (*done < size) {
    const uint32_t left = size - *done;
    const uint32_t words = (left < sizeof bytes ? left : (uint32_t)sizeof bytes) / 4;
    const int64_t got = vmcoredd_read_registers(window->host, window->device, 0,
                                                window->base + place + *done, 4, bytes, words);
    int error = 0;

    if (got > 0) error = sink->write(sink, bytes, (size_t)got * 4);
    if (error) {
      snprintf(window->why, sizeof window->why, "no room for the rest of the log");
      return error;
    }
    if (got > 0) *done += (uint32_t)got * 4;
    if (got != (int64_t)words) {
      error = got < 0 ? (int)got : -ENODATA;
      snprintf(window->why, sizeof window->why, "the log through the memory window: %s",
               vmcoredd_register_error(error));
      return error;
    }
  }
  return 0;
}

static int copy_log(struct cxgb4_window* window,
                    const struct devlog* log,
                    const struct vmcoredd_sink* sink) {
  uint32_t copied = 0;
  int error = 0;

  while (copied < log->size && !error) {
    const uint64_t address = log->address + copied;
    const uint32_t place = (uint32_t)(address & (window->aperture - 1));
    const uint32_t left = log->size - copied;
    const uint32_t size = left < window->aperture - place ? left : window->aperture - place;
    uint32_t done = 0;

    if (window->host->remaining_ms(window->host) < RESERVE_MS) {
      snprintf(window->why, sizeof window->why, "the time was over");
      error = -ETIME;
    } else {
      error = cxgb4_window_move(window, address - place);
      if (!error) error = copy(window, sink, place, size, &done);
    }
    copied += done;
  }
  if (error && error != -ENOSPC && copied > 0) {
    const int late = sink->hole(sink, log->size - copied, window->why);
    if (late) return late;
  }
  return error;
}

int cxgb4_collect_devlog(const struct vmcoredd_host* host,
                         const struct vmcoredd_device* device,
                         void* cookie,
                         const struct vmcoredd_sink* sink) {
  struct cxgb4_window window;
  struct devlog log = {0, 0};
  int error = cxgb4_window_open(&window, host, device);

  (void)cookie;
  if (!error) error = find_devlog(&window, &log);
  if (!error) {
    report_firmware(&window, sink);
    error = copy_log(&window, &log, sink);
    if (error) host->log(host, VMCOREDD_LOG_ERROR, window.why);
    if (cxgb4_window_close(&window)) {
      sink->warn(sink, "memory window 0 could not be put back where it was");
    }
  } else {
    host->log(host, VMCOREDD_LOG_ERROR, window.why);
  }
  return error;
}
