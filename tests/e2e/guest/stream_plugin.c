/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plugin whose dump is larger than the crash kernel's memory: of unknown size when it
 * is registered, streamed block after block, each block checkable and none like another,
 * so that packing gains nothing. host/stream_checks.py makes the same bytes.
 *
 *   stream.device   address of the device that has it
 *   stream.mib      its size in MiB
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"

#define BLOCK_BYTES 65536u
#define BLOCK_WORDS (BLOCK_BYTES / 8u)
#define BLOCKS_OF_MIB (1048576u / BLOCK_BYTES)

/* The finaliser of splitmix64 (public domain, Sebastiano Vigna). */
static uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  const char* wanted = host->option(host, "stream.device");

  return wanted && strcmp(device->address, wanted) == 0 ? 1 : 0;
}

/* Block i is the words mix(0), mix(1), ..., each of them XOR mix(~i). */
static int collect(const struct vmcoredd_host* host,
                   const struct vmcoredd_device* device,
                   void* cookie,
                   const struct vmcoredd_sink* sink) {
  static uint64_t words[BLOCK_WORDS];
  static uint64_t block[BLOCK_WORDS];
  const char* mib = host->option(host, "stream.mib");
  const uint64_t blocks = mib ? strtoull(mib, NULL, 10) * BLOCKS_OF_MIB : 0;
  uint64_t i;
  unsigned w;

  (void)device;
  (void)cookie;
  if (blocks == 0) return -EINVAL;
  for (w = 0; w < BLOCK_WORDS; w++) words[w] = mix(w);
  for (i = 0; i < blocks; i++) {
    const uint64_t key = mix(~i);
    int error;

    for (w = 0; w < BLOCK_WORDS; w++) block[w] = words[w] ^ key;
    error = sink->write(sink, block, sizeof block);
    if (error) return error;
  }
  return 0;
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  const struct vmcoredd_dump dump = {
      .struct_size = sizeof dump,
      .dump_class = VMCOREDD_DUMP_PASSIVE,
      .size = 0,
      .collect = collect,
      .priority = 1,
  };

  (void)device;
  (void)quota;
  return host->register_dump(host, &dump);
}

static const struct vmcoredd_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "stream",
    .match = match,
    .register_dumps = register_dumps,
};

VMCOREDD_PLUGIN_DEFINE(plugin);
