/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The igb plugin: Intel gigabit controllers 82575, 82576, 82580, I350, I354, I210, I211.
 * What is read is in registers.list; here is which devices have those registers.
 */
#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "driver-plugins/abi/vmcoredd_registers.h"
#include "igb_registers.h"

#define VENDOR_INTEL 0x8086

/* igb_pci_tbl of drivers/net/ethernet/intel/igb/igb_main.c, Linux 6.1. */
static const uint16_t kDeviceIds[] = {
    0x0438, 0x043a, 0x043c, 0x0440, 0x10a7, 0x10a9, 0x10c9, 0x10d6, 0x10e6, 0x10e7, 0x10e8,
    0x150a, 0x150d, 0x150e, 0x150f, 0x1510, 0x1511, 0x1516, 0x1518, 0x1521, 0x1522, 0x1523,
    0x1524, 0x1526, 0x1527, 0x1533, 0x1536, 0x1537, 0x1538, 0x1539, 0x157b, 0x157c,
};

static const struct vmcoredd_register_dump kDumps[] = {
    {"state", &igb_state_registers, 0, VMCOREDD_DUMP_EARLY, 40},
    {"registers", &igb_all_registers, 0, 0, 0},
};

VMCOREDD_REGISTER_PLUGIN_DEFINE("igb",
                                VENDOR_INTEL,
                                kDeviceIds,
                                kDumps,
                                "control, ring and address registers of Intel gigabit NICs (igb)",
                                "LGPL-2.1-or-later");
