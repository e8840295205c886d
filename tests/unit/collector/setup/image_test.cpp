// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/image.h"

#include <gtest/gtest.h>

#include "collector/setup/image_reader.h"

namespace vmcoredd {
namespace {

MemorySource Source(const std::string& bytes) {
  return MemorySource(std::as_bytes(std::span(bytes)));
}

constexpr std::string_view kText = "schema=vmcoredd-collect/1\nearly=1\n";

TEST(ImageTest, SegmentIsFoundBehindAnySize) {
  for (size_t size = 1; size < 70; ++size) {
    const std::string image(size, 'x');
    const auto segment = MakeSegment(size, kText);
    ASSERT_TRUE(segment.has_value()) << segment.error().ToString();
    EXPECT_EQ((size + segment->find("070701")) % 4, 0u);
    EXPECT_GE(segment->find("070701"), 4u);
    const std::string whole = image + *segment;
    MemorySource source = Source(whole);
    const auto found = FindSegment(source);
    ASSERT_TRUE(found.has_value());
    ASSERT_TRUE(found->has_value()) << size;
    EXPECT_EQ((*found)->offset, size);
    EXPECT_EQ((*found)->text, kText);
  }
}

TEST(ImageTest, NothingElseIsTakenForASegment) {
  const std::string image(16, 'x');
  const std::string whole = image + *MakeSegment(16, kText);
  // Cut anywhere, or one byte more: it is somebody else's.
  for (size_t size = 0; size <= whole.size() + 1; ++size) {
    if (size == whole.size()) continue;
    const std::string other = size > whole.size() ? whole + 'x' : whole.substr(0, size);
    MemorySource source = Source(other);
    const auto found = FindSegment(source);
    ASSERT_TRUE(found.has_value()) << size;
    EXPECT_FALSE(found->has_value()) << size;
  }
}

TEST(ImageTest, DamagedHeadersNeitherCrashNorMatch) {
  const std::string image(16, 'x');
  const std::string segment = *MakeSegment(16, kText);
  for (size_t i = 0; i < segment.size(); ++i) {
    for (const char c : {'\0', 'f', '\xff'}) {
      std::string damaged = segment;
      damaged[i] = c;
      const std::string whole = image + damaged;
      MemorySource source = Source(whole);
      const auto found = FindSegment(source);
      ASSERT_TRUE(found.has_value());
      if (found->has_value()) {
        EXPECT_EQ((*found)->offset, 16u);
      }
      // Whatever libarchive thinks of it, it ends.
      static_cast<void>(ReadCollectConf(source));
    }
  }
}

TEST(ImageTest, TextTooLargeIsRefused) {
  const auto segment = MakeSegment(0, std::string(kMaxSegmentBytes, 'x'));
  ASSERT_FALSE(segment.has_value());
  EXPECT_EQ(segment.error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace vmcoredd
