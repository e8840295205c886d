// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/zstd_stream.h"

#include <gtest/gtest.h>

#include <vector>

namespace vmcoredd {
namespace {

// Compressible at first, then not, and larger than every window.
std::vector<std::byte> TestBytes(size_t size) {
  std::vector<std::byte> bytes(size);
  uint32_t seed = 1;
  for (size_t i = size / 2; i < size; ++i) {
    seed = seed * 1664525 + 1013904223;
    bytes[i] = static_cast<std::byte>(seed >> 24);
  }
  return bytes;
}

std::vector<std::byte> Compress(std::span<const std::byte> bytes) {
  BufferStream out;
  ZstdCompressStream zstd(out, 1);
  EXPECT_TRUE(zstd.Write(bytes));
  EXPECT_TRUE(zstd.Finish());
  return out.bytes();
}

TEST(ZstdDecompressStream, GivesBackWhatWasCompressed) {
  const auto bytes = TestBytes(1000003);
  const auto compressed = Compress(bytes);
  EXPECT_LT(compressed.size(), bytes.size());
  for (const size_t step : {size_t{1}, size_t{4093}, compressed.size()}) {
    BufferStream out;
    ZstdDecompressStream zstd(out);
    for (size_t at = 0; at < compressed.size(); at += step) {
      const auto piece = std::span(compressed).subspan(at);
      ASSERT_TRUE(zstd.Write(piece.first(std::min(step, piece.size()))));
    }
    EXPECT_TRUE(zstd.Finish());
    EXPECT_EQ(out.bytes(), bytes);
  }
}

TEST(ZstdDecompressStream, SkipsSkippableFrames) {
  auto compressed = Compress(TestBytes(10));
  const unsigned char skippable[] = {0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 9, 9, 9, 9};
  for (const unsigned char c : skippable) compressed.push_back(static_cast<std::byte>(c));
  BufferStream out;
  ZstdDecompressStream zstd(out);
  ASSERT_TRUE(zstd.Write(compressed));
  EXPECT_TRUE(zstd.Finish());
  EXPECT_EQ(out.bytes(), TestBytes(10));
}

TEST(ZstdDecompressStream, TellsTruncatedFromCorrupt) {
  const auto compressed = Compress(TestBytes(1000));
  BufferStream out;
  ZstdDecompressStream truncated(out);
  ASSERT_TRUE(truncated.Write(std::span(compressed).first(compressed.size() - 1)));
  const auto finished = truncated.Finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code(), ErrorCode::kTruncated);

  ZstdDecompressStream corrupt(out);
  const auto written = corrupt.Write(std::span(compressed).subspan(1));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace vmcoredd
