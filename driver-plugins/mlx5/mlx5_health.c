/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Is firmware alive? It increments the health counter; the driver looks each 2 s and
 * gives up after three times without change (poll_health() in the kernel's
 * drivers/net/ethernet/mellanox/mlx5/core/health.c).
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "driver-plugins/abi/vmcoredd_registers.h"
#include "driver-plugins/mlx5/mlx5_dumps.h"

#define HEALTH_COUNTER 0x1010u

/* The driver's poll interval, and its longest jitter's tenth. */
#define WATCH_MS 2100u
#define STEP_MS 50u
/* What is left for writing the dump. */
#define RESERVE_MS 150u

static uint64_t now_ms(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static void put_be32(unsigned char* bytes, uint32_t value) {
  bytes[0] = (unsigned char)(value >> 24);
  bytes[1] = (unsigned char)(value >> 16);
  bytes[2] = (unsigned char)(value >> 8);
  bytes[3] = (unsigned char)value;
}

/* The register is big-endian: its bytes are as they lie in the device. */
static int read_counter(const struct vmcoredd_host* host,
                        const struct vmcoredd_device* device,
                        uint32_t* counter) {
  unsigned char bytes[4];
  const int64_t got = vmcoredd_read_registers(host, device, 0, HEALTH_COUNTER, 4, bytes, 1);

  if (got != 1) return got < 0 ? (int)got : -ENODATA;
  *counter = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
             (uint32_t)bytes[3];
  return 0;
}

int mlx5_collect_health(const struct vmcoredd_host* host,
                        const struct vmcoredd_device* device,
                        void* cookie,
                        const struct vmcoredd_sink* sink) {
  const struct timespec step = {0, STEP_MS * 1000000L};
  const uint64_t begin = now_ms();
  unsigned char record[MLX5_HEALTH_BYTES];
  uint64_t elapsed = 0;
  uint32_t reads = 1;
  uint32_t first;
  uint32_t last;
  char text[160];
  int error = read_counter(host, device, &first);

  (void)cookie;
  if (error) return error;
  last = first;
  while (last == first && elapsed < WATCH_MS && host->remaining_ms(host) > STEP_MS + RESERVE_MS) {
    nanosleep(&step, NULL);
    elapsed = now_ms() - begin;
    error = read_counter(host, device, &last);
    if (error) return error;
    reads++;
  }
  put_be32(record, first);
  put_be32(record + 4, last);
  put_be32(record + 8, (uint32_t)elapsed);
  put_be32(record + 12, reads);
  if (last == first) {
    snprintf(text, sizeof text, "the health counter stood at 0x%08x for %u ms: %s", first,
             (unsigned)elapsed,
             elapsed >= WATCH_MS ? "firmware does not count"
                                 : "too short to say whether firmware counts");
    sink->warn(sink, text);
  }
  return sink->write(sink, record, sizeof record);
}
