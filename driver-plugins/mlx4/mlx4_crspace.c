/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/mlx4/mlx4_crspace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "driver-plugins/abi/vmcoredd_registers.h"

#define FILTER 0xf3f04u
/* Bit 6 of a big-endian register, as it is read and written here. */
#define FILTER_OFF 0x40000000u
/* And the number 1. */
#define LOCKED 0x01000000u

/*
 * Semaphores that are taken by reading them, which the driver does: MLX4_OWNER_BASE, the
 * ownership of the device, and MLX4_SEM_OFFSET, which locks out updates of the flash.
 * Whether firmware blocks reads of these too, nobody says.
 */
static const uint64_t kTakenByReading[] = {0x8069c, 0xf03fc};

/* Of the time: for unlocking, and for what is written. */
#define RESERVE_MS 100u

struct crspace {
  const struct vmcoredd_host* host;
  const struct vmcoredd_device* device;
  uint64_t size;
  uint64_t health;
  int filter_was_off;
  int is_touched;
};

int mlx4_health_offset(const struct vmcoredd_host* host,
                       const struct vmcoredd_device* device,
                       uint64_t bar_size,
                       uint64_t* offset,
                       const char** why) {
  const char* text;
  char* end;
  char key[80];

  snprintf(key, sizeof key, "mlx4.health-offset.%s", device->address);
  text = host->option(host, key);
  if (!text) text = host->option(host, "mlx4.health-offset");
  if (!text) {
    *why = "where the health buffer is, only firmware knows: set the option mlx4.health-offset";
    return -ENOENT;
  }
  errno = 0;
  *offset = strtoull(text, &end, 0);
  if (text[0] < '0' || text[0] > '9' || *end || errno || *offset == 0 || *offset % 4 != 0 ||
      bar_size < FILTER + 4 || *offset > bar_size - MLX4_HEALTH_BYTES - 4) {
    *why = "the option mlx4.health-offset is no place of a health buffer in BAR 0";
    return -EINVAL;
  }
  return 0;
}

static int fail(const struct crspace* space, int error) {
  char text[120];

  snprintf(text, sizeof text, "CR space: %s", vmcoredd_register_error(error));
  space->host->log(space->host, VMCOREDD_LOG_ERROR, text);
  return error;
}

static int put(const struct crspace* space, uint64_t offset, uint32_t value) {
  return space->host->write_register(space->host, space->device, 0, offset, 4, value);
}

/* Lets firmware block reads that would change something. */
static int block(struct crspace* space) {
  uint64_t filter;
  int error = vmcoredd_read_register(space->host, space->device, 0, FILTER, 4, &filter);

  if (error) return error;
  space->filter_was_off = (filter & FILTER_OFF) != 0;
  space->is_touched = 1;
  if (space->filter_was_off) error = put(space, FILTER, (uint32_t)filter & ~FILTER_OFF);
  if (!error) error = put(space, space->health + MLX4_HEALTH_BYTES, LOCKED);
  return error;
}

static int unblock(const struct crspace* space) {
  uint64_t filter = 0;
  int error = put(space, space->health + MLX4_HEALTH_BYTES, 0);
  int late;

  if (!space->filter_was_off) return error;
  late = vmcoredd_read_register(space->host, space->device, 0, FILTER, 4, &filter);
  if (!late) late = put(space, FILTER, (uint32_t)filter | FILTER_OFF);
  return error ? error : late;
}

/* The first of them at or behind `at`, or `end`. */
static uint64_t next_taken(uint64_t at, uint64_t end) {
  uint64_t next = end;
  size_t i;

  for (i = 0; i < sizeof kTakenByReading / sizeof kTakenByReading[0]; i++) {
    if (kTakenByReading[i] >= at && kTakenByReading[i] < next) next = kTakenByReading[i];
  }
  return next;
}

static int copy(const struct crspace* space,
                uint64_t begin,
                uint64_t size,
                const struct vmcoredd_sink* sink) {
  const uint64_t end = begin + size;
  unsigned char bytes[4096];
  uint64_t at = begin;
  int failure = 0;

  while (at < end && !failure) {
    const uint64_t left = next_taken(at, end) - at;
    const uint32_t words = (uint32_t)((left < sizeof bytes ? left : sizeof bytes) / 4);
    int64_t got = -ETIME;
    int error = 0;

    if (words == 0) {
      error = sink->hole(sink, 4, "a semaphore that is taken by reading it");
      if (error) return error;
      at += 4;
      continue;
    }
    if (space->host->remaining_ms(space->host) >= RESERVE_MS) {
      got = vmcoredd_read_registers(space->host, space->device, 0, at, 4, bytes, words);
    }
    if (got > 0) error = sink->write(sink, bytes, (size_t)got * 4);
    if (error) return error;
    if (got > 0) at += (uint64_t)got * 4;
    if (got != (int64_t)words) failure = got < 0 ? (int)got : -ENODATA;
  }
  if (failure && at > begin) {
    const char* reason = failure == -ETIME ? "the time was over" : vmcoredd_register_error(failure);
    const int error = sink->hole(sink, end - at, reason);
    if (error) return error;
  }
  return failure;
}

static int collect(const struct vmcoredd_host* host,
                   const struct vmcoredd_device* device,
                   int only_health,
                   const struct vmcoredd_sink* sink) {
  struct crspace space = {host, device, 0, 0, 0, 0};
  struct vmcoredd_bar bar = {sizeof bar, 0, 0};
  const char* why = "";
  int error = host->describe_bar(host, device, 0, &bar);

  if (error) return fail(&space, error);
  space.size = bar.size & ~(uint64_t)3;
  error = mlx4_health_offset(host, device, space.size, &space.health, &why);
  if (error) {
    host->log(host, VMCOREDD_LOG_ERROR, why);
    return error;
  }
  error = block(&space);
  if (!error) {
    error = only_health ? copy(&space, space.health, MLX4_HEALTH_BYTES, sink)
                        : copy(&space, 0, space.size, sink);
  }
  if (error) fail(&space, error);
  if (space.is_touched && unblock(&space)) {
    sink->warn(sink, "reads of volatile CR space could not be allowed again");
  }
  return error;
}

int mlx4_collect_health(const struct vmcoredd_host* host,
                        const struct vmcoredd_device* device,
                        void* cookie,
                        const struct vmcoredd_sink* sink) {
  (void)cookie;
  return collect(host, device, 1, sink);
}

int mlx4_collect_crspace(const struct vmcoredd_host* host,
                         const struct vmcoredd_device* device,
                         void* cookie,
                         const struct vmcoredd_sink* sink) {
  (void)cookie;
  return collect(host, device, 0, sink);
}
