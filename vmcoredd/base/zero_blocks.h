// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_ZERO_BLOCKS_H_
#define VMCOREDD_BASE_ZERO_BLOCKS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "vmcoredd/base/result.h"

namespace vmcoredd {

// Memory is mostly zeros, and a file need not hold them: blocks of zeros can be holes.

bool IsZero(std::span<const std::byte> bytes);

// Some of the `left` zeros that are still to be written, off which they are taken.
std::span<const std::byte> TakeZeros(uint64_t& left);

// What filesystems allocate.
inline constexpr uint64_t kFileBlockBytes = 4096;

// Visits `bytes`, which belong at `offset` of a file, in order and in runs: of blocks
// that are all zeros, and of others. A block at either end counts as far as it is
// there. Stops at the first error of `visit`.
using BlockRunVisitor =
    std::function<Result<void>(uint64_t offset, std::span<const std::byte> run, bool is_zero)>;
Result<void> VisitBlockRuns(uint64_t offset,
                            std::span<const std::byte> bytes,
                            const BlockRunVisitor& visit);

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_ZERO_BLOCKS_H_
