/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/abi/runner/bar_services.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "driver-plugins/abi/runner/config_services.h"
#include "driver-plugins/abi/runner/frames.h"
#include "driver-plugins/abi/runner/pci_config.h"
#include "driver-plugins/abi/runner/rights.h"
#include "driver-plugins/abi/runner/session.h"

#define MAX_BAR_STRUCT 4096u /* no version of the struct will be larger: a size by accident */

static struct session* session_of(const struct vmcoredd_host* host) { return host->context; }

static int know_resources(struct session* session) {
  struct bar_state* bars = &session->bars;
  char path[PATH_MAX];

  if (bars->resources_read == 0) {
    int error = session_device_path(session, "resource", path, sizeof path);
    if (!error) error = bar_read_resources(path, bars->resources);
    bars->resources_read = error ? error : 1;
  }
  return bars->resources_read < 0 ? bars->resources_read : 0;
}

/* The BAR that the plugin means by this number; one that there cannot be stays so. */
static uint32_t place_of(const struct session* session, uint32_t bar) {
  return bar < BAR_COUNT ? session->bars.place[bar] : bar;
}

/* Of a captured tree: it may tell of BARs of which it has no image to read. */
static int has_image(const struct session* session, uint32_t bar) {
  char name[sizeof "resource0"];
  char path[PATH_MAX];

  if (request_text(&session->request, "sysroot")[0] == '\0') return 1;
  snprintf(name, sizeof name, "resource%u", bar % 10);
  return !session_device_path(session, name, path, sizeof path) && access(path, F_OK) == 0;
}

static int host_describe_bar(const struct vmcoredd_host* host,
                             const struct vmcoredd_device* device,
                             uint32_t index,
                             struct vmcoredd_bar* bar) {
  struct session* session = session_of(host);
  const struct bar_resource* resource;
  struct vmcoredd_bar found = {0};
  int error;

  if (index >= BAR_COUNT || strcmp(device->address, session->device.address) != 0) return -EINVAL;
  /* The fields of the first version: less is a size that was never set. */
  if (bar->struct_size < sizeof found || bar->struct_size > MAX_BAR_STRUCT) return -EINVAL;
  if (strcmp(session->device.bus, "pci") != 0) return -ENOENT;
  error = know_resources(session);
  if (error) return error;
  index = place_of(session, index);
  resource = &session->bars.resources[index];
  if (resource->size == 0 || !has_image(session, index)) return -ENOENT;
  found.struct_size = sizeof found;
  found.size = resource->size;
  if (resource->flags & BAR_RESOURCE_IO) found.flags |= VMCOREDD_BAR_IO;
  if (resource->flags & BAR_RESOURCE_PREFETCH) found.flags |= VMCOREDD_BAR_PREFETCHABLE;
  /* A newer plugin's larger struct: what it has more is zero. */
  memset(bar, 0, bar->struct_size);
  *bar = found;
  return 0;
}

static int check_device(struct session* session, int config_fd) {
  struct bar_state* bars = &session->bars;
  struct refusal refusal;
  char path[PATH_MAX];

  if (bars->device_checked == 0) {
    int error = session_device_path(session, "physfn", path, sizeof path);
    bars->is_virtual_function = !error && access(path, F_OK) == 0;
    error = pci_check_device(config_fd, bars->is_virtual_function, &refusal);
    bars->device_checked = error ? refuse(session, error, "%s", refusal.why) : 1;
  }
  return bars->device_checked < 0 ? bars->device_checked : 0;
}

static int check_bar(struct session* session, int config_fd, uint32_t bar) {
  struct bar_state* bars = &session->bars;
  struct refusal refusal;
  char folder[PATH_MAX];
  int error;

  if (bars->bar_checked[bar]) return 0;
  error = know_resources(session);
  if (error) return refuse(session, error, "the file \"resource\" of the device cannot be read");
  error = session_device_path(session, "", folder, sizeof folder);
  if (error) return error;
  error = pci_check_bar(config_fd, bars->is_virtual_function, folder, bar, &bars->resources[bar],
                        &refusal);
  if (error) return refuse(session, error, "%s", refusal.why);
  bars->bar_checked[bar] = 1;
  return 0;
}

