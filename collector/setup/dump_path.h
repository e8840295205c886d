// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_DUMP_PATH_H_
#define VMCOREDD_COLLECTOR_SETUP_DUMP_PATH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "collector/setup/kdump_target.h"
#include "collector/setup/sysroot.h"

namespace vmcoredd {

// A device that the crash kernel cannot do without.
struct NeededDevice {
  std::string address;
  uint16_t vendor_id = 0, device_id = 0;
  std::string why;  // "the root filesystem", "console"
};

struct DumpPath {
  std::vector<NeededDevice> devices;  // by address
  std::vector<std::string> unknown;   // why it is not known for sure; empty: it is
};

// What saving a vmcore needs: the target of the vmcore, the root filesystem, every
// filesystem and swap that the system mounts on its way there (Debian's crash
// kernel boots the real root), consoles on PCI cards, the boot display.
DumpPath FindDumpPath(const Sysroot& root, const KdumpTarget& target);

// Is this not the machine itself, but a chroot or a container in it? What it is,
// or empty.
std::string NotTheMachine(const Sysroot& root);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_DUMP_PATH_H_
