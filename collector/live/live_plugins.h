// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_LIVE_LIVE_PLUGINS_H_
#define VMCOREDD_COLLECTOR_LIVE_LIVE_PLUGINS_H_

#include <string>
#include <vector>

#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// Which dumps of driver plugins: the same plugins as in the crash kernel, with the driver at
// work beside them. They read registers only where the kernel lets them.
struct PluginRequest {
  std::vector<std::string> addresses;  // PCI; none: all
  vmcoredd_dump_class max_class = VMCOREDD_DUMP_PASSIVE;
  std::vector<std::string> paths;  // executables, beside those that are built in
  std::vector<std::string> skip;   // addresses that are never touched
  Properties options;              // "mlx5.crspace" -> "1"
};

// What LiveCapture::AddPlugins() would capture, for a person.
struct PluginDump {
  std::string name, plugin;
  uint64_t size = 0;  // bytes; 0: not known
  vmcoredd_dump_class dump_class = VMCOREDD_DUMP_PASSIVE;
  std::string address;
  std::string why_not;  // empty: it would be captured
};
std::vector<PluginDump> ListPluginDumps(const PluginRequest& request, const std::string& sysroot);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_LIVE_LIVE_PLUGINS_H_
