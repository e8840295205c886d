// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_UPLOAD_H_
#define VMCOREDD_COLLECTOR_SETUP_UPLOAD_H_

#include <string>

#include "collector/setup/finalise.h"

namespace vmcoredd {

// Sends a file to the SSH target, into the folder vmcoredd beside the vmcores, and
// compares its checksum there. `name` is one of ours: digits, letters, '-' and '.'.
Result<void> UploadBySsh(const KdumpTarget& target,
                         const FinaliseHooks& hooks,
                         const std::string& file,
                         const std::string& name,
                         const std::string& sha256);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_UPLOAD_H_
