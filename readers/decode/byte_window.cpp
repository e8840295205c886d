// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/byte_window.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace vmcoredd {

std::string_view FieldStateName(FieldState state) {
  switch (state) {
    case FieldState::kRead: return "read";
    case FieldState::kMissing: return "missing";
    case FieldState::kHole: return "hole";
    case FieldState::kUnreadable: return "unreadable";
  }
  return "";
}

ByteWindow::ByteWindow(ByteSource& source, std::string path, std::vector<Hole> holes)
    : source_(source),
      info_{std::move(path)},
      size_(source.Size().value_or(std::numeric_limits<uint64_t>::max())),
      holes_(std::move(holes)) {
  std::sort(holes_.begin(), holes_.end(),
            [](const Hole& a, const Hole& b) { return a.range.offset < b.range.offset; });
}

const Hole* ByteWindow::FindHole(uint64_t offset, uint64_t size) const {
  // Holes may touch but do not overlap: the last one that begins before the range's end.
  const auto after =
      std::upper_bound(holes_.begin(), holes_.end(), offset + std::max<uint64_t>(size, 1) - 1,
                       [](uint64_t last, const Hole& hole) { return last < hole.range.offset; });
  if (after == holes_.begin()) return nullptr;
  const Hole& hole = *std::prev(after);
  return offset - hole.range.offset < hole.range.size || offset < hole.range.offset ? &hole
                                                                                    : nullptr;
}

ByteWindow::Answer ByteWindow::Read(uint64_t offset, std::span<std::byte> out) {
  Answer answer;
  if (const Hole* const hole = FindHole(offset, out.size())) {
    answer.state = FieldState::kHole;
    answer.hole = hole;
  }
  if (out.size() > kCacheBytes) {
    auto got = source_.ReadAt(offset, out);
    if (!got) answer.error = std::move(got).error();
    answer.size = got ? *got : 0;
  } else {
    const bool cached = offset >= cache_at_ && offset - cache_at_ <= cache_.size() &&
                        cache_.size() - (offset - cache_at_) >= out.size();
    if (!cached) {
      cache_.resize(kCacheBytes);
      auto got = source_.ReadAt(offset, cache_);
      if (!got) answer.error = std::move(got).error();
      cache_.resize(got ? *got : 0);
      cache_at_ = offset;
    }
    const size_t from = static_cast<size_t>(offset - cache_at_);
    answer.size = std::min(out.size(), cache_.size() - from);
    std::memcpy(out.data(), cache_.data() + from, answer.size);
  }
  if (answer.size < out.size() && answer.state == FieldState::kRead) {
    answer.state = FieldState::kMissing;
  }
  return answer;
}

}  // namespace vmcoredd
