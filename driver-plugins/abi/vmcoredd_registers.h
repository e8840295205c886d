/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dumps of registers by allow-list: what is read of a BAR is a table, not code.
 *
 * The table is written as a file, registers.list, from which the build makes the C
 * (vmcoredd_add_driver_plugin(NAME ... REGISTERS registers.list), which see). A dump
 * is an image of the BAR: offset in the dump equals offset in the BAR, or in a block
 * of registers within it, and what the table does not name is a hole.
 *
 * C99, and C++20 too. Static inline functions only: this is source of the plugin,
 * nothing here crosses to the host but the calls of vmcoredd_plugin.h.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_VMCOREDD_REGISTERS_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_VMCOREDD_REGISTERS_H_

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `count` registers of `width` bytes from `offset` of a BAR on. */
struct vmcoredd_register_range {
  uint64_t offset; /* a multiple of width */
  uint32_t count;
  uint8_t width; /* 1, 2, 4 or 8: how each is read */
  uint8_t bar;   /* 0 to 5 */
  uint16_t reserved;
};

/* A section of registers.list. Ranges of one BAR ascend and do not overlap. */
struct vmcoredd_register_list {
  const struct vmcoredd_register_range* ranges;
  uint32_t count;
  uint32_t dump_class; /* enum vmcoredd_dump_class: of the riskiest read in it */
};

/* What an error of read_registers or write_register means, in words. */
static inline const char* vmcoredd_register_error(int64_t error) {
  switch (error < 0 ? -error : error) {
    case ENODATA: return "the device stopped answering, or the time was over";
    case ENODEV: return "the device does not answer";
    case EHOSTDOWN: return "the device is not in D0";
    case ENXIO: return "the device, or a bridge above it, does not decode memory";
    case EOPNOTSUPP: return "the BAR is one of I/O ports";
    case ENOENT: return "the device has no such BAR";
    case ERANGE: return "past the end of the BAR";
    case EINVAL: return "width or alignment is wrong";
    case EPERM: return "not allowed in this phase or by this dump";
    case EBUSY: return "a driver holds the BAR";
    case EACCES: return "lockdown forbids access to BARs";
    case ENOSYS: return "the host cannot read BARs";
    default: return "could not be read";
  }
}

/* Bytes of an image of the BAR: up to the end of the last range in it. */
static inline uint64_t vmcoredd_registers_size(const struct vmcoredd_register_list* list,
                                               uint32_t bar) {
  uint64_t size = 0;
  uint32_t i;

  for (i = 0; i < list->count; i++) {
    const struct vmcoredd_register_range* range = &list->ranges[i];
    const uint64_t end = range->offset + (uint64_t)range->count * range->width;
    if (range->bar == bar && end > size) size = end;
  }
  return size;
}

/* read_registers, also of a host that has none. */
static inline int64_t vmcoredd_read_registers(const struct vmcoredd_host* host,
                                              const struct vmcoredd_device* device,
                                              uint32_t bar,
                                              uint64_t offset,
                                              uint32_t width,
                                              void* buf,
                                              uint32_t count) {
  if (!VMCOREDD_HAS(host, read_registers) || !host->read_registers) return -ENOSYS;
  return host->read_registers(host, device, bar, offset, width, buf, count);
}

/* Exactly one register as a number: 0 or -errno (-ENODATA: not read in full). */
static inline int vmcoredd_read_register(const struct vmcoredd_host* host,
                                         const struct vmcoredd_device* device,
                                         uint32_t bar,
                                         uint64_t offset,
                                         uint32_t width,
                                         uint64_t* value) {
  unsigned char bytes[8] = {0};
  const int64_t got = vmcoredd_read_registers(host, device, bar, offset, width, bytes, 1);
  uint32_t i;

  *value = 0;
  if (got != 1) return got < 0 ? (int)got : -ENODATA;
  for (i = 0; i < width; i++) *value |= (uint64_t)bytes[i] << (8 * i);
  return 0;
}

/*
 * Writes to the sink an image of what `list` names of the BAR: the first `size`
 * bytes from `base`, which is added to every offset of the list (0 but for a block
 * of registers whose place the device tells). Neighbouring holes become one. When a
 * read fails, the rest is a hole that says why; when it is the first, nothing is
 * written. In a crash kernel in which a driver has got hold of the device, all that it
 * shows is said to be perturbed. 0 or -errno.
 */
