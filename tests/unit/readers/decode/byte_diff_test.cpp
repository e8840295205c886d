// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/byte_diff.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <utility>

namespace vmcoredd {
namespace {

using Bytes = std::vector<std::byte>;

// What the comparison has to find, byte by byte.
ByteDiff Naive(const Bytes& a, const Bytes& b) {
  ByteDiff diff;
  diff.first_size = a.size();
  diff.second_size = b.size();
  std::vector<ByteRange> ranges;
  for (uint64_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] == b[i]) continue;
    ++diff.differing_bytes;
    if (!ranges.empty() && i - (ranges.back().offset + ranges.back().size) < kMergedDiffGap) {
      ranges.back().size = i + 1 - ranges.back().offset;
    } else {
      ranges.push_back({i, 1});
    }
  }
  diff.range_count = ranges.size();
  ranges.resize(std::min(ranges.size(), kMaxDiffRanges));
  diff.ranges = std::move(ranges);
  return diff;
}

// As a pipe that was kept: the size is known when the end was read.
class SizelessSource final : public ByteSource {
 public:
  explicit SizelessSource(const Bytes& bytes) : source_(bytes) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override {
    return source_.ReadAt(offset, out);
  }
  std::optional<uint64_t> Size() const override { return std::nullopt; }

 private:
  MemorySource source_;
};

class FailingSource final : public ByteSource {
 public:
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte>) override {
    return FailAt(ErrorCode::kIo, offset, "no such luck");
  }
  std::optional<uint64_t> Size() const override { return 1; }
};

bool Matches(const Bytes& a, const Bytes& b) {
  const ByteDiff expected = Naive(a, b);
  MemorySource first(a), second(b);
  SizelessSource sizeless_first(a), sizeless_second(b);
  for (auto& [one, other] : {std::pair<ByteSource*, ByteSource*>{&first, &second},
                             {&sizeless_first, &sizeless_second}}) {
    const auto found = CompareBytes(*one, *other);
    if (!found || found->ranges != expected.ranges || found->range_count != expected.range_count ||
        found->differing_bytes != expected.differing_bytes ||
        found->first_size != expected.first_size || found->second_size != expected.second_size) {
      return false;
    }
  }
  return true;
}

TEST(CompareBytes, FindsEveryPatternOfAFewBytes) {
  // Both sides of words and of the gap that is merged.
  constexpr std::array<size_t, 13> kPlaces = {0, 1, 6, 7, 8, 9, 15, 16, 17, 23, 24, 25, 32};
  const Bytes a(33, std::byte{0xa5});
  for (size_t pattern = 0; pattern < size_t{1} << kPlaces.size(); ++pattern) {
    Bytes b = a;
    for (size_t i = 0; i < kPlaces.size(); ++i) {
      if ((pattern >> i & 1) != 0) b[kPlaces[i]] ^= static_cast<std::byte>(1 << (pattern % 8));
    }
    ASSERT_TRUE(Matches(a, b)) << pattern;
  }
}

TEST(CompareBytes, FindsOneByteAtEveryPlaceOfEverySize) {
  for (size_t size = 1; size < 140; ++size) {
    const Bytes a(size, std::byte{1});
    for (size_t at = 0; at < size; ++at) {
      Bytes b = a;
      b[at] = std::byte{0x81};
      ASSERT_TRUE(Matches(a, b)) << size << ' ' << at;
    }
  }
}

// Around the ends of windows, which are a power of two up to 1 MiB.
TEST(CompareBytes, FindsWhatANaivePeerDoes) {
  const bool ok = rc::check([] {
    const size_t window = size_t{1} << *rc::gen::inRange(15, 20);
    const size_t size = 2 * window + *rc::gen::inRange<size_t>(0, 100);
    Bytes a(size), b(size - std::min<size_t>(size, *rc::gen::inRange<size_t>(0, 120)));
    const auto offsets = *rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(0, 80));
    for (const size_t offset : offsets) {
      for (const size_t at : {offset, window - 40 + offset, 2 * window - 40 + offset}) {
        if (at < b.size()) b[at] = static_cast<std::byte>(1 + offset);
      }
    }
    RC_ASSERT(Matches(a, b));
    RC_ASSERT(Matches(b, a));
  });
  EXPECT_TRUE(ok);
}

