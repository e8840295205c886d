// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_COLLECT_CONF_H_
#define VMCOREDD_COLLECTOR_SETUP_COLLECT_CONF_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "collector/setup/config.h"
#include "collector/setup/dump_path.h"
#include "collector/setup/sysroot.h"

// The flat text that the collector reads in the crash kernel: what was configured,
// what was found out on this machine, and how the devices were known to it.

namespace vmcoredd {

// In the image, without the leading slash as in a cpio archive.
inline constexpr std::string_view kCollectConfName = "etc/vmcoredd/collect.conf";
// What the image of this machine has.
inline constexpr std::string_view kImageConfPath = "/var/lib/vmcoredd/image.conf";
inline constexpr std::string_view kEarlyDisabledPath = "/var/lib/vmcoredd/early-disabled";

struct CollectConfInput {
  Config config;
  DumpPath path;
  Properties identity;         // "identity.ADDRESS.KEY" -> value
  std::string release;         // of the kernel that the image boots
  std::string running;         // of the kernel that runs now
  std::string early_disabled;  // by the crash-loop guard: why; empty: it is not
  std::string generator;       // version
  int64_t time = 0;
};

std::string CompileCollectConf(const CollectConfInput& input);

// Do two texts tell the collector the same? They may differ in when, and by which
// version, they were compiled.
bool SameCollectConf(std::string_view a, std::string_view b);

// Everything that `input` takes from this machine; the configuration is the caller's.
CollectConfInput GatherCollectConf(const Sysroot& root, const Config& config);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_COLLECT_CONF_H_
