/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The virtio-pci plugin: the common and the device-specific configuration of virtio
 * devices of version 1 and later, and, as a side effect, all of their queues.
 */
#include "driver-plugins/virtio-pci/virtio_pci.h"

#include <errno.h>
#include <string.h>

#include "driver-plugins/abi/vmcoredd_registers.h"
#include "virtio-pci_registers.h"

#define VENDOR_VIRTIO 0x1af4
#define FIRST_DEVICE_ID 0x1000 /* to 0x103f: transitional, with I/O ports beside */
#define LAST_DEVICE_ID 0x107f

#define STATUS_CAP_LIST 0x10
#define CAP_VENDOR 0x09
#define MAX_CAPS 48

/* The device configurations of VIRTIO 1.2 are shorter; capabilities say more. */
#define DEVICE_CONFIG_MAX_BYTES 256u

static int read_exactly(const struct vmcoredd_host* host,
                        const struct vmcoredd_device* device,
                        uint32_t offset,
                        unsigned char* bytes,
                        uint32_t size) {
  const int64_t got = host->read_config(host, device, offset, bytes, size);

  if (got < 0) return (int)got;
  return got == (int64_t)size ? 0 : -EIO;
}

static uint32_t load32(const unsigned char* bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

int virtio_find_block(const struct vmcoredd_host* host,
                      const struct vmcoredd_device* device,
                      uint32_t type,
                      struct virtio_block* block) {
  unsigned char bytes[16];
  uint32_t at;
  int left;
  int error = read_exactly(host, device, 0x04, bytes, 4);

  if (error) return error;
  if (!(bytes[2] & STATUS_CAP_LIST)) return -ENOENT;
  error = read_exactly(host, device, 0x34, bytes, 4);
  at = bytes[0] & 0xfcu;
  for (left = MAX_CAPS; !error && left > 0 && at >= 0x40 && at <= 0x100 - 4; left--) {
    uint32_t next;

    error = read_exactly(host, device, at, bytes, 4);
    if (error) return error;
    next = bytes[1] & 0xfcu;
    if (bytes[0] == CAP_VENDOR && bytes[2] >= 16 && bytes[3] == type && at <= 0x100 - 16) {
      error = read_exactly(host, device, at + 4, bytes + 4, 4);
      if (!error) error = read_exactly(host, device, at + 8, bytes + 8, 4);
      if (!error) error = read_exactly(host, device, at + 12, bytes + 12, 4);
      if (error) return error;
      block->bar = bytes[4];
      block->offset = load32(bytes + 8);
      block->length = load32(bytes + 12);
      /* Other BAR numbers are reserved: such a capability is to be passed over. */
      if (block->bar <= 5) return 0;
    }
    at = next;
  }
  return error ? error : -ENOENT;
}

static uint64_t common_size(const struct virtio_block* block) {
  const uint64_t known = vmcoredd_registers_size(&virtio_pci_common_registers, 0);
  return block->length < known ? block->length : known;
}

static uint64_t device_size(const struct virtio_block* block) {
  return block->length < DEVICE_CONFIG_MAX_BYTES ? block->length : DEVICE_CONFIG_MAX_BYTES;
}

static int collect_common(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          void* cookie,
                          const struct vmcoredd_sink* sink) {
  struct vmcoredd_register_range ranges[8];
  struct vmcoredd_register_list list = virtio_pci_common_registers;
  struct virtio_block block;
  uint32_t i;
  const int error = virtio_find_block(host, device, VIRTIO_CAP_COMMON, &block);

  (void)cookie;
  if (error) return error;
  if (list.count > sizeof ranges / sizeof ranges[0]) return -E2BIG;
  /* The list is of a structure; in which BAR it is, the capability knows. */
  for (i = 0; i < list.count; i++) {
    ranges[i] = list.ranges[i];
    ranges[i].bar = (uint8_t)block.bar;
  }
  list.ranges = ranges;
  return vmcoredd_collect_registers(host, device, &list, block.bar, block.offset,
                                    common_size(&block), sink);
}

/* Byte by byte: which fields there are depends on the type of device, and a byte is
 * the width that fits into each of them. */
static int collect_device(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          void* cookie,
                          const struct vmcoredd_sink* sink) {
  struct vmcoredd_register_range range = {0};
  struct vmcoredd_register_list list = {0};
  struct virtio_block block;
  const int error = virtio_find_block(host, device, VIRTIO_CAP_DEVICE, &block);

  (void)cookie;
  if (error) return error;
  range.count = (uint32_t)device_size(&block);
  range.width = 1;
  range.bar = (uint8_t)block.bar;
  list.ranges = &range;
  list.count = 1;
  return vmcoredd_collect_registers(host, device, &list, block.bar, block.offset,
                                    device_size(&block), sink);
}

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  (void)host;
  return strcmp(device->bus, "pci") == 0 && device->vendor_id == VENDOR_VIRTIO &&
                 device->device_id >= FIRST_DEVICE_ID && device->device_id <= LAST_DEVICE_ID
             ? 50
             : 0;
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  struct virtio_block block;
  struct vmcoredd_dump dump;
  int error = virtio_find_block(host, device, VIRTIO_CAP_COMMON, &block);

  (void)quota;
  if (!error && block.length < VIRTIO_COMMON_MIN_BYTES) error = -EINVAL;
  if (error) {
    host->log(host, VMCOREDD_LOG_ERROR,
              error == -ENOENT   ? "no common configuration: a legacy device, behind I/O ports"
              : error == -EINVAL ? "the common configuration is shorter than it can be"
                                 : "the capabilities could not be read");
    return error;
  }
  memset(&dump, 0, sizeof dump);
  dump.struct_size = sizeof dump;
  dump.dump_class = VMCOREDD_DUMP_PASSIVE;
  dump.what = "common";
  dump.size = common_size(&block);
  dump.collect = collect_common;
  dump.priority = 30;
  dump.flags = VMCOREDD_DUMP_EARLY;
  error = host->register_dump(host, &dump);
  if (error) return error;

  dump.dump_class = VMCOREDD_DUMP_SIDE_EFFECT;
  dump.what = "queues";
  dump.size = 0; /* num_queues is behind a BAR, which is not read before its time */
  dump.collect = virtio_collect_queues;
  dump.priority = -10;
  dump.flags = 0;
  error = host->register_dump(host, &dump);
  if (error) return error;

  /* Not every type of device has one. */
  error = virtio_find_block(host, device, VIRTIO_CAP_DEVICE, &block);
  if (error || block.length == 0) return error == -ENOENT ? 0 : error;
  dump.dump_class = VMCOREDD_DUMP_PASSIVE;
  dump.what = "device";
  dump.size = device_size(&block);
  dump.collect = collect_device;
  dump.priority = 0;
  return host->register_dump(host, &dump);
}

static const struct vmcoredd_plugin virtio_pci_plugin = {
    .struct_size = sizeof virtio_pci_plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "virtio-pci",
    .match = match,
    .register_dumps = register_dumps,
    .version = "1",
    .description = "common and device configuration, and queues, of virtio devices",
    .license = "LGPL-2.1-or-later",
};

VMCOREDD_PLUGIN_DEFINE(virtio_pci_plugin);
