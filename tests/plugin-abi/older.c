/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plugin built with an older header: its structs end where the mandatory fields
 * end. A host that reads further reads what is not there.
 */
#include "tests/plugin-abi/test_plugin.h"

struct older_dump {
  uint32_t struct_size;
  uint32_t dump_class;
  const char* what;
  uint64_t size;
  int (*collect)(const struct vmcoredd_host*,
                 const struct vmcoredd_device*,
                 void*,
                 const struct vmcoredd_sink*);
};

struct older_plugin {
  uint32_t struct_size;
  uint32_t abi_version;
  const char* name;
  int (*match)(const struct vmcoredd_host*, const struct vmcoredd_device*);
  int (*register_dumps)(const struct vmcoredd_host*, const struct vmcoredd_device*, uint64_t);
};

static int collect(const struct vmcoredd_host* host,
                   const struct vmcoredd_device* device,
                   void* cookie,
                   const struct vmcoredd_sink* sink) {
  (void)host;
  (void)device;
  return cookie ? -1 : sink->write(sink, "old", 3);
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  /* On the stack, between bytes that are not zero. */
  struct {
    uint64_t before;
    struct older_dump dump;
    uint64_t after[8];
  } frame;
  unsigned i;

  (void)device;
  (void)quota;
  for (i = 0; i < 8; i++) frame.after[i] = 0x4141414141414141u;
  frame.before = frame.after[0];
  frame.dump.struct_size = sizeof frame.dump;
  frame.dump.dump_class = VMCOREDD_DUMP_PASSIVE;
  frame.dump.what = NULL;
  frame.dump.size = 3;
  frame.dump.collect = collect;
  return host->register_dump(host, (const struct vmcoredd_dump*)(const void*)&frame.dump);
}

static const struct older_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_version = 1,
    .name = "older",
    .match = match_all,
    .register_dumps = register_dumps,
};

const struct vmcoredd_plugin* vmcoredd_plugin_entry(void) {
  return (const struct vmcoredd_plugin*)(const void*)&plugin;
}
