// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_PLUGIN_CATALOG_H_
#define VMCOREDD_COLLECTOR_CAPTURE_PLUGIN_CATALOG_H_

#include <chrono>
#include <string>
#include <vector>

#include "driver-plugins/abi/runner/runner.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// A driver plugin that can be run: built into this program, or an executable.
struct Plugin {
  std::string name;
  std::string version, description, license;  // empty if it does not say
  vmcoredd_entry_fn entry = nullptr;          // built in
  std::string path;                           // an executable
};

// The plugins that were linked in, in the order of the build's list.
Result<std::vector<Plugin>> BuiltinPlugins();

// Asks the executable at `path` what it is. kRefused when the file could have been
// changed by somebody other than its owner and root; kPluginFailed when it does not
// answer as a plugin does within the deadline.
Result<Plugin> DescribeExecutable(const std::string& path, std::chrono::milliseconds deadline);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_PLUGIN_CATALOG_H_
