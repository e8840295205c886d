/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The CR space: the device tells, read by read, which address comes next, so that only
 * what can be read is read. The image has holes for the rest. What the kernel's
 * core/diag/crdump.c does, with the same two semaphores.
 */
#include <errno.h>
#include <stdio.h>

#include "driver-plugins/mlx5/mlx5_dumps.h"
#include "driver-plugins/mlx5/mlx5_vsc.h"

/* In the space of semaphores: who dumps or resets the device has it. */
#define SEMAPHORE_SW_RESET 0x20u
/* More than any device has (a few MiB); what the gateway can express is 1 GiB. */
#define MAX_SPACE_BYTES 0x10000000u
/*
 * A dump can tell of some hundred holes (collector/capture: 1024), and a CR space may
 * have thousands of gaps. The first become holes whatever their size, then only large
 * ones; in the others is what the driver puts there.
 */
#define HOLES_OF_ANY_SIZE 500u
#define HOLES 1000u
#define LARGE_GAP 4096u
#define FILLER 0xbadacce5u
/* What is left of the time for giving the semaphores back, and for what is written. */
#define RESERVE_MS 200u
#define CLOCK_READS 64u

struct image {
  const struct vmcoredd_sink* sink;
  uint32_t size;
  uint32_t end; /* of what was handed to the sink or is in buffer */
  uint32_t fill;
  uint32_t holes;
  uint32_t filled_from; /* the first gap that is no hole, or 0 */
  uint8_t buffer[4096];
};

static int flush(struct image* image) {
  const uint32_t fill = image->fill;

  image->fill = 0;
  return fill ? image->sink->write(image->sink, image->buffer, fill) : 0;
}

static int leave_out(struct image* image, uint32_t until, const char* reason) {
  int error = flush(image);

  if (!error && until > image->end) {
    error = image->sink->hole(image->sink, until - image->end, reason);
    image->holes++;
  }
  if (until > image->end) image->end = until;
  return error;
}

/* As configuration space has it, so as the kernel stores it on a little-endian machine. */
static int append(struct image* image, uint32_t value) {
  int i;

  for (i = 0; i < 4; i++) image->buffer[image->fill++] = (uint8_t)(value >> (8 * i));
  image->end += 4;
  return image->fill == sizeof image->buffer ? flush(image) : 0;
}

/* Nothing is known of the addresses up to this one. */
static int skip_gap(struct image* image, uint32_t until) {
  const uint32_t size = until - image->end;
  int error = 0;

  if (size == 0) return 0;
  if (image->holes < HOLES_OF_ANY_SIZE || (image->holes < HOLES && size >= LARGE_GAP)) {
    return leave_out(image, until, "not enumerated by the gateway");
  }
  if (!image->filled_from) image->filled_from = image->end;
  while (image->end < until && !error) error = append(image, FILLER);
  return error;
}

static int walk(struct mlx5_vsc* vsc, struct image* image) {
  uint32_t address = 0;
  uint32_t reads = 0;

  while (address < image->size) {
    uint32_t value;
    int error;

    if (reads++ % CLOCK_READS == 0 && vsc->host->remaining_ms(vsc->host) < RESERVE_MS) {
      snprintf(vsc->why, sizeof vsc->why, "the time was over at address 0x%x", address);
      return -ETIME;
    }
    error = mlx5_vsc_read(vsc, address, &value);
    if (error) return error;
    error = skip_gap(image, address);
    if (!error) error = append(image, value);
    if (error) {
      snprintf(vsc->why, sizeof vsc->why, "no room for the CR space beyond 0x%x", address);
      return error;
    }
    error = mlx5_vsc_next(vsc, address, &address);
    if (error) return error;
  }
  return leave_out(image, image->size, "not enumerated by the gateway");
}

static void report_filler(const struct image* image) {
  char text[120];

  if (!image->filled_from) return;
  snprintf(
      text, sizeof text,
      "too many gaps for holes: from 0x%x on, 0xbadacce5 may be an address that does not exist",
      image->filled_from);
  image->sink->warn(image->sink, text);
}

/* With the gateway and the semaphore taken. */
static int dump_space(struct mlx5_vsc* vsc, const struct vmcoredd_sink* sink) {
  struct image image = {sink, 0, 0, 0, 0, 0, {0}};
  int error = mlx5_vsc_set_space(vsc, MLX5_VSC_SPACE_CRSPACE, &image.size);

  if (error) return error;
  /* What is not a whole double word at the end cannot be addressed. */
  image.size &= ~3u;
  if (image.size == 0 || image.size > MAX_SPACE_BYTES) {
    snprintf(vsc->why, sizeof vsc->why, "the gateway says that the CR space has 0x%x bytes",
             image.size);
    return -EIO;
  }
  error = walk(vsc, &image);
  report_filler(&image);
  if (error && image.end > 0) {
    const int late = leave_out(&image, image.size, vsc->why);
    if (late && late != -ENOSPC) return late;
  }
  return error;
}

/* 0 gives back what the ticket had taken. */
static int set_semaphore(struct mlx5_vsc* vsc, uint32_t ticket) {
  uint32_t unused;
  int error = mlx5_vsc_set_space(vsc, MLX5_VSC_SPACE_SEMAPHORES, &unused);

  if (!error) error = mlx5_vsc_write(vsc, SEMAPHORE_SW_RESET, ticket);
  return error;
}

static int take_semaphore(struct mlx5_vsc* vsc) {
  uint32_t ticket;
  uint32_t holder;
  int error = mlx5_vsc_ticket(vsc, &ticket);

  if (!error) error = set_semaphore(vsc, ticket);
  if (!error) error = mlx5_vsc_read(vsc, SEMAPHORE_SW_RESET, &holder);
  if (error || holder == ticket) return error;
  snprintf(
      vsc->why, sizeof vsc->why,
      "the semaphore of dumps and resets is held with 0x%08x: another function dumps or resets "
      "the device, or the kernel that crashed did",
      holder);
  return -EBUSY;
}

int mlx5_collect_crspace(const struct vmcoredd_host* host,
                         const struct vmcoredd_device* device,
                         void* cookie,
                         const struct vmcoredd_sink* sink) {
  struct mlx5_vsc vsc;
  int error = mlx5_vsc_find(&vsc, host, device);

  (void)cookie;
  if (!error) error = mlx5_vsc_lock(&vsc);
  if (error) {
    host->log(host, VMCOREDD_LOG_ERROR, vsc.why);
    return error;
  }
  error = take_semaphore(&vsc);
  if (!error) {
    error = dump_space(&vsc, sink);
    if (error) host->log(host, VMCOREDD_LOG_ERROR, vsc.why);
    if (set_semaphore(&vsc, 0)) sink->warn(sink, "the semaphore of dumps could not be given back");
  } else {
    host->log(host, VMCOREDD_LOG_ERROR, vsc.why);
  }
  if (mlx5_vsc_unlock(&vsc)) sink->warn(sink, "the gateway could not be given back");
  return error;
}
