// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/zero_blocks.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace vmcoredd {

namespace {

constexpr std::array<std::byte, 64 * 1024> kZeros{};

}  // namespace

bool IsZero(std::span<const std::byte> bytes) {
  return bytes.empty() || (bytes[0] == std::byte{0} &&
                           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::span<const std::byte> TakeZeros(uint64_t& left) {
  const auto piece = std::span(kZeros).first(std::min<uint64_t>(left, kZeros.size()));
  left -= piece.size();
  return piece;
}

Result<void> VisitBlockRuns(uint64_t offset,
                            std::span<const std::byte> bytes,
                            const BlockRunVisitor& visit) {
  size_t begin = 0;  // bytes[begin, at) is the run so far
  bool is_zero = false;
  for (size_t at = 0; at < bytes.size();) {
    const size_t size =
        std::min<uint64_t>(kFileBlockBytes - (offset + at) % kFileBlockBytes, bytes.size() - at);
    const bool is_block_zero = IsZero(bytes.subspan(at, size));
    if (at != begin && is_block_zero != is_zero) {
      VMCOREDD_TRY(visit(offset + begin, bytes.subspan(begin, at - begin), is_zero));
      begin = at;
    }
    is_zero = is_block_zero;
    at += size;
  }
  if (begin == bytes.size()) return {};
  return visit(offset + begin, bytes.subspan(begin), is_zero);
}

}  // namespace vmcoredd
