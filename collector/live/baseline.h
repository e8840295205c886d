// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_LIVE_BASELINE_H_
#define VMCOREDD_COLLECTOR_LIVE_BASELINE_H_

#include <string>
#include <vector>

#include "collector/setup/sysroot.h"
#include "vmcoredd/format/manifest.h"

// What makes a baseline old: another kernel, driver, firmware or device than those that it
// was taken with. Its manifest says those (`machine`, `devices`).

namespace vmcoredd {

inline constexpr std::string_view kBaselinePrefix = "baseline";

// PCI devices as sysfs knows them: bus, address, vendor, device, driver, driver_version,
// srcversion of the driver's module, firmware. Virtual functions are left out: they come and
// go.
std::vector<Properties> MachineDevices(const Sysroot& root);

// Adds what devlink knows of devices to those of sysfs.
void MergeDevices(const std::vector<Properties>& more, std::vector<Properties>& devices);

// What has changed since the capture `then`, a line each, printable; none: nothing.
// Firmware versions of devlink are compared only if both sides have any for the device.
std::vector<std::string> ChangesSince(const ManifestFragment& then,
                                      const std::string& release,
                                      const std::vector<Properties>& now);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_LIVE_BASELINE_H_
