// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_DEVICE_TRACER_H_
#define VMCOREDD_COLLECTOR_SETUP_DEVICE_TRACER_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collector/setup/mounts.h"
#include "collector/setup/sysroot.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// Follows disks and network devices down to the PCI functions that they need:
// through partitions, device mapper, md, bcache, loop files, NVMe multipath, USB,
// virtio, and every controller on the way. Bridges are left out: nothing holds them.
class DeviceTracer {
 public:
  DeviceTracer(const Sysroot& root, const std::vector<Mount>& mounts)
      : root_(root), mounts_(mounts) {}

  // Each fails when something below cannot be followed; `why` says for what the
  // device is needed.
  Result<void> AddMount(const Mount& mount, const std::string& why);
  Result<void> AddPath(std::string_view path, const std::string& why);
  // "/dev/sda1", "/dev/mapper/x", "UUID=...", "LABEL=...", "PARTUUID=..."
  Result<void> AddSource(std::string_view source, const std::string& why);
  Result<void> AddSysfs(std::string_view path, const std::string& why);
  // All network devices: which one leads to a host is not known before a crash.
  Result<void> AddAllNetworkDevices(const std::string& why);

  // Address -> for what it is needed.
  const std::map<std::string, std::string>& devices() const { return devices_; }

 private:
  Result<void> AddBlock(const std::string& path, const std::string& why, int depth);
  Result<void> AddVirtualBlock(const std::string& path, const std::string& why, int depth);
  Result<void> AddLinks(const std::string& folder,
                        const std::vector<std::string>& names,
                        const std::string& why,
                        int depth);
  bool AddPciOf(std::string_view path, const std::string& why);

  const Sysroot& root_;
  const std::vector<Mount>& mounts_;
  std::map<std::string, std::string> devices_;
  std::set<std::string> done_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_DEVICE_TRACER_H_
