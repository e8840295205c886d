/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The nvme plugin: the properties of any NVM Express I/O controller, as an image of
 * the first 4 KiB of BAR 0. Doorbells begin at 0x1000 and are never touched. What is
 * read is in registers.list.
 */
#include <string.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "driver-plugins/abi/vmcoredd_registers.h"
#include "nvme_registers.h"

#define CLASS_NVME_IO 0x010802u /* mass storage, non-volatile memory, NVM Express I/O */

static const struct vmcoredd_register_dump kController = {
    .what = "controller",
    .list = &nvme_controller_registers,
    .bar = 0,
    .flags = VMCOREDD_DUMP_EARLY,
    .priority = 60,
};

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  (void)host;
  return strcmp(device->bus, "pci") == 0 && device->class_code == CLASS_NVME_IO ? 50 : 0;
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  (void)device;
  (void)quota;
  return vmcoredd_register_list_dump(host, &kController);
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
