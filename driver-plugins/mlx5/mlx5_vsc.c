/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/mlx5/mlx5_vsc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Registers of the capability, from its start. */
#define VSC_CONTROL 0x04u
#define VSC_COUNTER 0x08u
#define VSC_SEMAPHORE 0x0cu
#define VSC_ADDRESS 0x10u
#define VSC_DATA 0x14u
#define VSC_BYTES 0x18u

#define CONTROL_SPACE_MASK 0x0000ffffu
#define CONTROL_SIZE_VALID 0x10000000u
#define CONTROL_STATUS_MASK 0xe0000000u
#define ADDRESS_MASK 0x3fffffffu
#define ADDRESS_FLAG 0x80000000u
#define ALL_ONES 0xffffffffu

#define CONFIG_STATUS_CAP_LIST 0x00100000u
#define CONFIG_COMMAND 0x04u
#define CONFIG_CAPABILITIES 0x34u
#define CAP_VENDOR 0x09u
#define MAX_CAPS 48u

/*
 * The kernel tries 2048 times, 1 to 2 ms apart: others may want the gateway while it
 * runs. Here nobody else runs, so who does not let go soon never will.
 */
#define LOCK_TRIES 256u
/* The same number as the kernel's; a pause of 1 ms after each 16. */
#define FLAG_TRIES 2048u

static int fail(struct mlx5_vsc* vsc, int error, const char* format, ...)
    __attribute__((format(printf, 3, 4)));
static int fail(struct mlx5_vsc* vsc, int error, const char* format, ...) {
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(vsc->why, sizeof vsc->why, format, arguments);
  va_end(arguments);
  return error;
}

static void pause_1ms(void) {
  const struct timespec pause = {0, 1000000};
  nanosleep(&pause, NULL);
}

static int read_config(struct mlx5_vsc* vsc, uint32_t offset, uint32_t* value) {
  uint8_t bytes[4];
  const int64_t got = vsc->host->read_config(vsc->host, vsc->device, offset, bytes, 4);

  *value = 0;
  if (got != 4) {
    return fail(vsc, got < 0 ? (int)got : -ENODATA, "configuration space cannot be read at 0x%03x",
                offset);
  }
  *value = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
  return 0;
}

/* A register of the gateway. All ones can be a value; then ask whether the device lives. */
static int get(struct mlx5_vsc* vsc, uint32_t reg, uint32_t* value) {
  uint32_t ids = 0;
  int error = read_config(vsc, vsc->offset + reg, value);

  if (error || *value != ALL_ONES) return error;
  error = read_config(vsc, 0, &ids);
  if (!error && ids == ALL_ONES) error = fail(vsc, -ENODEV, "the device stopped answering");
  return error;
}

static int put(struct mlx5_vsc* vsc, uint32_t reg, uint32_t value) {
  const int error = vsc->host->write_config(vsc->host, vsc->device, vsc->offset + reg, 4, value);
  if (!error) return 0;
  return fail(vsc, error, "configuration space cannot be written at 0x%03x", vsc->offset + reg);
}

int mlx5_vsc_find(struct mlx5_vsc* vsc,
                  const struct vmcoredd_host* host,
                  const struct vmcoredd_device* device) {
  uint32_t value;
  uint32_t offset;
  uint32_t count;
  int error;

  memset(vsc, 0, sizeof *vsc);
  vsc->host = host;
  vsc->device = device;
  error = read_config(vsc, CONFIG_COMMAND, &value);
  if (error) return error;
  if (value == ALL_ONES) return fail(vsc, -ENODEV, "the device does not answer");
  if (!(value & CONFIG_STATUS_CAP_LIST)) return fail(vsc, -ENOENT, "no capability list");
  error = read_config(vsc, CONFIG_CAPABILITIES, &value);
  if (error) return error;
  offset = value & 0xfc;
  for (count = 0; offset >= 0x40 && count < MAX_CAPS; count++) {
    error = read_config(vsc, offset, &value);
    if (error) return error;
    if ((value & 0xff) == CAP_VENDOR) {
      const uint32_t length = value >> 16 & 0xff;
      if (length < VSC_BYTES || offset + VSC_BYTES > 0x100) {
        return fail(vsc, -ENOENT,
                    "the vendor-specific capability at 0x%02x has 0x%x bytes: no gateway", offset,
                    length);
      }
      vsc->offset = offset;
      return 0;
    }
    offset = value >> 8 & 0xfc;
  }
  return fail(vsc, -ENOENT, "no vendor-specific capability");
}

