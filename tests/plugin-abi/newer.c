/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plugin built with a newer header: its structs go on behind what this host
 * knows, and it looks for a host service that this host does not have.
 */
#include "tests/plugin-abi/test_plugin.h"

struct newer_host {
  uint32_t struct_size;
  unsigned char known[sizeof(struct vmcoredd_host) - sizeof(uint32_t)];
  int (*newer_service)(void);
};

struct newer_dump {
  struct vmcoredd_dump known;
  void (*newer_callback)(void);
  unsigned char more[256];
};

struct newer_plugin {
  struct vmcoredd_plugin known;
  void (*newer_callback)(void);
  unsigned char more[4096];
};

static int collect(const struct vmcoredd_host* host,
                   const struct vmcoredd_device* device,
                   void* cookie,
                   const struct vmcoredd_sink* sink) {
  const struct newer_host* newer = (const struct newer_host*)(const void*)host;

  (void)device;
  (void)cookie;
  if (VMCOREDD_HAS(newer, newer_service)) return sink->write(sink, "has", 3);
  return VMCOREDD_HAS(host, read_config) ? sink->write(sink, "new", 3) : -1;
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  struct newer_dump dump = {
      .known = {.struct_size = sizeof dump, .size = 3, .collect = collect, .priority = 7},
  };
  unsigned i;

  (void)device;
  (void)quota;
  for (i = 0; i < sizeof dump.more; i++) dump.more[i] = 0x42;
  return host->register_dump(host, &dump.known);
}

static const struct newer_plugin plugin = {
    .known =
        {
            .struct_size = sizeof plugin,
            .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
            .name = "newer",
            .match = match_all,
            .register_dumps = register_dumps,
            .description = "of the future",
        },
    .more = {0x42},
};

VMCOREDD_PLUGIN_DEFINE(plugin.known);
