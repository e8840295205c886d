// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/flattened.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(FlattenedSource, StaysCorrectOverManyGroupsOfRecords) {
  // Each record overwrites half of the one before.
  FlattenedFile file;
  for (uint64_t i = 0; i < 20000; ++i) file.Record(i * 2, i % 2 == 0 ? "abcd" : "efgh");
  file.End();
  MemorySource bytes(file.bytes());
  auto source = FlattenedSource::Open(bytes, FlattenedSource::Extent::kAll);
  ASSERT_TRUE(source);
  EXPECT_EQ(ReadText(**source, 0, 8), "abefabef");
  EXPECT_EQ(ReadText(**source, 39996, 10), "abefgh");
}

}  // namespace
}  // namespace vmcoredd