static inline int vmcoredd_collect_registers(const struct vmcoredd_host* host,
                                             const struct vmcoredd_device* device,
                                             const struct vmcoredd_register_list* list,
                                             uint32_t bar,
                                             uint64_t base,
                                             uint64_t size,
                                             const struct vmcoredd_sink* sink) {
  static const char not_listed[] = "not on the allow-list";
  unsigned char bytes[2048];
  uint64_t written = 0; /* to the sink */
  uint32_t i;
  int failure = 0;
  int error;

  for (i = 0; i < list->count && !failure; i++) {
    const struct vmcoredd_register_range* range = &list->ranges[i];
    uint64_t at = range->offset;
    uint32_t left = range->count;

    if (range->bar != bar) continue;
    while (left > 0 && at + range->width <= size) {
      uint32_t chunk = (uint32_t)(sizeof bytes / range->width);
      int64_t got;

      if (chunk > left) chunk = left;
      if (chunk > (size - at) / range->width) chunk = (uint32_t)((size - at) / range->width);
      got = vmcoredd_read_registers(host, device, bar, base + at, range->width, bytes, chunk);
      if (got != (int64_t)chunk) failure = got < 0 ? (int)got : -ENODATA;
      if (got > 0) {
        if (at > written && (error = sink->hole(sink, at - written, not_listed)) != 0) return error;
        error = sink->write(sink, bytes, (size_t)got * range->width);
        if (error) return error;
        written = at + (uint64_t)got * range->width;
      }
      if (failure) break;
      at += (uint64_t)chunk * range->width;
      left -= chunk;
    }
  }
  if (failure && written == 0) return failure;
  if (host->flags & VMCOREDD_HOST_CRASH_KERNEL && device->driver) {
    sink->perturbed(
        sink, "registers: a driver was bound before the capture and may have reset the device");
  }
  if (written < size) {
    error =
        sink->hole(sink, size - written, failure ? vmcoredd_register_error(failure) : not_listed);
    if (error) return error;
  }
  return failure;
}

/* A dump that is nothing but an image by a list: for tables of static storage. */
struct vmcoredd_register_dump {
  const char* what;
  const struct vmcoredd_register_list* list;
  uint32_t bar;
  uint32_t flags; /* VMCOREDD_DUMP_EARLY or 0 */
  int32_t priority;
};

static inline int vmcoredd_collect_register_dump(const struct vmcoredd_host* host,
                                                 const struct vmcoredd_device* device,
                                                 void* cookie,
                                                 const struct vmcoredd_sink* sink) {
  const struct vmcoredd_register_dump* dump = (const struct vmcoredd_register_dump*)cookie;

  return vmcoredd_collect_registers(host, device, dump->list, dump->bar, 0,
                                    vmcoredd_registers_size(dump->list, dump->bar), sink);
}

/* Registers it under its list's class. 0 or -errno as of host->register_dump. */
static inline int vmcoredd_register_list_dump(const struct vmcoredd_host* host,
                                              const struct vmcoredd_register_dump* table) {
  struct vmcoredd_dump dump;

  memset(&dump, 0, sizeof dump);
  dump.struct_size = sizeof dump;
  dump.dump_class = table->list->dump_class;
  dump.what = table->what;
  dump.size = vmcoredd_registers_size(table->list, table->bar);
  dump.collect = vmcoredd_collect_register_dump;
  dump.cookie = (void*)(uintptr_t)table;
  dump.priority = table->priority;
  dump.flags = table->flags;
  return host->register_dump(host, &dump);
}

/* The same for `count` of them, until the first error. */
static inline int vmcoredd_register_list_dumps(const struct vmcoredd_host* host,
                                               const struct vmcoredd_register_dump* tables,
                                               uint32_t count) {
  int error = 0;
  uint32_t i;

  for (i = 0; i < count && !error; i++) error = vmcoredd_register_list_dump(host, &tables[i]);
  return error;
}

/* For a plugin whose devices are those of a vendor with these ids: match()'s score. */
static inline int vmcoredd_match_pci_ids(const struct vmcoredd_device* device,
                                         uint16_t vendor_id,
                                         const uint16_t* device_ids,
                                         uint32_t count) {
  uint32_t i;

  if (strcmp(device->bus, "pci") != 0 || device->vendor_id != vendor_id) return 0;
  for (i = 0; i < count; i++) {
    if (device_ids[i] == device->device_id) return 100;
  }
  return 0;
}

/*
 * A whole plugin that is nothing but tables: the PCI devices of a vendor with these
 * ids, and dumps by list. `ids` and `dumps` are arrays of static storage, the rest
 * constants. C only. Ends like VMCOREDD_PLUGIN_DEFINE(plugin);
 */
#define VMCOREDD_REGISTER_PLUGIN_DEFINE(plugin_name, vendor_id, ids, dumps, words, spdx)      \
  static int vmcoredd_table_match_(const struct vmcoredd_host* host,                          \
                                   const struct vmcoredd_device* device) {                    \
    (void)host;                                                                               \
    return vmcoredd_match_pci_ids(device, vendor_id, ids, sizeof(ids) / sizeof(ids)[0]);      \
  }                                                                                           \
  static int vmcoredd_table_register_(const struct vmcoredd_host* host,                       \
                                      const struct vmcoredd_device* device, uint64_t quota) { \
    (void)device;                                                                             \
    (void)quota;                                                                              \
    return vmcoredd_register_list_dumps(host, dumps, sizeof(dumps) / sizeof(dumps)[0]);       \
  }                                                                                           \
  static const struct vmcoredd_plugin vmcoredd_table_plugin_ = {                              \
      .struct_size = sizeof vmcoredd_table_plugin_,                                           \
      .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,                                             \
      .name = (plugin_name),                                                                  \
      .match = vmcoredd_table_match_,                                                         \
      .register_dumps = vmcoredd_table_register_,                                             \
      .version = "1",                                                                         \
      .description = (words),                                                                 \
      .license = (spdx),                                                                      \
  };                                                                                          \
  VMCOREDD_PLUGIN_DEFINE(vmcoredd_table_plugin_)

#ifdef __cplusplus
}
#endif

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_VMCOREDD_REGISTERS_H_ */
