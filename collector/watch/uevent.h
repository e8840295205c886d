// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_UEVENT_H_
#define VMCOREDD_COLLECTOR_WATCH_UEVENT_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace vmcoredd::watch {

// One message of NETLINK_KOBJECT_UEVENT (lib/kobject_uevent.c): "ACTION@DEVPATH", then
// "KEY=VALUE", each ended by a NUL.
struct Uevent {
  std::string action, path, subsystem;  // raw
  std::string name() const;             // the last part of the path
};

// Nothing for what is not one of the kernel's: udev's own messages begin "libudev".
std::optional<Uevent> ParseUevent(std::span<const std::byte> message);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_UEVENT_H_
