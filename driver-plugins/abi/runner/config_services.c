/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/abi/runner/config_services.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "driver-plugins/abi/runner/bar_window.h"
#include "driver-plugins/abi/runner/pci_config.h"
#include "driver-plugins/abi/runner/rights.h"
#include "driver-plugins/abi/runner/session.h"

static struct session* session_of(const struct vmcoredd_host* host) { return host->context; }

int session_device_path(const struct session* session, const char* file, char* path, size_t size) {
  return pci_device_path(path, size, request_text(&session->request, "sysroot"),
                         session->device.address, file);
}

int session_config_fd(struct session* session) {
  char path[PATH_MAX];

  if (session->config_fd < 0) {
    int error = -EOPNOTSUPP;
    if (strcmp(session->device.bus, "pci") == 0) {
      error = session_device_path(session, "config", path, sizeof path);
    }
    if (error) return error;
    session->config_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (session->config_fd < 0) return -errno;
  }
  return session->config_fd;
}

static int64_t host_read_config(const struct vmcoredd_host* host,
                                const struct vmcoredd_device* device,
                                uint32_t offset,
                                void* buf,
                                uint32_t size) {
  struct session* session = session_of(host);
  int fd;

  if (strcmp(device->address, session->device.address) != 0) return -EINVAL;
  fd = session_config_fd(session);
  return fd < 0 ? fd : pci_config_read(fd, offset, buf, size);
}

static int writable_config(struct session* session) {
  char path[PATH_MAX];
  int error;
  int fd;

  if (session->config_write_fd >= 0) return session->config_write_fd;
  error = session_device_path(session, "config", path, sizeof path);
  if (error) return error;
  fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return refuse(session, -EACCES, "configuration space cannot be written");
  if (!is_sysfs(fd)) {
    close(fd);
    return refuse(session, -EROFS, "a captured tree is not written to");
  }
  session->config_write_fd = fd;
  return fd;
}

static int host_write_config(const struct vmcoredd_host* host,
                             const struct vmcoredd_device* device,
                             uint32_t offset,
                             uint32_t width,
                             uint32_t value) {
  struct session* session = session_of(host);
  const unsigned char bytes[4] = {(unsigned char)value, (unsigned char)(value >> 8),
                                  (unsigned char)(value >> 16), (unsigned char)(value >> 24)};
  ssize_t written;
  int error = may_write(session);
  int fd;

  if (error) return error;
  if ((width != 1 && width != 2 && width != 4) || offset % width != 0 ||
      strcmp(device->address, session->device.address) != 0) {
    return -EINVAL;
  }
  if (strcmp(session->device.bus, "pci") != 0) return -EOPNOTSUPP;
  if ((uint64_t)offset + width > session->device.config_size) return -ERANGE;
  fd = writable_config(session);
  if (fd < 0) return fd;
  written = pwrite(fd, bytes, width, (off_t)offset);
  if (written == (ssize_t)width) return 0;
  error = written < 0 && errno == EPERM ? -EACCES : -EIO;
  return refuse(session, error, "configuration space could not be written");
}

void config_state_init(struct session* session) {
  session->config_fd = -1;
  session->config_write_fd = -1;
}

void config_state_close(struct session* session) {
  if (session->config_fd >= 0) close(session->config_fd);
  if (session->config_write_fd >= 0) close(session->config_write_fd);
}

void config_services_install(struct vmcoredd_host* host) {
  host->read_config = host_read_config;
  host->write_config = host_write_config;
}
