/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the cxgb4 plugin share. */
#ifndef VMCOREDD_DRIVER_PLUGINS_CXGB4_CXGB4_CHIP_H_
#define VMCOREDD_DRIVER_PLUGINS_CXGB4_CXGB4_CHIP_H_

#include "driver-plugins/abi/vmcoredd_plugin.h"

/* The generation, from the device id: 4 to 6; 0: not the main function of one. */
int cxgb4_chip(const struct vmcoredd_device* device);

/* The log of the adapter's firmware, through the memory window. */
int cxgb4_collect_devlog(const struct vmcoredd_host* host,
                         const struct vmcoredd_device* device,
                         void* cookie,
                         const struct vmcoredd_sink* sink);

#endif /* VMCOREDD_DRIVER_PLUGINS_CXGB4_CXGB4_CHIP_H_ */
