/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An honest plugin for devices that are not: 64 bytes of BAR 0, and of configuration
 * space.
 */
#include "tests/plugin-abi/test_plugin.h"

static int collect_registers(const struct vmcoredd_host* host,
                             const struct vmcoredd_device* device,
                             void* cookie,
                             const struct vmcoredd_sink* sink) {
  unsigned char bytes[64];
  const int64_t got = host->read_registers(host, device, 0, 0, 4, bytes, sizeof bytes / 4);

  (void)cookie;
  if (got < 0) return (int)got;
  return sink->write(sink, bytes, (size_t)got * 4);
}

static int collect_config(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          void* cookie,
                          const struct vmcoredd_sink* sink) {
  unsigned char bytes[64];
  const int64_t got = host->read_config(host, device, 0, bytes, sizeof bytes);

  (void)cookie;
  if (got < 0) return (int)got;
  return sink->write(sink, bytes, (size_t)got);
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  struct vmcoredd_dump dump = {.struct_size = sizeof dump, .what = "config", .size = 64};
  int error;

  (void)device;
  (void)quota;
  dump.collect = collect_config;
  dump.flags = VMCOREDD_DUMP_CONFIG_ONLY;
  error = host->register_dump(host, &dump);
  if (error) return error;
  dump.what = "bar0";
  dump.collect = collect_registers;
  dump.flags = 0;
  return host->register_dump(host, &dump);
}

static const struct vmcoredd_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "probe",
    .match = match_all,
    .register_dumps = register_dumps,
};

VMCOREDD_PLUGIN_DEFINE(plugin);
