/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VMCOREDD_DRIVER_PLUGINS_VIRTIO_PCI_VIRTIO_PCI_H_
#define VMCOREDD_DRIVER_PLUGINS_VIRTIO_PCI_VIRTIO_PCI_H_

#include "driver-plugins/abi/vmcoredd_plugin.h"

/* cfg_type of struct virtio_pci_cap. 2 is for notifications, which are writes; 3 is
 * the ISR, which clears when it is read; 5 is a window. None of them is touched. */
#define VIRTIO_CAP_COMMON 1u
#define VIRTIO_CAP_DEVICE 4u

#define VIRTIO_COMMON_NUM_QUEUES 0x12u
#define VIRTIO_COMMON_QUEUE_SELECT 0x16u
#define VIRTIO_COMMON_QUEUE_BEGIN 0x18u
#define VIRTIO_COMMON_MIN_BYTES 0x38u

/* A structure of the device, as its capability says where. */
struct virtio_block {
  uint32_t bar;
  uint32_t offset;
  uint32_t length;
};

/* The first usable capability of this type: 0, -ENOENT, or an error of read_config. */
int virtio_find_block(const struct vmcoredd_host* host,
                      const struct vmcoredd_device* device,
                      uint32_t type,
                      struct virtio_block* block);

/* One queue's registers in the dump `queues`: offsets 0x18 to 0x37 of the common
 * configuration while it is selected. */
#define VIRTIO_QUEUE_BYTES 0x20u

/* virtio_pci_queues.c: side effect, it writes queue_select (and back). */
int virtio_collect_queues(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          void* cookie,
                          const struct vmcoredd_sink* sink);

#endif /* VMCOREDD_DRIVER_PLUGINS_VIRTIO_PCI_VIRTIO_PCI_H_ */
