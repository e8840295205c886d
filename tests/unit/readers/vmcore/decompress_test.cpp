// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/decompress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/readers/vmcore/support.h"

namespace vmcoredd {
namespace {

using testing::Bytes;
using testing::ChunkStream;

struct Decoded {
  Bytes bytes;
  std::optional<Error> error;
};

Decoded Decode(Compression compression, Bytes bytes, size_t chunk, size_t window = 65536) {
  Decoded decoded;
  auto stream =
      MakeDecompressor(compression, std::make_unique<ChunkStream>(std::move(bytes), chunk));
  if (!stream) return {{}, stream.error()};
  Bytes buffer(window);
  while (true) {
    auto got = (*stream)->Read(buffer);
    if (!got) decoded.error = got.error();
    if (!got || *got == 0) return decoded;
    decoded.bytes.insert(decoded.bytes.end(), buffer.begin(),
                         buffer.begin() + static_cast<std::ptrdiff_t>(*got));
  }
}

class DecompressTest : public ::testing::TestWithParam<Compression> {};

// Larger than any window of ours, half random, half zeros.
Bytes Content() {
  Bytes content = testing::ToBytes(testing::Payload("content", 300'000));
  content.resize(700'000);
  testing::Append(content, testing::Payload("end", 1234));
  return content;
}

TEST_P(DecompressTest, GivesBackWhatWasCompressed) {
  const Bytes content = Content();
  const Bytes compressed = testing::Compress(GetParam(), content);
  EXPECT_EQ(DetectCompression(compressed), GetParam());
  for (const size_t chunk : {size_t{1000}, compressed.size()}) {
    const Decoded decoded = Decode(GetParam(), compressed, chunk);
    EXPECT_FALSE(decoded.error) << decoded.error->ToString();
    EXPECT_EQ(decoded.bytes, content);
  }
}

TEST_P(DecompressTest, IsFoundOutAndReportsHowFarTheInputWasRead) {
  const Bytes content = Content();
  const Bytes compressed = testing::Compress(GetParam(), content);
  uint64_t reported = 0;
  auto opened = Decompress(std::make_unique<ReportingInputStream>(
      std::make_unique<ChunkStream>(compressed, 3), [&](uint64_t done) { reported = done; }));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->compression, GetParam());
  Bytes buffer(content.size() + 1);
  size_t filled = 0;
  while (true) {
    const auto got = opened->stream->Read(std::span(buffer).subspan(filled));
    ASSERT_TRUE(got);
    if (*got == 0) break;
    filled += *got;
  }
  buffer.resize(filled);
  EXPECT_EQ(buffer, content);
  EXPECT_EQ(reported, compressed.size());
}

TEST_P(DecompressTest, TakesInputAndGivesOutputByteByByte) {
  const Bytes content = testing::ToBytes(testing::Payload("small", 500));
  const Decoded decoded = Decode(GetParam(), testing::Compress(GetParam(), content), 1, 1);
  EXPECT_FALSE(decoded.error) << decoded.error->ToString();
  EXPECT_EQ(decoded.bytes, content);
}

TEST_P(DecompressTest, GivesNothingForNothing) {
  const Decoded decoded = Decode(GetParam(), testing::Compress(GetParam(), {}), 100);
  EXPECT_FALSE(decoded.error) << decoded.error->ToString();
  EXPECT_TRUE(decoded.bytes.empty());
}

TEST_P(DecompressTest, JoinsMembersThatFollowEachOther) {
  const Bytes first = testing::ToBytes(testing::Payload("first", 100'000));
  const Bytes second = testing::ToBytes(testing::Payload("second", 300));
  Bytes compressed = testing::Compress(GetParam(), first);
  testing::Append(compressed, testing::Compress(GetParam(), second));
  Bytes expected = first;
  testing::Append(expected, second);
  const Decoded decoded = Decode(GetParam(), compressed, 777);
  EXPECT_FALSE(decoded.error) << decoded.error->ToString();
  EXPECT_EQ(decoded.bytes, expected);
}

TEST_P(DecompressTest, SaysWhereACutStreamEndsAndGivesAPrefix) {
  const Bytes content = testing::ToBytes(testing::Payload("cut", 3000));
  const Bytes compressed = testing::Compress(GetParam(), content);
  for (size_t length = 1; length < compressed.size(); ++length) {
    const Bytes cut(compressed.begin(), compressed.begin() + static_cast<std::ptrdiff_t>(length));
    const Decoded decoded = Decode(GetParam(), cut, 4096);
    EXPECT_TRUE(decoded.error) << length;
    ASSERT_LE(decoded.bytes.size(), content.size());
    EXPECT_TRUE(std::equal(decoded.bytes.begin(), decoded.bytes.end(), content.begin())) << length;
  }
}

TEST_P(DecompressTest, GivesMostOfALargeCutStream) {
  const Bytes content = Content();
  Bytes compressed = testing::Compress(GetParam(), content);
  compressed.resize(compressed.size() - 1);
  const Decoded decoded = Decode(GetParam(), compressed, 65536);
  ASSERT_TRUE(decoded.error);
  EXPECT_EQ(decoded.error->code(), ErrorCode::kTruncated) << decoded.error->ToString();
  EXPECT_THAT(decoded.error->message(), ::testing::HasSubstr("of the compressed file"));
  EXPECT_GT(decoded.bytes.size(), content.size() - 200'000);
}

TEST_P(DecompressTest, FindsAWrongChecksum) {
  const Bytes content = Content();
  Bytes compressed = testing::Compress(GetParam(), content);
  // gzip's, lz4's and zstd's are last; those of bzip2 and xz a little before.
  const size_t back = GetParam() == Compression::kXz     ? 40
                      : GetParam() == Compression::kGzip ? 8
                                                         : 4;
  if (GetParam() == Compression::kZstd) {
    compressed[compressed.size() / 4] ^= std::byte{1};  // libarchive writes none
  } else {
    compressed[compressed.size() - back] ^= std::byte{0x10};
  }
  const Decoded decoded = Decode(GetParam(), compressed, 65536);
  if (GetParam() == Compression::kZstd) {
    EXPECT_TRUE(decoded.error || decoded.bytes != content);
  } else {
    ASSERT_TRUE(decoded.error);
    EXPECT_EQ(decoded.error->code(), ErrorCode::kCorrupt) << decoded.error->ToString();
  }
}

TEST_P(DecompressTest, ReportsWhatFollowsAfterEverythingElse) {
  const Bytes content = Content();
  Bytes compressed = testing::Compress(GetParam(), content);
  testing::Append(compressed, "garbage that is long enough to be looked at");
  const Decoded decoded = Decode(GetParam(), compressed, 65536);
  ASSERT_TRUE(decoded.error);
  EXPECT_EQ(decoded.error->code(), ErrorCode::kCorrupt) << decoded.error->ToString();
  if (GetParam() == Compression::kXz) {
    EXPECT_GT(decoded.bytes.size(), content.size() - 200'000);  // libarchive drops a block
  } else {
    EXPECT_EQ(decoded.bytes, content);
  }
}

TEST_P(DecompressTest, PassesAReadErrorOn) {
  const Bytes compressed = testing::Compress(GetParam(), Content());
  const Bytes half(compressed.begin(),
                   compressed.begin() + static_cast<std::ptrdiff_t>(compressed.size() / 2));
  auto stream = MakeDecompressor(
      GetParam(), std::make_unique<ChunkStream>(half, 4096, Error::Io("cannot read", EIO)));
  ASSERT_TRUE(stream);
  Bytes buffer(65536);
  auto got = (*stream)->Read(buffer);
  while (got && *got > 0) got = (*stream)->Read(buffer);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), ErrorCode::kIo);
  EXPECT_EQ(got.error().os_error(), EIO);
}

// An archive inside stays what it is: the "raw" format must win.
TEST_P(DecompressTest, DoesNotLookIntoAnArchiveInside) {
  Bytes tar(10240);
  const std::string_view name = "file.txt";
  for (size_t i = 0; i < name.size(); ++i) tar[i] = static_cast<std::byte>(name[i]);
  const std::string_view magic = "ustar";
  for (size_t i = 0; i < magic.size(); ++i) tar[257 + i] = static_cast<std::byte>(magic[i]);
  const Decoded decoded = Decode(GetParam(), testing::Compress(GetParam(), tar), 65536);
  EXPECT_FALSE(decoded.error);
  EXPECT_EQ(decoded.bytes, tar);
}

INSTANTIATE_TEST_SUITE_P(All,
                         DecompressTest,
                         ::testing::Values(Compression::kGzip,
                                           Compression::kBzip2,
                                           Compression::kLz4,
                                           Compression::kXz,
                                           Compression::kZstd),
                         [](const auto& compression) {
                           return std::string(CompressionName(compression.param));
                         });

TEST(DetectCompression, KnowsNothingElse) {
  for (const std::string_view text : {"", "\x1f", "BZh9 is how this text begins", "KDUMP   ",
                                      "\x7f"
                                      "ELF",
                                      "makedumpfile", "PK\3\4"}) {
    EXPECT_FALSE(DetectCompression(testing::ToBytes(text))) << text;
  }
}

TEST(DetectCompression, TakesASkippableFrameForZstd) {
  EXPECT_EQ(DetectCompression(testing::ToBytes("\x53\x2a\x4d\x18xxxx")), Compression::kZstd);
}

}  // namespace
}  // namespace vmcoredd
