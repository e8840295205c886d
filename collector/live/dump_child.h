// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_LIVE_DUMP_CHILD_H_
#define VMCOREDD_COLLECTOR_LIVE_DUMP_CHILD_H_

#include <cstdint>
#include <string_view>

#include "vmcoredd/writer/registry.h"

namespace vmcoredd {

// How a child that collects a live dump calls itself in its hello frame.
inline constexpr std::string_view kLiveChildName = "live";

// In the child: calls the registration's callback and writes what it gives to `fd` as frames
// (driver-plugins/abi/runner/frames.h), as a plugin's process does. `quota`: bytes that a
// dump whose size is asked for may have. The exit code.
//
// A size that is a number is held against the dump by who receives the frames; one that a
// callback gives is held here, where the callback can run.
int ServeDump(const DumpRegistration& registration, uint64_t quota, int fd);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_LIVE_DUMP_CHILD_H_
