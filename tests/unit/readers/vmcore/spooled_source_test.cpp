// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/spooled_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/unit/readers/vmcore/support.h"

namespace vmcoredd {
namespace {

using testing::Bytes;
using testing::ChunkStream;

constexpr uint64_t kNoLimit = UINT64_MAX;

struct Spool {
  std::unique_ptr<SpooledSource> source;
  ChunkStream* stream;
};

Spool MakeSpool(Bytes bytes,
                size_t chunk,
                uint64_t max = kNoLimit,
                std::optional<Error> end = std::nullopt) {
  auto stream = std::make_unique<ChunkStream>(std::move(bytes), chunk, std::move(end));
  ChunkStream* const borrowed = stream.get();
  auto source = SpooledSource::Create(std::move(stream), "", max);
  EXPECT_TRUE(source) << source.error().ToString();
  return {*std::move(source), borrowed};
}

Bytes ReadAt(SpooledSource& source, uint64_t offset, size_t size) {
  Bytes out(size);
  const auto got = source.ReadAt(offset, out);
  EXPECT_TRUE(got) << got.error().ToString();
  out.resize(got.value_or(0));
  return out;
}

Bytes Part(const Bytes& bytes, size_t offset, size_t size) {
  return testing::Slice(bytes, offset, size).bytes;
}

TEST(SpooledSource, ReadsNoFurtherThanAskedFor) {
  const Bytes content = testing::ToBytes(testing::Payload("x", 100'000));
  const Spool spool = MakeSpool(content, 1000);
  EXPECT_EQ(spool.stream->position(), 0u);
  EXPECT_EQ(ReadAt(*spool.source, 4500, 400), Part(content, 4500, 400));
  EXPECT_EQ(spool.stream->position(), 5000u);
  EXPECT_EQ(ReadAt(*spool.source, 10, 20), Part(content, 10, 20));
  EXPECT_EQ(spool.stream->position(), 5000u);
  EXPECT_FALSE(spool.source->Size());
}

TEST(SpooledSource, KnowsItsSizeAtTheEnd) {
  const Bytes content = testing::ToBytes(testing::Payload("x", 10'000));
  const Spool spool = MakeSpool(content, 777);
  EXPECT_EQ(ReadAt(*spool.source, 9'990, 100), Part(content, 9'990, 10));
  EXPECT_EQ(spool.source->Size(), 10'000u);
  EXPECT_EQ(ReadAt(*spool.source, 10'000, 100), Bytes());
  EXPECT_EQ(ReadAt(*spool.source, UINT64_MAX, 100), Bytes());
  EXPECT_EQ(ReadAt(*spool.source, 0, 20'000), content);
}

TEST(SpooledSource, GivesBackZerosBetweenAndBehindData) {
  for (const size_t chunk : {1u, 100u, 4096u, 5000u, 300'000u}) {
    Bytes content(50'000);
    testing::Append(content, testing::Payload("middle", 10));
    content.resize(120'000);
    const Spool spool = MakeSpool(content, chunk);
    EXPECT_EQ(ReadAt(*spool.source, 0, 200'000), content) << chunk;
  }
}

TEST(SpooledSource, StopsAtTheLimitAndNamesTheOption) {
  const Bytes content = testing::ToBytes(testing::Payload("x", 10'000));
  const Spool spool = MakeSpool(content, 3000, 5000);
  EXPECT_EQ(ReadAt(*spool.source, 0, 5000), Part(content, 0, 5000));
  for (int i = 0; i < 2; ++i) {
    Bytes out(2);
    const auto got = spool.source->ReadAt(4999, out);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code(), ErrorCode::kLimitExceeded);
    EXPECT_THAT(got.error().message(), ::testing::HasSubstr("--max-spool"));
    EXPECT_EQ(got.error().offset(), 5000u);
  }
  EXPECT_EQ(ReadAt(*spool.source, 4000, 1000), Part(content, 4000, 1000));
}

TEST(SpooledSource, TakesAStreamOfExactlyTheLimit) {
  const Bytes content = testing::ToBytes(testing::Payload("x", 5000));
  const Spool spool = MakeSpool(content, 3000, 5000);
  EXPECT_EQ(ReadAt(*spool.source, 0, 6000), content);
  EXPECT_EQ(spool.source->Size(), 5000u);
}

TEST(SpooledSource, ReadsToTheEndAndKeepsWhatIsWanted) {
  const Bytes content = testing::ToBytes(testing::Payload("x", 100'000));
  const Spool spool = MakeSpool(content, 1000, 20'000);
  uint64_t progress = 0;
  ASSERT_TRUE(spool.source->ReadToEnd(9'500, [&](uint64_t done) { progress = done; }));
  EXPECT_EQ(progress, 100'000u);
  EXPECT_EQ(spool.source->Size(), 100'000u);
  EXPECT_EQ(ReadAt(*spool.source, 0, 9'500), Part(content, 0, 9'500));
  Bytes out(10);
  const auto got = spool.source->ReadAt(50'000, out);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(ReadAt(*spool.source, 100'000, 10), Bytes());
}

TEST(SpooledSource, EndsWhereTheStreamFails) {
  const Bytes content = testing::ToBytes(testing::Payload("x", 5000));
  const Spool spool = MakeSpool(content, 4000, kNoLimit, Error(ErrorCode::kCorrupt, "bad"));
  EXPECT_FALSE(spool.source->damage());
  EXPECT_EQ(ReadAt(*spool.source, 0, 8000), content);
  EXPECT_EQ(spool.source->Size(), 5000u);
  ASSERT_TRUE(spool.source->damage());
  EXPECT_EQ(spool.source->damage()->message(), "bad");
}

TEST(SpooledSource, LeavesNoFileBehind) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("vmcoredd-spool-test-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  {
    auto stream = std::make_unique<ChunkStream>(Bytes(10'000, std::byte{1}), 1000);
    auto source = SpooledSource::Create(std::move(stream), folder.string(), kNoLimit);
    ASSERT_TRUE(source) << source.error().ToString();
    EXPECT_EQ(ReadAt(**source, 0, 20'000).size(), 10'000u);
    EXPECT_TRUE(std::filesystem::is_empty(folder));
  }
  std::filesystem::remove_all(folder);
}

TEST(SpooledSource, SaysWhereItCannotMakeItsFile) {
  auto stream = std::make_unique<ChunkStream>(Bytes(10), 10);
  const auto source = SpooledSource::Create(std::move(stream), "/does/not/exist", kNoLimit);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code(), ErrorCode::kIo);
  EXPECT_THAT(source.error().message(), ::testing::HasSubstr("/does/not/exist"));
}

}  // namespace
}  // namespace vmcoredd
