/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The e1000e plugin: Intel gigabit controllers from 82571 to those in the chip sets of today.
 * What is read is in registers.list; here is which devices have those registers.
 */
#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "driver-plugins/abi/vmcoredd_registers.h"
#include "e1000e_registers.h"

#define VENDOR_INTEL 0x8086

/* e1000_pci_tbl of drivers/net/ethernet/intel/e1000e/netdev.c, Linux 6.1. */
static const uint16_t kDeviceIds[] = {
    0x0d4c, 0x0d4d, 0x0d4e, 0x0d4f, 0x0d53, 0x0d55, 0x0dc5, 0x0dc6, 0x0dc7, 0x0dc8, 0x1049, 0x104a,
    0x104b, 0x104c, 0x104d, 0x105e, 0x105f, 0x1060, 0x107d, 0x107e, 0x107f, 0x108b, 0x108c, 0x1096,
    0x1098, 0x109a, 0x10a4, 0x10a5, 0x10b9, 0x10ba, 0x10bb, 0x10bc, 0x10bd, 0x10bf, 0x10c0, 0x10c2,
    0x10c3, 0x10c4, 0x10c5, 0x10cb, 0x10cc, 0x10cd, 0x10ce, 0x10d3, 0x10d5, 0x10d9, 0x10da, 0x10de,
    0x10df, 0x10e5, 0x10ea, 0x10eb, 0x10ef, 0x10f0, 0x10f5, 0x10f6, 0x1501, 0x1502, 0x1503, 0x150c,
    0x1525, 0x153a, 0x153b, 0x1559, 0x155a, 0x156f, 0x1570, 0x15a0, 0x15a1, 0x15a2, 0x15a3, 0x15b7,
    0x15b8, 0x15b9, 0x15bb, 0x15bc, 0x15bd, 0x15be, 0x15d6, 0x15d7, 0x15d8, 0x15df, 0x15e0, 0x15e1,
    0x15e2, 0x15e3, 0x15f4, 0x15f5, 0x15f9, 0x15fa, 0x15fb, 0x15fc, 0x1a1c, 0x1a1d, 0x1a1e, 0x1a1f,
    0x294c, 0x550a, 0x550b, 0x550c, 0x550d, 0x550e, 0x550f, 0x5510, 0x5511,
};

static const struct vmcoredd_register_dump kDumps[] = {
    {"state", &e1000e_state_registers, 0, VMCOREDD_DUMP_EARLY, 40},
    {"registers", &e1000e_all_registers, 0, 0, 0},
};

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  (void)host;
  return vmcoredd_match_pci_ids(device, VENDOR_INTEL, kDeviceIds,
                                sizeof kDeviceIds / sizeof kDeviceIds[0]);
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  (void)device;
  (void)quota;
  return vmcoredd_register_list_dumps(host, kDumps, sizeof kDumps / sizeof kDumps[0]);
}

static const struct vmcoredd_plugin e1000e_plugin = {
    .struct_size = sizeof e1000e_plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "e1000e",
    .match = match,
    .register_dumps = register_dumps,
    .version = "1",
    .description = "control, ring and address registers of Intel gigabit NICs (e1000e)",
    .license = "LGPL-2.1-or-later",
};

VMCOREDD_PLUGIN_DEFINE(e1000e_plugin);
