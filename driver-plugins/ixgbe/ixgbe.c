/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ixgbe plugin: Intel 10 gigabit controllers 82599, X540, X550, X552 and X553.
 * What is read is in registers.list; here is which devices have those registers.
 */
#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "driver-plugins/abi/vmcoredd_registers.h"
#include "ixgbe_registers.h"

#define VENDOR_INTEL 0x8086

/* ixgbe_pci_tbl of drivers/net/ethernet/intel/ixgbe/ixgbe_main.c, Linux 6.1, without the 82598. */
static const uint16_t kDeviceIds[] = {
    0x10f7, 0x10f8, 0x10f9, 0x10fb, 0x10fc, 0x1507, 0x1514, 0x1517, 0x151c, 0x1528, 0x1529, 0x152a,
    0x154a, 0x154d, 0x154f, 0x1557, 0x1558, 0x1560, 0x1563, 0x15aa, 0x15ab, 0x15ac, 0x15ad, 0x15ae,
    0x15b0, 0x15c2, 0x15c3, 0x15c4, 0x15c6, 0x15c7, 0x15c8, 0x15ce, 0x15d1, 0x15e4, 0x15e5,
};

static const struct vmcoredd_register_dump kDumps[] = {
    {"state", &ixgbe_state_registers, 0, VMCOREDD_DUMP_EARLY, 40},
    {"registers", &ixgbe_all_registers, 0, 0, 0},
};

VMCOREDD_REGISTER_PLUGIN_DEFINE(
    "ixgbe",
    VENDOR_INTEL,
    kDeviceIds,
    kDumps,
    "control, ring and address registers of Intel 10 gigabit NICs (ixgbe)",
    "LGPL-2.1-or-later");
