/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/abi/runner/bar_window.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SYSFS_MAGIC 0x62656572

int is_sysfs(int fd) {
  struct statfs where;
  return fstatfs(fd, &where) == 0 && where.f_type == SYSFS_MAGIC;
}

int bar_window_open(
    struct bar_window* window, const char* path, uint64_t start, uint64_t size, int is_writable) {
  memset(window, 0, sizeof *window);
  window->fd = open(path, (is_writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
  if (window->fd < 0) return -errno;
  window->is_live = is_sysfs(window->fd);
  window->is_writable = is_writable;
  window->size = size;
  /* The file begins with the page that holds the BAR (pci_mmap_resource_range()). */
  window->skip = window->is_live ? start % (uint64_t)sysconf(_SC_PAGESIZE) : 0;
  return 0;
}

int bar_window_open_vfio(struct bar_window* window, int device_fd, uint32_t bar, int is_writable) {
  const uint32_t needed = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_MMAP;
  struct vfio_region_info region;

  memset(window, 0, sizeof *window);
  memset(&region, 0, sizeof region);
  window->fd = -1;
  region.argsz = sizeof region;
  region.index = VFIO_PCI_BAR0_REGION_INDEX + bar;
  if (ioctl(device_fd, VFIO_DEVICE_GET_REGION_INFO, &region) != 0) return -errno;
  if (region.size == 0) return -ENOENT;
  if ((region.flags & needed) != needed) return -ENODEV;
  window->fd = fcntl(device_fd, F_DUPFD_CLOEXEC, 0);
  if (window->fd < 0) return -errno;
  window->is_live = 1;
  window->is_writable = is_writable;
  window->size = region.size;
  window->file_base = region.offset;
  return 0;
}

void bar_window_close(struct bar_window* window) {
  if (window->map) munmap(window->map, window->map_size);
  if (window->fd >= 0) close(window->fd);
  memset(window, 0, sizeof *window);
  window->fd = -1;
}

/* Makes the bytes addressable. NULL and -errno in *error if that fails. */
static volatile void* reach(struct bar_window* window,
                            uint64_t offset,
                            uint32_t width,
                            int* error) {
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  const uint64_t at = window->skip + offset;
  const uint64_t end = (window->skip + window->size + page - 1) / page * page;

  *error = 0;
  if (!window->map || at < window->map_begin || at + width > window->map_begin + window->map_size) {
    const uint64_t begin = at / BAR_WINDOW_BYTES * BAR_WINDOW_BYTES;
    const uint64_t size = end - begin < BAR_WINDOW_BYTES ? end - begin : BAR_WINDOW_BYTES;
    void* map = mmap(NULL, (size_t)size, PROT_READ | (window->is_writable ? PROT_WRITE : 0),
                     MAP_SHARED, window->fd, (off_t)(window->file_base + begin));

    if (map == MAP_FAILED) {
      *error = -errno;
      return NULL;
    }
    if (window->map) munmap(window->map, window->map_size);
    window->map = map;
    window->map_begin = begin;
    window->map_size = (size_t)size;
  }
  return (volatile unsigned char*)window->map + (at - window->map_begin);
}

/*
 * A mapping that has lost what was behind it, a device unplugged or a file that got
 * shorter, is a SIGBUS. It costs the rest of the dump: here it becomes an error. A
 * SIGBUS of anybody else ends the process as it always did.
 */
static sigjmp_buf bus_error_exit;
static volatile sig_atomic_t bus_error_expected;

static void on_bus_error(int signal_number) {
  if (bus_error_expected) siglongjmp(bus_error_exit, 1);
  signal(signal_number, SIG_DFL); /* and the instruction that raised it is run again */
}

static int catch_bus_errors(void) {
  static int is_caught;
  struct sigaction action;

  if (is_caught) return 0;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_bus_error;
  action.sa_flags = SA_NODEFER; /* the jump leaves no mask behind to restore */
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGBUS, &action, NULL) != 0) return -errno;
  is_caught = 1;
  return 0;
}

/* Exactly one access of exactly this width, in the machine's byte order. */
static void load_once(const volatile void* at, uint32_t width, void* bytes) {
  union {
    uint8_t b;
    uint16_t w;
    uint32_t l;
    uint64_t q;
  } value;

  switch (width) {
    case 1: value.b = *(const volatile uint8_t*)at; break;
    case 2: value.w = *(const volatile uint16_t*)at; break;
    case 4: value.l = *(const volatile uint32_t*)at; break;
    default: value.q = *(const volatile uint64_t*)at; break;
  }
  memcpy(bytes, &value, width);
}

static void store_once(volatile void* at, uint32_t width, const void* bytes) {
  union {
    uint8_t b;
    uint16_t w;
    uint32_t l;
    uint64_t q;
  } value = {0};

  memcpy(&value, bytes, width);
  switch (width) {
    case 1: *(volatile uint8_t*)at = value.b; break;
    case 2: *(volatile uint16_t*)at = value.w; break;
    case 4: *(volatile uint32_t*)at = value.l; break;
    default: *(volatile uint64_t*)at = value.q; break;
  }
}

/* Of its own, so that no variable is in the way of the jump. */
static int access_once(volatile void* at, uint32_t width, void* bytes, int is_store) {
  if (sigsetjmp(bus_error_exit, 0) != 0) {
    bus_error_expected = 0;
    return -EIO;
  }
  bus_error_expected = 1;
  if (is_store) {
    store_once(at, width, bytes);
  } else {
    load_once(at, width, bytes);
  }
  bus_error_expected = 0;
  return 0;
}

static int access_mapped(
    struct bar_window* window, uint64_t offset, uint32_t width, void* bytes, int is_store) {
  int error = catch_bus_errors();
  volatile void* at = error ? NULL : reach(window, offset, width, &error);

  return at ? access_once(at, width, bytes, is_store) : error;
}

int bar_window_load(struct bar_window* window, uint64_t offset, uint32_t width, void* bytes) {
  ssize_t got;

  if (window->is_live) return access_mapped(window, offset, width, bytes, 0);
  do {
    got = pread(window->fd, bytes, width, (off_t)offset);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return -errno;
  return got == (ssize_t)width ? 0 : -ENODATA;
}

int bar_window_store(struct bar_window* window, uint64_t offset, uint32_t width, uint64_t value) {
  unsigned char bytes[8];
  uint32_t i;

  if (!window->is_live) return -EROFS;
  for (i = 0; i < width; i++) bytes[i] = (unsigned char)(value >> (8 * i));
  return access_mapped(window, offset, width, bytes, 1);
}