int mlx5_vsc_ticket(struct mlx5_vsc* vsc, uint32_t* ticket) {
  return get(vsc, VSC_COUNTER, ticket);
}

int mlx5_vsc_lock(struct mlx5_vsc* vsc) {
  uint32_t first_holder = 0;
  uint32_t holder = 0;
  uint32_t ticket = 0;
  uint32_t i;

  for (i = 0; i < LOCK_TRIES; i++) {
    int error = get(vsc, VSC_SEMAPHORE, &holder);
    if (error) return error;
    if (holder) {
      if (!first_holder) first_holder = holder;
      pause_1ms();
      continue;
    }
    error = mlx5_vsc_ticket(vsc, &ticket);
    if (!error) error = put(vsc, VSC_SEMAPHORE, ticket);
    if (!error) error = get(vsc, VSC_SEMAPHORE, &holder);
    if (error) return error;
    if (ticket && holder == ticket) return 0;
  }
  if (holder && holder == first_holder) {
    return fail(vsc, -EBUSY,
                "the gateway's semaphore is held with 0x%08x and was not given back: taken by the "
                "kernel that crashed, or by firmware",
                holder);
  }
  return fail(vsc, -EBUSY, "the gateway's semaphore could not be taken: others take it (0x%08x)",
              holder);
}

int mlx5_vsc_unlock(struct mlx5_vsc* vsc) { return put(vsc, VSC_SEMAPHORE, 0); }

int mlx5_vsc_set_space(struct mlx5_vsc* vsc, uint16_t space, uint32_t* size) {
  uint32_t control;
  int error = get(vsc, VSC_CONTROL, &control);

  *size = 0;
  if (!error) error = put(vsc, VSC_CONTROL, (control & ~CONTROL_SPACE_MASK) | space);
  if (!error) error = get(vsc, VSC_CONTROL, &control);
  if (error) return error;
  if ((control & CONTROL_STATUS_MASK) == 0) {
    return fail(vsc, -EOPNOTSUPP, "the gateway has no address space 0x%x (control 0x%08x)", space,
                control);
  }
  if (!(control & CONTROL_SIZE_VALID)) return 0;
  error = get(vsc, VSC_ADDRESS, size);
  *size &= ADDRESS_MASK;
  return error;
}

static int wait_for_flag(struct mlx5_vsc* vsc, uint32_t address, uint32_t expected) {
  uint32_t i;

  for (i = 1; i <= FLAG_TRIES; i++) {
    uint32_t value;
    const int error = get(vsc, VSC_ADDRESS, &value);
    if (error) return error;
    if ((value & ADDRESS_FLAG) == expected) return 0;
    if (i % 16 == 0) pause_1ms();
  }
  return fail(vsc, -ETIMEDOUT, "the gateway did not answer for address 0x%x", address);
}

int mlx5_vsc_read(struct mlx5_vsc* vsc, uint32_t address, uint32_t* value) {
  int error = put(vsc, VSC_ADDRESS, address & ADDRESS_MASK);

  *value = 0;
  if (!error) error = wait_for_flag(vsc, address, ADDRESS_FLAG);
  if (!error) error = get(vsc, VSC_DATA, value);
  return error;
}

int mlx5_vsc_write(struct mlx5_vsc* vsc, uint32_t address, uint32_t value) {
  int error = put(vsc, VSC_DATA, value);

  if (!error) error = put(vsc, VSC_ADDRESS, (address & ADDRESS_MASK) | ADDRESS_FLAG);
  if (!error) error = wait_for_flag(vsc, address, 0);
  return error;
}

int mlx5_vsc_next(struct mlx5_vsc* vsc, uint32_t address, uint32_t* next) {
  const int error = get(vsc, VSC_ADDRESS, next);

  if (error) return error;
  *next &= ADDRESS_MASK;
  if (*next <= address || *next % 4 != 0) {
    return fail(vsc, -EIO, "the gateway says that 0x%x follows 0x%x", *next, address);
  }
  return 0;
}
