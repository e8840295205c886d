// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/byte_window.h"

#include <algorithm>
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
  std::stable_sort(holes_.begin(), holes_.end(),
                   [](const Hole& a, const Hole& b) { return a.range.offset < b.range.offset; });
  // Of holes that overlap, the later one is what the earlier ones do not have.
  uint64_t end = 0;
  for (Hole& hole : holes_) {
    const uint64_t from = std::max(hole.range.offset, end);
    uint64_t to = 0;
    if (__builtin_add_overflow(hole.range.offset, hole.range.size, &to)) {
      to = std::numeric_limits<uint64_t>::max();
    }
    hole.range = {from, to - std::min(from, to)};
    end = std::max(end, to);
  }
  std::erase_if(holes_, [](const Hole& hole) { return hole.range.size == 0; });
}

const Hole* ByteWindow::FindHole(uint64_t offset, uint64_t size) const {
  const auto hole =
      std::partition_point(holes_.begin(), holes_.end(), [offset](const Hole& candidate) {
        return candidate.range.offset + candidate.range.size <= offset;
      });
  if (hole == holes_.end()) return nullptr;
  const bool begins_before =
      hole->range.offset <= offset || hole->range.offset - offset < std::max<uint64_t>(size, 1);
  return begins_before ? &*hole : nullptr;
}

Result<size_t> ByteWindow::FillCache(uint64_t offset, size_t least) {
  // What is in front of damage can be used: the next try asks for no more than is needed.
  for (const size_t want : {kCacheBytes, least}) {
    cache_at_ = offset;
    cache_.resize(want);
    auto got = source_.ReadAt(offset, cache_);
    cache_.resize(got ? *got : 0);
    if (got || want == least) return got;
  }
  return size_t{0};
}

ByteWindow::Answer ByteWindow::Read(uint64_t offset, std::span<std::byte> out) {
  Answer answer;
  if (const Hole* const hole = FindHole(offset, out.size())) {
    answer.state = FieldState::kHole;
    answer.hole = hole;
  }
  if (out.size() > kCacheBytes) {
    auto got = source_.ReadAt(offset, out);
    answer.size = got.value_or(0);
    if (!got) answer.error = std::move(got).error();
  } else {
    const bool cached = offset >= cache_at_ && offset - cache_at_ <= cache_.size() &&
                        cache_.size() - (offset - cache_at_) >= out.size();
    if (!cached) {
      auto got = FillCache(offset, out.size());
      if (!got) answer.error = std::move(got).error();
    }
    const size_t from = static_cast<size_t>(offset - cache_at_);
    answer.size = std::min(out.size(), cache_.size() - from);
    std::copy_n(cache_.begin() + static_cast<std::ptrdiff_t>(from), answer.size, out.begin());
  }
  if (answer.size < out.size() && answer.state == FieldState::kRead) {
    answer.state = FieldState::kMissing;
  }
  return answer;
}

}  // namespace vmcoredd
