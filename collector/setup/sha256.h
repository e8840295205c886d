// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_SHA256_H_
#define VMCOREDD_COLLECTOR_SETUP_SHA256_H_

#include <string>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// Of a whole file, as sha256sum(1) writes it.
Result<std::string> Sha256OfFile(const std::string& path, const ProgressCallback& progress = {});

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_SHA256_H_
