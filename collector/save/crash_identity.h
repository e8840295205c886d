// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SAVE_CRASH_IDENTITY_H_
#define VMCOREDD_COLLECTOR_SAVE_CRASH_IDENTITY_H_

#include <string>

#include "vmcoredd/base/result.h"

namespace vmcoredd {

// Which crash /proc/vmcore (or an ELF vmcore saved from it) is of: the hash of its
// first VMCOREINFO note, as in ManifestFragment::crash. Opens, reads the notes and
// closes again: since v6.14 or so a driver cannot add a device dump while somebody
// holds /proc/vmcore open.
Result<std::string> CrashIdentity(const std::string& vmcore_path);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SAVE_CRASH_IDENTITY_H_
