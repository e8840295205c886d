/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "driver-plugins/abi/vmcoredd_registers.h"
#include "driver-plugins/virtio-pci/virtio_pci.h"

/* Queues that a dump has at most: 64 KiB of registers. */
#define MAX_QUEUES 2048u

/* The registers of one queue: their widths as in registers.list. */
static const struct vmcoredd_register_range kQueue[] = {
    {0x00, 4, 2, 0, 0}, /* size, msix_vector, enable, notify_off */
    {0x08, 6, 4, 0, 0}, /* desc, driver, device */
};

static int read_queue(const struct vmcoredd_host* host,
                      const struct vmcoredd_device* device,
                      const struct virtio_block* block,
                      unsigned char bytes[VIRTIO_QUEUE_BYTES]) {
  uint32_t i;

  for (i = 0; i < sizeof kQueue / sizeof kQueue[0]; i++) {
    const struct vmcoredd_register_range* range = &kQueue[i];
    const int64_t got =
        vmcoredd_read_registers(host, device, block->bar,
                                (uint64_t)block->offset + VIRTIO_COMMON_QUEUE_BEGIN + range->offset,
                                range->width, bytes + range->offset, range->count);
    if (got != (int64_t)range->count) return got < 0 ? (int)got : -ENODATA;
  }
  return 0;
}

static int select_queue(const struct vmcoredd_host* host,
                        const struct vmcoredd_device* device,
                        const struct virtio_block* block,
                        uint64_t queue) {
  return host->write_register(host, device, block->bar,
                              (uint64_t)block->offset + VIRTIO_COMMON_QUEUE_SELECT, 2, queue);
}

int virtio_collect_queues(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          void* cookie,
                          const struct vmcoredd_sink* sink) {
  struct virtio_block block;
  uint64_t selected;
  uint64_t count;
  uint64_t queue;
  int error = virtio_find_block(host, device, VIRTIO_CAP_COMMON, &block);

  (void)cookie;
  if (error) return error;
  if (!VMCOREDD_HAS(host, write_register) || !host->write_register) return -ENOSYS;
  error = vmcoredd_read_register(host, device, block.bar,
                                 (uint64_t)block.offset + VIRTIO_COMMON_NUM_QUEUES, 2, &count);
  if (!error) {
    error = vmcoredd_read_register(
        host, device, block.bar, (uint64_t)block.offset + VIRTIO_COMMON_QUEUE_SELECT, 2, &selected);
  }
  if (error) return error;
  if (count > MAX_QUEUES) {
    sink->warn(sink, "the device has more queues than the dump: the rest was left out");
    count = MAX_QUEUES;
  }
  for (queue = 0; queue < count; queue++) {
    unsigned char bytes[VIRTIO_QUEUE_BYTES];

    error = select_queue(host, device, &block, queue);
    if (!error) error = read_queue(host, device, &block, bytes);
    if (!error) error = sink->write(sink, bytes, sizeof bytes);
    if (error) break;
  }
  if (select_queue(host, device, &block, selected) != 0) {
    sink->warn(sink, "queue_select could not be written back");
  }
  return error;
}
