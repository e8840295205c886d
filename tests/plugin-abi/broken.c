/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plugins that a host must refuse, one a value of BROKEN.
 */
#include "tests/plugin-abi/test_plugin.h"

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  (void)host;
  (void)device;
  (void)quota;
  return 0;
}

static const struct vmcoredd_plugin plugin = {
#if BROKEN == 1 /* a size that ends before the last mandatory callback */
    .struct_size = offsetof(struct vmcoredd_plugin, register_dumps),
#elif BROKEN == 2
    .struct_size = 4,
#else
    .struct_size = sizeof plugin,
#endif
    .abi_version = BROKEN == 3 ? 2 : VMCOREDD_PLUGIN_ABI_VERSION,
    .name = BROKEN == 4 ? "../Upper" : "broken",
    .match = BROKEN == 5 ? NULL : match_all,
    .register_dumps = register_dumps,
};

#if BROKEN == 6
const struct vmcoredd_plugin* vmcoredd_plugin_entry(void) { return plugin.name ? NULL : &plugin; }
#else
VMCOREDD_PLUGIN_DEFINE(plugin);
#endif
