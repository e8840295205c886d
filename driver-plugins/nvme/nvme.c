/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The nvme plugin: the properties of any NVM Express I/O controller, as an image of
 * the first 4 KiB of BAR 0. Doorbells begin at 0x1000 and are never touched. What is
 * read is in registers.list; here is which of it the controller has.
 */
#include <errno.h>
#include <string.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "driver-plugins/abi/vmcoredd_registers.h"
#include "nvme_registers.h"

#define CLASS_NVME_IO 0x010802u /* mass storage, non-volatile memory, NVM Express I/O */

/* Bits of CAP. Its lower half is at 0, the upper half behind it. */
#define CAP_BOOT_PARTITIONS ((uint64_t)1 << 45)
#define CAP_PERSISTENT_MEMORY ((uint64_t)1 << 56)
#define CAP_MEMORY_BUFFER ((uint64_t)1 << 57)
#define CAP_READY_MODES ((uint64_t)3 << 59)

/* In the order of their registers: together they are one list. */
static const struct section {
  uint64_t needs; /* any of these bits of CAP, or 0 */
  const struct vmcoredd_register_list* list;
} kSections[] = {
    {0, &nvme_controller_registers},
    {CAP_BOOT_PARTITIONS, &nvme_boot_registers},
    {CAP_MEMORY_BUFFER, &nvme_memory_buffer_registers},
    {CAP_READY_MODES, &nvme_ready_registers},
    {CAP_PERSISTENT_MEMORY, &nvme_persistent_registers},
};

static int collect(const struct vmcoredd_host* host,
                   const struct vmcoredd_device* device,
                   void* cookie,
                   const struct vmcoredd_sink* sink) {
  struct vmcoredd_register_range ranges[16];
  struct vmcoredd_register_list list = {ranges, 0, VMCOREDD_DUMP_PASSIVE};
  uint64_t low, high;
  size_t i;
  int error = vmcoredd_read_register(host, device, 0, 0, 4, &low);

  (void)cookie;
  if (!error) error = vmcoredd_read_register(host, device, 0, 4, 4, &high);
  if (error) return error;
  for (i = 0; i < sizeof kSections / sizeof kSections[0]; i++) {
    const struct section* section = &kSections[i];

    if (section->needs && !(section->needs & (high << 32 | low))) continue;
    if (list.count + section->list->count > sizeof ranges / sizeof ranges[0]) return -E2BIG;
    memcpy(ranges + list.count, section->list->ranges, section->list->count * sizeof ranges[0]);
    list.count += section->list->count;
  }
  return vmcoredd_collect_registers(host, device, &list, 0, 0,
                                    vmcoredd_registers_size(&nvme_persistent_registers, 0), sink);
}

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  (void)host;
  return strcmp(device->bus, "pci") == 0 && device->class_code == CLASS_NVME_IO ? 50 : 0;
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  struct vmcoredd_dump dump;

  (void)device;
  (void)quota;
  memset(&dump, 0, sizeof dump);
  dump.struct_size = sizeof dump;
  dump.dump_class = VMCOREDD_DUMP_PASSIVE;
  dump.what = "controller";
  dump.size = vmcoredd_registers_size(&nvme_persistent_registers, 0);
  dump.collect = collect;
  dump.priority = 60;
  dump.flags = VMCOREDD_DUMP_EARLY;
  return host->register_dump(host, &dump);
}

static const struct vmcoredd_plugin nvme_plugin = {
    .struct_size = sizeof nvme_plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "nvme",
    .match = match,
    .register_dumps = register_dumps,
    .version = "1",
    .description = "controller properties of NVM Express controllers",
    .license = "LGPL-2.1-or-later",
};

VMCOREDD_PLUGIN_DEFINE(nvme_plugin);
