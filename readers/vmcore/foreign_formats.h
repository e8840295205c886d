// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_FOREIGN_FORMATS_H_
#define READERS_VMCORE_FOREIGN_FORMATS_H_

#include <cstddef>
#include <span>
#include <string>

namespace vmcoredd {

// Enough of a file's first bytes for DescribeForeignFormat.
inline constexpr size_t kForeignMagicBytes = 512;

// Says what a file is that is not ours, for a person: "a VMware snapshot (vmss):
// convert it with vmss2core", or its first bytes in hex when it is nothing known.
std::string DescribeForeignFormat(std::span<const std::byte> first_bytes);

}  // namespace vmcoredd

#endif  // READERS_VMCORE_FOREIGN_FORMATS_H_
