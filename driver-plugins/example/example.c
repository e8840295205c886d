/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smallest useful plugin: it saves command, status and class of every network
 * card, eight bytes of configuration space. Start yours from here.
 */
#include <string.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"

#define NETWORK_CLASS 0x02

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  (void)host;
  return strcmp(device->bus, "pci") == 0 && device->class_code >> 16 == NETWORK_CLASS ? 50 : 0;
}

static int collect(const struct vmcoredd_host* host,
                   const struct vmcoredd_device* device,
                   void* cookie,
                   const struct vmcoredd_sink* sink) {
  unsigned char registers[8];
  const int64_t got = host->read_config(host, device, 0x04, registers, sizeof registers);

  (void)cookie;
  if (got < 0) return (int)got;
  return sink->write(sink, registers, (size_t)got);
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  const struct vmcoredd_dump dump = {
      .struct_size = sizeof dump,
      .dump_class = VMCOREDD_DUMP_PASSIVE,
      .what = "status",
      .size = 8,
      .collect = collect,
  };

  (void)device;
  (void)quota;
  return host->register_dump(host, &dump);
}

static const struct vmcoredd_plugin example = {
    .struct_size = sizeof example,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "example",
    .match = match,
    .register_dumps = register_dumps,
    .description = "command, status and class registers of network cards",
};

VMCOREDD_PLUGIN_DEFINE(example);
