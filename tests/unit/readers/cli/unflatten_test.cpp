// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/unflatten.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "vmcoredd/base/endian.h"
#include "vmcoredd/format/flattened.h"

namespace vmcoredd::cli {
namespace {

// Gives a few bytes at a time, as a pipe may, and then an error if there is one.
class SlowStream final : public InputStream {
 public:
  SlowStream(std::string content, std::optional<Error> error)
      : content_(std::move(content)), error_(std::move(error)) {}
  Result<size_t> Read(std::span<std::byte> out) override {
    const size_t count = std::min({out.size(), content_.size() - at_, size_t{5000}});
    if (count == 0 && error_) return tl::unexpected(*error_);
    std::memcpy(out.data(), content_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  std::string content_;
  size_t at_ = 0;
  std::optional<Error> error_;
};

std::string Header() {
  std::string header(kFlattenedHeaderBytes, '\0');
  std::memcpy(header.data(), "makedumpfile", 12);
  header[23] = 1;  // type, big endian
  header[31] = 1;  // version
  return header;
}

std::string Bytes(const FlattenedRecordHeader& header) {
  return {reinterpret_cast<const char*>(header.data()), header.size()};
}

std::string Record(uint64_t offset, const std::string& data) {
  return Bytes(EncodeFlattenedRecord(offset, data.size())) + data;
}

class UnflattenTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(folder_), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<UnflattenResult> Run(std::string flattened, std::optional<Error> error = std::nullopt) {
    SlowStream in(std::move(flattened), std::move(error));
    auto file = OutputFile::Create(path(), OutputFile::Existing::kReplace);
    EXPECT_TRUE(file);
    auto result = Unflatten(in, *file, nullptr);
    EXPECT_TRUE(file->Commit());
    return result;
  }
  std::string path() const { return std::string(folder_) + "/out"; }
  std::string Content() const {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  char folder_[32] = "/tmp/unflatten.XXXXXX";
};

TEST_F(UnflattenTest, PutsRecordsInTheirPlaceAndLaterOnesWin) {
  const auto result = Run(Header() + Record(4, "abcdef") + Record(0, "xy") + Record(6, "CD") +
                          Bytes(FlattenedEndMarker()));
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->damage);
  EXPECT_EQ(result->size, 10u);
  EXPECT_EQ(Content(), std::string("xy\0\0abCDef", 10));
}

TEST_F(UnflattenTest, LaterZerosWinToo) {
  const std::string data(20000, 'x');
  const std::string zeros(9000, '\0');
  std::string expected = data;
  expected.replace(3000, zeros.size(), zeros);
  ASSERT_TRUE(Run(Header() + Record(0, data) + Record(3000, zeros) + Bytes(FlattenedEndMarker())));
  EXPECT_EQ(Content(), expected);
}

TEST_F(UnflattenTest, ZerosAndGapsTakeNoSpace) {
  const auto result = Run(Header() + Record(0, std::string(1 << 22, '\0')) +
                          Record(uint64_t{1} << 33, "x") + Bytes(FlattenedEndMarker()));
  ASSERT_TRUE(result);
  struct stat st;
  ASSERT_EQ(::stat(path().c_str(), &st), 0);
  EXPECT_EQ(static_cast<uint64_t>(st.st_size), (uint64_t{1} << 33) + 1);
  EXPECT_LT(st.st_blocks * 512, 1 << 20);
}

TEST_F(UnflattenTest, WhatIsThereOfACutFileIsWritten) {
  const std::string record = Record(0, std::string(10000, 'x'));
  const auto result = Run(Header() + record.substr(0, 16 + 7000));
  ASSERT_TRUE(result);
  ASSERT_TRUE(result->damage);
  EXPECT_EQ(result->damage->code(), ErrorCode::kTruncated);
  EXPECT_EQ(result->damage->offset(), 4096u + 16 + 7000);
  EXPECT_EQ(Content(), std::string(7000, 'x'));
}

TEST_F(UnflattenTest, SaysWhatTheStreamBelowComplainsOf) {
  const Error broken(ErrorCode::kCorrupt, "checksum");
  const auto at_end = Run(Header() + Record(0, "abc") + Bytes(FlattenedEndMarker()), broken);
  ASSERT_TRUE(at_end);
  ASSERT_TRUE(at_end->damage);
  EXPECT_EQ(at_end->damage->message(), "checksum");
  EXPECT_EQ(Content(), "abc");

  const auto inside = Run(Header() + Record(0, "abc"), broken);
  ASSERT_TRUE(inside);
  ASSERT_TRUE(inside->damage);
  EXPECT_EQ(inside->damage->message(), "checksum");
}

TEST_F(UnflattenTest, BadRecordsAndBytesBehindTheEndAreDamage) {
  const auto bad = Run(Header() + Bytes(EncodeFlattenedRecord(1, uint64_t{1} << 63)));
  ASSERT_TRUE(bad);
  ASSERT_TRUE(bad->damage);
  EXPECT_EQ(bad->damage->code(), ErrorCode::kCorrupt);

  const auto behind = Run(Header() + Record(0, "abc") + Bytes(FlattenedEndMarker()) + "x");
  ASSERT_TRUE(behind);
  ASSERT_TRUE(behind->damage);
  EXPECT_EQ(behind->damage->offset(), 4096u + 19 + 16);
}

TEST_F(UnflattenTest, OtherFilesAreNotRecognised) {
  const auto other = Run(std::string(10000, 'x'));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code(), ErrorCode::kNotRecognised);
  EXPECT_FALSE(Run(""));
}

}  // namespace
}  // namespace vmcoredd::cli
