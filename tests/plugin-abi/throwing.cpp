// SPDX-License-Identifier: LGPL-2.1-or-later
// A plugin in C++ whose exceptions leave it.
#include <stdexcept>

#include "driver-plugins/abi/vmcoredd_plugin.h"

namespace {

int Match(const vmcoredd_host*, const vmcoredd_device*) { return 1; }

int Collect(const vmcoredd_host*, const vmcoredd_device*, void*, const vmcoredd_sink* sink) {
  if (sink->write(sink, "eight by", 8) == 0) throw std::runtime_error("unexpected");
  return 0;
}

int RegisterDumps(const vmcoredd_host* host, const vmcoredd_device*, uint64_t) {
  const vmcoredd_dump dump = {
      .struct_size = sizeof dump,
      .dump_class = VMCOREDD_DUMP_PASSIVE,
      .what = nullptr,
      .size = 16,
      .collect = Collect,
      .cookie = nullptr,
      .priority = 0,
      .flags = 0,
  };
  return host->register_dump(host, &dump);
}

constexpr vmcoredd_plugin kPlugin = {
    .struct_size = sizeof kPlugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "throwing",
    .match = Match,
    .register_dumps = RegisterDumps,
    .version = nullptr,
    .description = nullptr,
    .license = nullptr,
};

}  // namespace

VMCOREDD_PLUGIN_DEFINE(kPlugin);
