// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_CRASH_GUARD_H_
#define VMCOREDD_COLLECTOR_SETUP_CRASH_GUARD_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "collector/setup/config.h"
#include "collector/setup/sysroot.h"
#include "vmcoredd/base/result.h"

// The crash-loop guard. A read from a dead device can take the crash kernel with it,
// and the vmcore. A marker says that a boot has not ended yet; when the next boot finds
// it, and neither vmcore nor device dumps, the early phase stays off until somebody
// has looked.

namespace vmcoredd {

inline constexpr std::string_view kArmedPath = "/var/lib/vmcoredd/armed";
inline constexpr std::string_view kPendingFolder = "/var/lib/vmcoredd/pending";
inline constexpr std::string_view kArmedSchema = "vmcoredd-armed/1";

// Writes the marker of this boot.
Result<void> Arm(const Sysroot& root, int64_t time);
// An orderly end: removes it.
Result<void> Disarm(const Sysroot& root);

// What became of the boot before this one, to be asked before Arm().
struct LastBoot {
  bool tripped = false;  // the early phase is to be disabled
  std::string reason;    // in words, also when it is not
};
LastBoot JudgeLastBoot(const Sysroot& root, const Config::Guard& guard);

// Disables the early phase from the next image on.
Result<void> DisableEarly(const Sysroot& root, const std::string& reason);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_CRASH_GUARD_H_
