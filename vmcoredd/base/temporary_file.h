// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_TEMPORARY_FILE_H_
#define VMCOREDD_BASE_TEMPORARY_FILE_H_

#include <string>

#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

// A new file without a name, mode 0600, which is gone when it is closed. `folder`
// is where; empty: $TMPDIR, or else /var/tmp.
Result<UniqueFd> OpenTemporaryFile(std::string folder);

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_TEMPORARY_FILE_H_
