// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/flattened.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "vmcoredd/base/endian.h"

namespace vmcoredd {
namespace {

using Bytes = std::vector<std::byte>;

class FlattenedFile {
 public:
  FlattenedFile() : bytes_(kFlattenedHeaderBytes) {
    const std::string_view signature = "makedumpfile";
    std::transform(signature.begin(), signature.end(), bytes_.begin(),
                   [](char c) { return static_cast<std::byte>(c); });
    StoreInt<int64_t>(bytes_.data() + 16, 1, std::endian::big);
    StoreInt<int64_t>(bytes_.data() + 24, 1, std::endian::big);
  }
  FlattenedFile& Record(uint64_t offset, std::string_view data) {
    const auto header = EncodeFlattenedRecord(offset, data.size());
    bytes_.insert(bytes_.end(), header.begin(), header.end());
    for (const char c : data) bytes_.push_back(static_cast<std::byte>(c));
    return *this;
  }
  FlattenedFile& End() {
    const auto marker = FlattenedEndMarker();
    bytes_.insert(bytes_.end(), marker.begin(), marker.end());
    return *this;
  }
  Bytes& bytes() { return bytes_; }

 private:
  Bytes bytes_;
};

std::string ReadText(ByteSource& source, uint64_t offset, size_t size) {
  Bytes out(size);
  const auto got = source.ReadAt(offset, out);
  EXPECT_TRUE(got);
  std::string text;
  for (size_t i = 0; i < *got; ++i) {
    text += out[i] == std::byte{0} ? '.' : static_cast<char>(out[i]);
  }
  return text;
}

// The last record holds nothing, and so does not make the file longer.
TEST(FlattenedSource, LaterRecordsWinAndGapsAreZeros) {
  FlattenedFile file;
  file.Record(4, "aaaa").Record(0, "bb").Record(6, "ccc").Record(12, "").End();
  MemorySource bytes(file.bytes());
  auto source = FlattenedSource::Open(bytes, FlattenedSource::Extent::kAll);
  ASSERT_TRUE(source) << source.error().ToString();
  EXPECT_EQ(ReadText(**source, 0, 100), "bb..aaccc");
  EXPECT_EQ(ReadText(**source, 5, 2), "ac");
  EXPECT_EQ(ReadText(**source, 9, 4), "");
  EXPECT_EQ((*source)->state().records, 4u);
  EXPECT_EQ((*source)->state().end_marker, file.bytes().size() - 16);
  EXPECT_FALSE((*source)->state().damage);
}

TEST(FlattenedSource, LocatesEachByteInTheLastRecordThatHasIt) {
  FlattenedFile file;
  file.Record(4, "aaaa").Record(0, "bb").Record(6, "ccc").Record(12, "").End();
  MemorySource bytes(file.bytes());
  auto source = FlattenedSource::Open(bytes, FlattenedSource::Extent::kAll);
  ASSERT_TRUE(source);
  constexpr uint64_t kNowhere = FlattenedSource::kNowhere;
  const uint64_t a = kFlattenedHeaderBytes + 16, b = a + 4 + 16, c = b + 2 + 16;
  std::vector<uint64_t> places(10);
  ASSERT_TRUE((*source)->Locate(1, places));
  EXPECT_EQ(places, (std::vector<uint64_t>{b + 1, kNowhere, kNowhere, a, a + 1, c, c + 1, c + 2,
                                           kNowhere, kNowhere}));
  ASSERT_TRUE((*source)->Locate(UINT64_MAX - 1, places));
  EXPECT_EQ(places, std::vector<uint64_t>(10, kNowhere));
}

TEST(FlattenedSource, KeepsWhatIsThereOfAFileCutAnywhere) {
  FlattenedFile file;
  file.Record(0, "aaaa").Record(2, "bbbb").End();
  const Bytes whole = file.bytes();
  for (size_t length = kFlattenedHeaderBytes; length < whole.size(); ++length) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<long>(length));
    MemorySource bytes(cut);
    auto source = FlattenedSource::Open(bytes, FlattenedSource::Extent::kAll);
    ASSERT_TRUE(source) << length;
    ASSERT_TRUE((*source)->state().damage) << length;
    EXPECT_EQ((*source)->state().damage->code(), ErrorCode::kTruncated);
    EXPECT_EQ((*source)->state().damage->offset(), length);
    EXPECT_FALSE((*source)->state().end_marker);
    // The bytes of each record that lie before the cut, the second over the first.
    const size_t first = std::min<size_t>(4, length - std::min<size_t>(length, 4112));
    const size_t second = std::min<size_t>(4, length - std::min<size_t>(length, 4132));
    std::string expected = std::string(first, 'a');
    if (second > 0) expected.replace(2, std::min<size_t>(second, 2), std::string(second, 'b'));
    EXPECT_EQ(ReadText(**source, 0, 10), expected) << length;
  }
}

TEST(FlattenedSource, RefusesImpossibleRecordsAndKeepsThoseBefore) {
  for (const auto& [offset, size] : std::vector<std::pair<uint64_t, uint64_t>>{
           {uint64_t(-1), 5}, {5, uint64_t(-1)}, {uint64_t(-2), uint64_t(-1)}, {INT64_MAX, 1}}) {
    FlattenedFile file;
    file.Record(0, "aaaa");
    const size_t at = file.bytes().size();
    const auto header = EncodeFlattenedRecord(offset, size);
    file.bytes().insert(file.bytes().end(), header.begin(), header.end());
    MemorySource bytes(file.bytes());
    auto source = FlattenedSource::Open(bytes, FlattenedSource::Extent::kAll);
    ASSERT_TRUE(source);
    ASSERT_TRUE((*source)->state().damage);
    EXPECT_EQ((*source)->state().damage->code(), ErrorCode::kCorrupt);
    EXPECT_EQ((*source)->state().damage->offset(), at);
    EXPECT_EQ(ReadText(**source, 0, 10), "aaaa");
  }
}

