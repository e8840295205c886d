// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/sparse_stream.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace vmcoredd::cli {
namespace {

class SparseStreamTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(folder_), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return std::string(folder_) + "/out"; }

  // Writes `content` in pieces of `piece` bytes and returns what the file holds.
  std::string Write(const std::string& content, size_t piece) {
    auto file = OutputFile::Create(path(), OutputFile::Existing::kReplace);
    EXPECT_TRUE(file);
    SparseStream out(*file);
    const auto bytes = std::as_bytes(std::span(content));
    for (size_t at = 0; at < bytes.size(); at += piece) {
      EXPECT_TRUE(out.Write(bytes.subspan(at, std::min(piece, bytes.size() - at))));
    }
    EXPECT_TRUE(out.Finish());
    EXPECT_TRUE(file->Commit());
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  char folder_[32] = "/tmp/sparse_stream.XXXXXX";
};

TEST_F(SparseStreamTest, KeepsTheContentWhateverThePieces) {
  std::string content(40000, '\0');
  for (const size_t at : {0, 4095, 4096, 12289, 12290, 30000}) content[at] = 'x';
  for (const size_t piece : {1, 7, 4096, 4097, 8192, 100000}) {
    SCOPED_TRACE(piece);
    EXPECT_EQ(Write(content, piece), content);
  }
}

TEST_F(SparseStreamTest, KeepsZerosAtTheEndAndNothing) {
  EXPECT_EQ(Write(std::string(10000, '\0'), 4096), std::string(10000, '\0'));
  EXPECT_EQ(Write("x" + std::string(4096, '\0'), 4097).size(), 4097u);
  EXPECT_EQ(Write("", 1), "");
}

TEST_F(SparseStreamTest, ZerosTakeNoSpace) {
  std::string content(16 * 1024 * 1024, '\0');
  content.back() = 'x';
  EXPECT_EQ(Write(content, 65536), content);
  struct stat st;
  ASSERT_EQ(::stat(path().c_str(), &st), 0);
  EXPECT_LT(st.st_blocks * 512, 1024 * 1024);
}

}  // namespace
}  // namespace vmcoredd::cli
