// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_SMALL_FILE_H_
#define VMCOREDD_COLLECTOR_CAPTURE_SMALL_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "vmcoredd/base/result.h"

// Files of procfs and sysfs, and of a captured tree: small, and read or written at once.

namespace vmcoredd {

// At most `max` bytes from the start; empty if it cannot be read. A link is not followed.
std::string ReadSmallFile(const std::string& path, size_t max = 4096);
// Its first line, escaped.
std::string ReadFirstLine(const std::string& path);

// Writes over a file that exists, with one write(): a sysfs attribute.
Result<void> WriteAttribute(const std::string& path, std::string_view text);

// Of the machine whose tree this is, which is not this one with a sysroot.
std::string KernelRelease(const std::string& sysroot);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_SMALL_FILE_H_
