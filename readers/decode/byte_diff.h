// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_BYTE_DIFF_H_
#define READERS_DECODE_BYTE_DIFF_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// Differences with fewer equal bytes between them are one range: of a changed register,
// not every byte has changed.
inline constexpr uint64_t kMergedDiffGap = 8;
// More ranges than anybody reads are counted only.
inline constexpr size_t kMaxDiffRanges = 4096;

// Where the bytes of two sources differ.
struct ByteDiff {
  // In both, ascending: from the first to the last byte that differs. The first
  // kMaxDiffRanges of range_count.
  std::vector<ByteRange> ranges;
  uint64_t range_count = 0;
  uint64_t differing_bytes = 0;  // in all ranges, without the equal ones between them
  // What follows the shorter one's end has nothing to be compared with, and is in no range.
  uint64_t first_size = 0;
  uint64_t second_size = 0;

  bool same() const { return range_count == 0 && first_size == second_size; }
};

// Compares all bytes of two sources through a fixed window, but those in `passed_over`, which
// ascends. Fails when one cannot be read; the message says which. `progress` is called with
// the bytes compared.
Result<ByteDiff> CompareBytes(ByteSource& first,
                              ByteSource& second,
                              std::span<const ByteRange> passed_over = {},
                              const ProgressCallback& progress = nullptr);

// Ascending, and apart by more than `gap`; empty ones go.
void JoinRanges(std::vector<ByteRange>& ranges, uint64_t gap = 0);

}  // namespace vmcoredd

#endif  // READERS_DECODE_BYTE_DIFF_H_
