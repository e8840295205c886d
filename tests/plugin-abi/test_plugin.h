/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the test plugins share: they match every device. */
#ifndef VMCOREDD_TESTS_PLUGIN_ABI_TEST_PLUGIN_H_
#define VMCOREDD_TESTS_PLUGIN_ABI_TEST_PLUGIN_H_

#include "driver-plugins/abi/vmcoredd_plugin.h"

static inline int match_all(const struct vmcoredd_host* host,
                            const struct vmcoredd_device* device) {
  (void)host;
  (void)device;
  return 1;
}

#endif /* VMCOREDD_TESTS_PLUGIN_ABI_TEST_PLUGIN_H_ */
