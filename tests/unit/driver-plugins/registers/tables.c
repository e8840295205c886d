/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin of nothing but tables, as C: that its header is C99 too. */
#include "registertest_registers.h"

static const struct vmcoredd_register_dump dumps[] = {
    {"plain", &registertest_plain_registers, 0, VMCOREDD_DUMP_EARLY, 3},
    {"mixed", &registertest_mixed_registers, 2, 0, 0},
};

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  (void)host;
  (void)device;
  return 1;
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  const int error = vmcoredd_register_list_dump(host, &dumps[0]);

  (void)device;
  (void)quota;
  return error ? error : vmcoredd_register_list_dump(host, &dumps[1]);
}

static const struct vmcoredd_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "registertest",
    .match = match,
    .register_dumps = register_dumps,
};

VMCOREDD_PLUGIN_DEFINE(plugin);