TEST(FlattenedSource, TellsForeignFromBroken) {
  const Bytes zeros(5000);
  MemorySource foreign(zeros);
  auto not_ours = FlattenedSource::Open(foreign, FlattenedSource::Extent::kAll);
  ASSERT_FALSE(not_ours);
  EXPECT_EQ(not_ours.error().code(), ErrorCode::kNotRecognised);

  FlattenedFile file;
  file.bytes()[23] = std::byte{9};
  MemorySource broken(file.bytes());
  auto corrupt = FlattenedSource::Open(broken, FlattenedSource::Extent::kAll);
  ASSERT_FALSE(corrupt);
  EXPECT_EQ(corrupt.error().code(), ErrorCode::kCorrupt);
}

// Where runs begin, end, are cut in two and go on must make no difference.
TEST(FlattenedSource, RunsEqualAModelThatWritesEveryRecord) {
  std::mt19937 random(7);
  const auto below = [&](size_t limit) { return random() % limit; };
  for (int round = 0; round < 60; ++round) {
    FlattenedFile file;
    std::string model;
    size_t offset = 0;
    for (int i = 0; i < 2500; ++i) {
      if (below(4) == 0) offset = below(9000);  // else it continues the one before
      const std::string data(below(5) == 0 ? below(12) : 4, static_cast<char>('a' + i % 26));
      file.Record(offset, data);
      if (!data.empty() && model.size() < offset + data.size()) {
        model.resize(offset + data.size(), '.');
      }
      model.replace(std::min(offset, model.size()), data.size(), data);
      offset += data.size();
    }
    file.End();
    MemorySource bytes(file.bytes());
    auto source = FlattenedSource::Open(bytes, FlattenedSource::Extent::kAll);
    ASSERT_TRUE(source);
    ASSERT_EQ(ReadText(**source, 0, model.size() + 1), model) << round;
    const size_t at = below(model.size());
    const size_t size = below(30);
    ASSERT_EQ(ReadText(**source, at, size), model.substr(at, size)) << round;
  }
}

// Counts how much is read.
class CountingSource final : public ByteSource {
 public:
  explicit CountingSource(const Bytes& content) : memory_(content) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override {
    ++reads;
    const auto got = memory_.ReadAt(offset, out);
    if (got) bytes += *got;
    return got;
  }
  std::optional<uint64_t> Size() const override { return memory_.Size(); }
  uint64_t reads = 0;
  uint64_t bytes = 0;

 private:
  MemorySource memory_;
};

TEST(FlattenedSource, ReadsHeadersOnceAndOnlyTheBytesThatCount) {
  FlattenedFile file;
  for (int i = 0; i < 5000; ++i) file.Record(0, std::string(i % 2 == 0 ? 1000 : 10, 'o'));
  file.Record(0, "new").End();
  CountingSource source(file.bytes());
  auto flat = FlattenedSource::Open(source, FlattenedSource::Extent::kAll);
  ASSERT_TRUE(flat);
  EXPECT_LE(source.bytes, file.bytes().size() + 4096);
  EXPECT_EQ(ReadText(**flat, 0, 1001).substr(0, 5), "newoo");
  source.reads = 0;
  EXPECT_EQ(ReadText(**flat, 0, 1001).size(), 1000u);
  EXPECT_EQ(source.reads, 3u);  // of the last record and of the last of each size

  FlattenedFile large;
  for (uint64_t i = 0; i < 10; ++i) large.Record(i << 16, std::string(1 << 16, 'x'));
  large.End();
  CountingSource few(large.bytes());
  ASSERT_TRUE(FlattenedSource::Open(few, FlattenedSource::Extent::kAll));
  EXPECT_EQ(few.bytes, 32 + 11 * 16u);
}

TEST(FlattenedSource, RefusesMoreThanItsLimits) {
  FlattenedFile file;
  file.Record(4, "a").Record(0, "b").Record(2, "c").Record(8, "").Record(6, "d").End();
  MemorySource bytes(file.bytes());
  const auto open = [&](uint64_t records, size_t runs) {
    return FlattenedSource::Open(bytes, FlattenedSource::Extent::kAll, {records, runs});
  };
  EXPECT_TRUE(open(5, 4));
  for (const auto& refused : {open(4, 4), open(5, 3)}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kLimitExceeded);
    EXPECT_EQ(refused.error().offset(), kFlattenedHeaderBytes + 3 * 17 + 16);
  }
}

// What makedumpfile and QEMU write: streams side by side, each without gaps.
TEST(FlattenedSource, StreamsSideBySideAreFewRuns) {
  FlattenedFile file;
  for (uint64_t i = 0; i < 5000; ++i) file.Record(100000 + 4 * i, "data").Record(2 * i, "ds");
  file.End();
  MemorySource bytes(file.bytes());
  auto source = FlattenedSource::Open(bytes, FlattenedSource::Extent::kAll, {10000, 2 * 10});
  ASSERT_TRUE(source) << source.error().ToString();
  EXPECT_EQ(ReadText(**source, 9998, 4), "ds..");
  EXPECT_EQ(ReadText(**source, 119998, 4), "ta");
}

}  // namespace
}  // namespace vmcoredd