/* What errno means of a file of sysfs that is opened or mapped. */
static int explain(struct session* session, uint32_t bar, int error) {
  switch (-error) {
    case EPERM:
    case EACCES:
      return refuse(session, -EACCES, "BAR %u: lockdown, or missing rights, forbid access", bar);
    case EINVAL: return refuse(session, -EBUSY, "BAR %u: a driver holds it", bar);
    case ENODEV: return refuse(session, -EOPNOTSUPP, "BAR %u cannot be mapped", bar);
    case ENOENT: return refuse(session, -ENODATA, "sysfs has no image of BAR %u", bar);
    case EIO: return refuse(session, -EIO, "BAR %u went away while it was read", bar);
    case EROFS: return refuse(session, -EROFS, "a captured tree is not written to");
    case ENODATA: return refuse(session, -ENODATA, "the tree's image of BAR %u ends here", bar);
    default: return refuse(session, error, "BAR %u: %s", bar, strerror(-error));
  }
}

/* The collector has opened the device, and holds its whole IOMMU group, if this is to
 * be: here nothing is opened, since closing it again may reset the device. */
static int open_vfio(struct session* session, uint32_t bar, int is_writable) {
  struct bar_window* window = &session->bars.window;
  int error;

  if (!request_find(&session->request, "", "vfio_fd")) {
    return refuse(session, -EOPNOTSUPP, "VFIO is asked for, and nobody holds the device");
  }
  error = bar_window_open_vfio(window, (int)request_number(&session->request, "vfio_fd"), bar,
                               is_writable);
  if (error) return refuse(session, error, "VFIO does not give BAR %u", bar);
  if (window->size < session->bars.resources[bar].size) {
    bar_window_close(window);
    return refuse(session, -ERANGE, "VFIO gives a part of BAR %u only", bar);
  }
  if (session->collecting && !session->bars.vfio_is_told) {
    frame_write_text(&session->frames, VMCOREDD_FRAME_PERTURBED, NULL, 0,
                     "bus-master: opening the device with VFIO cleared it, and stopped its DMA");
    frame_write_text(&session->frames, VMCOREDD_FRAME_PERTURBED, NULL, 0,
                     "intx-disable: opening the device with VFIO may have cleared it");
    session->bars.vfio_is_told = 1;
  }
  return 0;
}

static int open_bar(struct session* session, uint32_t bar, int is_writable) {
  struct bar_state* bars = &session->bars;
  char name[sizeof "resource0"];
  char path[PATH_MAX];
  int error;

  if (bars->window.fd >= 0 && bars->open_bar == bar && (bars->window.is_writable || !is_writable)) {
    return 0;
  }
  if (bars->window.fd >= 0) bar_window_close(&bars->window);
  bars->open_bar = bar;
  if (request_number(&session->request, "vfio")) return open_vfio(session, bar, is_writable);
  snprintf(name, sizeof name, "resource%u", bar % 10);
  error = session_device_path(session, name, path, sizeof path);
  if (error) return error;
  error = bar_window_open(&bars->window, path, bars->resources[bar].start,
                          bars->resources[bar].size, is_writable);
  return error ? explain(session, bar, error) : 0;
}