TEST(CompareBytes, CountsWhatIsNotListed) {
  const Bytes a(16 * (kMaxDiffRanges + 3));
  Bytes b = a;
  for (size_t at = 0; at < b.size(); at += 16) b[at] = b[at + 3] = std::byte{1};
  MemorySource first(a), second(b);
  const auto found = CompareBytes(first, second);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->ranges.size(), kMaxDiffRanges);
  EXPECT_EQ(found->range_count, kMaxDiffRanges + 3);
  EXPECT_EQ(found->differing_bytes, 2 * (kMaxDiffRanges + 3));
  EXPECT_EQ(found->ranges.back(), (ByteRange{16 * (kMaxDiffRanges - 1), 4}));
}

TEST(CompareBytes, OneSizeMoreIsADifferenceWithoutARange) {
  const Bytes a(1'000'000), b(1'000'001), none;
  MemorySource first(a), second(b), empty(none), also_first(a);
  const auto found = CompareBytes(first, second);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->ranges.empty());
  EXPECT_FALSE(found->same());
  EXPECT_TRUE(CompareBytes(first, also_first)->same());
  EXPECT_FALSE(CompareBytes(empty, first)->same());
  EXPECT_TRUE(CompareBytes(empty, empty)->same());
}

TEST(CompareBytes, TellsProgressUpToTheEndOfTheShorterOne) {
  const Bytes a(1'000'000), b(2'000'000);
  MemorySource first(a), second(b);
  std::vector<uint64_t> progress;
  ASSERT_TRUE(CompareBytes(first, second, {}, [&](uint64_t done) { progress.push_back(done); }));
  EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back(), 1'000'000u);
}

TEST(CompareBytes, SaysWhichOneCannotBeRead) {
  const Bytes a(10);
  MemorySource good(a);
  FailingSource bad;
  const auto first = CompareBytes(bad, good), second = CompareBytes(good, bad);
  ASSERT_FALSE(first);
  ASSERT_FALSE(second);
  EXPECT_EQ(first.error().message(), "the first: no such luck");
  EXPECT_EQ(second.error().message(), "the second: no such luck");
}

TEST(CompareBytes, PassesOverWhatItIsTold) {
  std::vector<std::byte> a(1000), b(1000);
  for (const size_t at : {0, 10, 14, 100, 999}) b[at] = std::byte{1};
  MemorySource first{std::span<const std::byte>(a)}, second{std::span<const std::byte>(b)};
  const std::vector<ByteRange> passed_over = {{0, 1}, {12, 1}, {90, 20}, {5000, 1}};
  const auto found = CompareBytes(first, second, passed_over);
  ASSERT_TRUE(found);
  // Not one range, though there are few equal bytes between them: somebody else looks there.
  EXPECT_EQ(found->ranges, (std::vector<ByteRange>{{10, 1}, {14, 1}, {999, 1}}));
  EXPECT_EQ(found->differing_bytes, 3u);
  const std::vector<ByteRange> all = {{0, 1000}};
  EXPECT_TRUE(CompareBytes(first, second, all)->same());
}

// Against a peer that looks at every byte by itself.
TEST(CompareBytes, PassesOverAnyRanges) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<uint8_t, uint8_t>>& given) {
    std::vector<std::byte> a(300), b(300, std::byte{1});
    std::vector<ByteRange> ranges;
    for (const auto& [offset, size] : given) ranges.push_back({offset, size});
    JoinRanges(ranges);
    uint64_t expected = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      expected += std::none_of(given.begin(), given.end(), [i](const auto& range) {
        return i >= range.first && i < size_t{range.first} + range.second;
      });
    }
    MemorySource first{std::span<const std::byte>(a)}, second{std::span<const std::byte>(b)};
    RC_ASSERT(CompareBytes(first, second, ranges)->differing_bytes == expected);
  }));
}

TEST(JoinRanges, SortsJoinsAndDoesNotOverflow) {
  std::vector<ByteRange> ranges = {{20, 5}, {0, 10}, {5, 6}, {7, 0}, {~uint64_t{0} - 1, 100},
                                   {11, 1}};
  JoinRanges(ranges);
  EXPECT_EQ(ranges, (std::vector<ByteRange>{{0, 12}, {20, 5}, {~uint64_t{0} - 1, 1}}));
  JoinRanges(ranges, 8);
  EXPECT_EQ(ranges.size(), 2u);
  JoinRanges(ranges, ~uint64_t{0});
  EXPECT_EQ(ranges.size(), 1u);
}

}  // namespace
}  // namespace vmcoredd
