/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cxgb4 plugin: Chelsio T4, T5 and T6 adapters. */
#include <string.h>

#include "cxgb4_registers.h"
#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "driver-plugins/cxgb4/cxgb4_chip.h"

#define VENDOR_CHELSIO 0x1425
/*
 * Device ids are 0xCFMM: chip, function, model. Of the functions, cxgb4 drives number
 * 4; the others show the same registers. (t4_pci_id_tbl.h; CH_PCI_DEVICE_ID_FUNCTION
 * of cxgb4_main.c.)
 */
#define MAIN_FUNCTION 4

int cxgb4_chip(const struct vmcoredd_device* device) {
  const int chip = device->device_id >> 12;

  if (strcmp(device->bus, "pci") != 0 || device->vendor_id != VENDOR_CHELSIO) return 0;
  if ((device->device_id >> 8 & 0xf) != MAIN_FUNCTION) return 0;
  return chip >= 4 && chip <= 6 ? chip : 0;
}

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  (void)host;
  return cxgb4_chip(device) ? 100 : 0;
}

/* In the order of the generations, from T4 on. */
static const struct vmcoredd_register_dump kRegs[] = {
    {.what = "regs", .list = &cxgb4_t4_registers},
    {.what = "regs", .list = &cxgb4_t5_registers},
    {.what = "regs", .list = &cxgb4_t6_registers},
};

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  const int chip = cxgb4_chip(device);
  struct vmcoredd_dump dump;
  int error;

  (void)quota;
  if (!chip) return 0;
  memset(&dump, 0, sizeof dump);
  dump.struct_size = sizeof dump;
  dump.dump_class = VMCOREDD_DUMP_SIDE_EFFECT;
  dump.what = "devlog";
  dump.collect = cxgb4_collect_devlog;
  /* Before the registers: smaller, and what a firmware engineer asks for first. */
  dump.priority = 10;
  if (VMCOREDD_HAS(host, write_register)) {
    error = host->register_dump(host, &dump);
    if (error) return error;
  }
  return vmcoredd_register_list_dump(host, &kRegs[chip - 4]);
}

static const struct vmcoredd_plugin cxgb4_plugin = {
    .struct_size = sizeof cxgb4_plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "cxgb4",
    .match = match,
    .register_dumps = register_dumps,
    .version = "1",
    .description = "registers and firmware log of Chelsio T4, T5 and T6",
    .license = "LGPL-2.1-or-later",
};

VMCOREDD_PLUGIN_DEFINE(cxgb4_plugin);