/* Everything that must hold before `size` bytes at `offset` are touched. */
static int prepare(struct session* session,
                   const struct vmcoredd_device* device,
                   uint32_t bar,
                   uint64_t offset,
                   uint32_t width,
                   uint64_t size,
                   int is_writable) {
  int error;
  int config_fd;

  if (bar >= BAR_COUNT || strcmp(device->address, session->device.address) != 0 ||
      (width != 1 && width != 2 && width != 4 && (width != 8 || sizeof(void*) < 8)) ||
      offset % width != 0) {
    return refuse(session, -EINVAL, "access of %u bytes at 0x%llx of BAR %u: not one register",
                  width, (unsigned long long)offset, bar);
  }
  error = may_touch_bars(session);
  if (error) return error;
  config_fd = session_config_fd(session);
  if (config_fd < 0) {
    return refuse(session, config_fd, "the configuration space cannot be read");
  }
  error = check_device(session, config_fd);
  if (!error) error = check_bar(session, config_fd, bar);
  if (error) return error;
  if (offset > session->bars.resources[bar].size ||
      size > session->bars.resources[bar].size - offset) {
    return refuse(session, -ERANGE, "0x%llx is past the end of BAR %u, 0x%llx",
                  (unsigned long long)offset + size, bar,
                  (unsigned long long)session->bars.resources[bar].size);
  }
  return open_bar(session, bar, is_writable);
}

static int is_all_ones(const unsigned char* bytes, uint32_t width) {
  uint32_t i;

  for (i = 0; i < width; i++) {
    if (bytes[i] != 0xff) return 0;
  }
  return 1;
}

/* After all ones: a register may hold that, but a device that is gone gives it too. */
static int is_gone(struct session* session, uint32_t bar, uint64_t offset) {
  if (pci_config_answers(session_config_fd(session))) return 0;
  session->bars.device_checked = -ENODEV;
  refuse(session, -ENODEV, "the device stopped answering at 0x%llx of BAR %u",
         (unsigned long long)offset, bar);
  return 1;
}

static int64_t host_read_registers(const struct vmcoredd_host* host,
                                   const struct vmcoredd_device* device,
                                   uint32_t bar,
                                   uint64_t offset,
                                   uint32_t width,
                                   void* buf,
                                   uint32_t count) {
  struct session* session = session_of(host);
  unsigned char* bytes = buf;
  uint32_t done;
  int error;

  bar = place_of(session, bar);
  error = prepare(session, device, bar, offset, width, (uint64_t)count * width, 0);

  if (error) return error;
  for (done = 0; done < count; done++, offset += width, bytes += width) {
    /* Not even a device that answers each load with a timeout gets past the deadline
     * by more than a few of them. */
    if (done % 8 == 0 && host->remaining_ms(host) == 0) {
      refuse(session, -ETIME, "the time was over at 0x%llx of BAR %u", (unsigned long long)offset,
             bar);
      return done;
    }
    error = bar_window_load(&session->bars.window, offset, width, bytes);
    if (error) {
      error = explain(session, bar, error);
      return done ? (int64_t)done : error;
    }
    if (is_all_ones(bytes, width) && is_gone(session, bar, offset)) {
      return done ? (int64_t)done : -ENODEV;
    }
  }
  return count;
}

static int host_write_register(const struct vmcoredd_host* host,
                               const struct vmcoredd_device* device,
                               uint32_t bar,
                               uint64_t offset,
                               uint32_t width,
                               uint64_t value) {
  struct session* session = session_of(host);
  int error = may_write(session);

  bar = place_of(session, bar);
  if (!error) error = prepare(session, device, bar, offset, width, width, 1);
  if (error) return error;
  error = bar_window_store(&session->bars.window, offset, width, value);
  return error ? explain(session, bar, error) : 0;
}

/* Opened once: a gateway in configuration space is written to some 100000 times. */
void bar_state_init(struct session* session) {
  uint8_t i;

  memset(&session->bars, 0, sizeof session->bars);
  for (i = 0; i < BAR_COUNT; i++) session->bars.place[i] = i;
  session->bars.window.fd = -1;
}

void bar_state_close(struct session* session) {
  if (session->bars.window.fd >= 0) bar_window_close(&session->bars.window);
}

void bar_services_install(struct vmcoredd_host* host) {
  host->describe_bar = host_describe_bar;
  host->read_registers = host_read_registers;
  host->write_register = host_write_register;
}
