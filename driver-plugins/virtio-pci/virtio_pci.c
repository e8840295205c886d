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

#define OFFSET_SUBSYSTEM 0x2c
#define FIRST_MODERN_ID 0x1040

/* The device configurations whose fields are known, by type of device. */
static const struct device_layout {
  uint32_t type;
  const struct vmcoredd_register_list* list;
} kLayouts[] = {
    {1, &virtio_pci_net_registers},     {2, &virtio_pci_block_registers},
    {3, &virtio_pci_console_registers}, {5, &virtio_pci_balloon_registers},
    {8, &virtio_pci_scsi_registers},    {9, &virtio_pci_p9_registers},
    {16, &virtio_pci_gpu_registers},    {19, &virtio_pci_vsock_registers},
    {20, &virtio_pci_crypto_registers}, {23, &virtio_pci_iommu_registers},
    {24, &virtio_pci_mem_registers},    {26, &virtio_pci_fs_registers},
    {27, &virtio_pci_pmem_registers},
};

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

/* As much of the list as the structure has. */
static uint64_t image_size(const struct virtio_block* block,
                           const struct vmcoredd_register_list* list) {
  const uint64_t known = vmcoredd_registers_size(list, 0);
  return block->length < known ? block->length : known;
}

/* A structure by the list of its fields; in which BAR it is, only its capability knows. */
static int collect_block(const struct vmcoredd_host* host,
                         const struct vmcoredd_device* device,
                         uint32_t cap_type,
                         const struct vmcoredd_register_list* fields,
                         const struct vmcoredd_sink* sink) {
  struct vmcoredd_register_range ranges[16];
  struct vmcoredd_register_list list = *fields;
  struct virtio_block block;
  uint32_t i;
  const int error = virtio_find_block(host, device, cap_type, &block);

  if (error) return error;
  if (list.count > sizeof ranges / sizeof ranges[0]) return -E2BIG;
  for (i = 0; i < list.count; i++) {
    ranges[i] = fields->ranges[i];
    ranges[i].bar = (uint8_t)block.bar;
  }
  list.ranges = ranges;
  return vmcoredd_collect_registers(host, device, &list, block.bar, block.offset,
                                    image_size(&block, fields), sink);
}

static int collect_common(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          void* cookie,
                          const struct vmcoredd_sink* sink) {
  (void)cookie;
  return collect_block(host, device, VIRTIO_CAP_COMMON, &virtio_pci_common_registers, sink);
}

static int collect_device(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          void* cookie,
                          const struct vmcoredd_sink* sink) {
  const struct device_layout* layout = cookie;
  return collect_block(host, device, VIRTIO_CAP_DEVICE, layout->list, sink);
}

/* NULL: a type of whose fields nothing is known here. */
static const struct device_layout* find_layout(const struct vmcoredd_host* host,
                                               const struct vmcoredd_device* device) {
  uint32_t type = (uint32_t)device->device_id - FIRST_MODERN_ID;
  unsigned char bytes[4];
  size_t i;

  if (device->device_id < FIRST_MODERN_ID) {
    if (read_exactly(host, device, OFFSET_SUBSYSTEM, bytes, 4) != 0) return NULL;
    type = load32(bytes) >> 16;
  }
  for (i = 0; i < sizeof kLayouts / sizeof kLayouts[0]; i++) {
    if (kLayouts[i].type == type) return &kLayouts[i];
  }
  return NULL;
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
  const struct device_layout* layout = find_layout(host, device);
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
  dump.size = image_size(&block, &virtio_pci_common_registers);
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
  if (!layout) return 0;
  error = virtio_find_block(host, device, VIRTIO_CAP_DEVICE, &block);
  if (error || block.length == 0) return error == -ENOENT ? 0 : error;
  dump.dump_class = VMCOREDD_DUMP_PASSIVE;
  dump.what = "device";
  dump.size = image_size(&block, layout->list);
  dump.collect = collect_device;
  dump.cookie = (void*)(uintptr_t)layout;
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
