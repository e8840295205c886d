// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/byte_diff.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "vmcoredd/base/endian.h"

namespace vmcoredd {

namespace {

// Of each source; both fit into the cache of a core.
constexpr size_t kWindowBytes = 128 * 1024;
// What is the same is passed over in blocks, what is not in words.
constexpr size_t kBlockBytes = 64;
constexpr size_t kWordBytes = sizeof(uint64_t);
// Else a word could hold two ranges.
static_assert(kMergedDiffGap >= kWordBytes - 1);

// Bit 7 of every byte that is not 0.
uint64_t NonZeroBytes(uint64_t word) {
  constexpr uint64_t low = 0x7f7f7f7f7f7f7f7f;
  return (((word & low) + low) | word) & ~low;
}

// Makes ranges of the bytes that differ, window after window.
class RangeCollector {
 public:
  explicit RangeCollector(ByteDiff& diff) : diff_(diff) {}

  // Two windows of the same size at `offset`.
  void Add(uint64_t offset, std::span<const std::byte> a, std::span<const std::byte> b) {
    if (std::memcmp(a.data(), b.data(), a.size()) == 0) return;
    for (size_t at = 0; at < a.size(); at += kBlockBytes) {
      const size_t size = std::min(kBlockBytes, a.size() - at);
      if (std::memcmp(a.data() + at, b.data() + at, size) != 0) {
        AddBlock(offset + at, a.subspan(at, size), b.subspan(at, size));
      }
    }
  }

  void Finish() {
    if (!is_open_) return;
    if (diff_.ranges.size() < kMaxDiffRanges) diff_.ranges.push_back({begin_, end_ - begin_});
    ++diff_.range_count;
    is_open_ = false;
  }

 private:
  void AddBlock(uint64_t offset, std::span<const std::byte> a, std::span<const std::byte> b) {
    size_t at = 0;
    for (; at + kWordBytes <= a.size(); at += kWordBytes) {
      AddWord(offset + at, LoadInt<uint64_t>(a.data() + at, std::endian::little) ^
                               LoadInt<uint64_t>(b.data() + at, std::endian::little));
    }
    if (at == a.size()) return;
    std::array<std::byte, kWordBytes> last_a = {}, last_b = {};
    std::memcpy(last_a.data(), a.data() + at, a.size() - at);
    std::memcpy(last_b.data(), b.data() + at, a.size() - at);
    AddWord(offset + at, LoadInt<uint64_t>(last_a.data(), std::endian::little) ^
                             LoadInt<uint64_t>(last_b.data(), std::endian::little));
  }

  void AddWord(uint64_t offset, uint64_t difference) {
    if (difference == 0) return;
    const uint64_t begin = offset + static_cast<uint64_t>(std::countr_zero(difference)) / 8;
    diff_.differing_bytes += static_cast<uint64_t>(std::popcount(NonZeroBytes(difference)));
    if (!is_open_ || begin - end_ >= kMergedDiffGap) {
      Finish();
      begin_ = begin;
      is_open_ = true;
    }
    end_ = offset + kWordBytes - static_cast<uint64_t>(std::countl_zero(difference)) / 8;
  }

  ByteDiff& diff_;
  bool is_open_ = false;
  uint64_t begin_ = 0, end_ = 0;  // of the range that may still grow
};

// One of the two, window after window.
class WindowedSource {
 public:
  WindowedSource(ByteSource& source, const char* name)
      : source_(source), name_(name), window_(kWindowBytes) {}

  Result<std::span<const std::byte>> Read(uint64_t offset) {
    auto got = source_.ReadAt(offset, window_);
    if (!got) return FailWith(std::move(got).error(), name_);
    if (*got < window_.size()) end_ = offset + *got;
    return std::span<const std::byte>(window_).first(*got);
  }

  // To be called when Read() did not reach the end: the other one did.
  Result<uint64_t> FindSize(uint64_t offset) {
    if (const auto size = source_.Size(); size && !end_) return *size;
    while (!end_) offset += VMCOREDD_TRY(Read(offset)).size();
    return *end_;
  }

 private:
  ByteSource& source_;
  const char* name_;
  std::vector<std::byte> window_;
  std::optional<uint64_t> end_;  // once it was reached
};

}  // namespace

void JoinRanges(std::vector<ByteRange>& ranges, uint64_t gap) {
  constexpr uint64_t last = std::numeric_limits<uint64_t>::max();
  for (ByteRange& range : ranges) range.size = std::min(range.size, last - range.offset);
  std::sort(ranges.begin(), ranges.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.offset < b.offset; });
  std::vector<ByteRange> out;
  for (const ByteRange& range : ranges) {
    if (range.size == 0) continue;
    const uint64_t end = out.empty() ? 0 : out.back().offset + out.back().size;
    if (!out.empty() && (range.offset <= end || range.offset - end <= gap)) {
      out.back().size = std::max(end, range.offset + range.size) - out.back().offset;
    } else {
      out.push_back(range);
    }
  }
  ranges = std::move(out);
}

Result<ByteDiff> CompareBytes(ByteSource& first,
                              ByteSource& second,
                              std::span<const ByteRange> passed_over,
                              const ProgressCallback& progress) {
  ByteDiff diff;
  RangeCollector ranges(diff);
  WindowedSource a(first, "the first"), b(second, "the second");
  uint64_t offset = 0;
  for (size_t common = kWindowBytes; common == kWindowBytes;) {
    const auto a_bytes = VMCOREDD_TRY(a.Read(offset));
    const auto b_bytes = VMCOREDD_TRY(b.Read(offset));
    common = std::min(a_bytes.size(), b_bytes.size());
    const uint64_t end = offset + common;
    for (uint64_t at = offset; at < end;) {
      while (!passed_over.empty() && passed_over[0].offset + passed_over[0].size <= at) {
        passed_over = passed_over.subspan(1);
      }
      uint64_t next = passed_over.empty() ? end : std::clamp(passed_over[0].offset, at, end);
      if (next > at) {
        const auto from = static_cast<size_t>(at - offset);
        const auto size = static_cast<size_t>(next - at);
        ranges.Add(at, a_bytes.subspan(from, size), b_bytes.subspan(from, size));
      }
      if (next < end) {
        // What lies on both sides of it is not one range.
        ranges.Finish();
        next = std::min(end, passed_over[0].offset + passed_over[0].size);
      }
      at = next;
    }
    offset = end;
    if (progress) progress(offset);
  }
  ranges.Finish();
  diff.first_size = VMCOREDD_TRY(a.FindSize(offset));
  diff.second_size = VMCOREDD_TRY(b.FindSize(offset));
  return diff;
}

}  // namespace vmcoredd
