/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bytes of one BAR, through its file in sysfs: mapped, and loaded register by
 * register; or, when the tree is a captured one, read from a plain file.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_BAR_WINDOW_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_BAR_WINDOW_H_

#include <stddef.h>
#include <stdint.h>

/* How much is mapped at a time, at most: address space, not memory. */
#define BAR_WINDOW_BYTES (1u << 20)

struct bar_window {
  int fd;      /* -1: not open */
  int is_live; /* sysfs or VFIO: mapped. Else a captured file: read */
  int is_writable;
  uint64_t size;      /* of the BAR */
  uint64_t skip;      /* the BAR's offset in its first page (BARs smaller than a page) */
  uint64_t file_base; /* where the BAR begins in the file: not 0 with VFIO */

  void* map;          /* or NULL */
  uint64_t map_begin; /* in the BAR's pages */
  size_t map_size;
};

/* Is it a file of a running kernel's sysfs, or one of a captured tree? */
int is_sysfs(int fd);

/* Opens a resource file; `start` is the BAR's CPU address. 0 or -errno of open(). */
int bar_window_open(
    struct bar_window* window, const char* path, uint64_t start, uint64_t size, int is_writable);
/* The same of an open VFIO device, which stays open. -ENOENT: it has no such region. */
int bar_window_open_vfio(struct bar_window* window, int device_fd, uint32_t bar, int is_writable);
void bar_window_close(struct bar_window* window);

/*
 * One access of `width` bytes. 0 or -errno: of mmap(); -EIO when the mapping turned
 * out to be none (SIGBUS); -ENODATA past the end of a captured file; -EROFS.
 */
int bar_window_load(struct bar_window* window, uint64_t offset, uint32_t width, void* bytes);
int bar_window_store(struct bar_window* window, uint64_t offset, uint32_t width, uint64_t value);

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_BAR_WINDOW_H_ */
