// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/tree_writer.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace vmcoredd {
namespace {

namespace fs = std::filesystem;

class TreeWriterTest : public ::testing::Test {
 protected:
  TreeWriterTest() {
    std::string name = ::testing::TempDir() + "/tree-XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  ~TreeWriterTest() override { fs::remove_all(root_); }
  std::string Path(const std::string& name) const { return root_ + '/' + name; }
  static std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  std::string root_;
};

TEST_F(TreeWriterTest, AppearsWholeAndIsPrivate) {
  {
    auto tree = TreeWriter::Create(Path("out///"));
    ASSERT_TRUE(tree);
    ASSERT_TRUE(tree->AddFolder("a/b/c"));
    ASSERT_TRUE(tree->AddFolder("a/b"));
    ASSERT_TRUE(tree->AddFile("a/b/file", std::string_view("text")));
    ASSERT_TRUE(tree->AddLink("link", "a/b"));
    EXPECT_FALSE(fs::exists(Path("out")));
    ASSERT_TRUE(tree->Commit());
  }
  EXPECT_EQ(Read(Path("out/link/file")), "text");
  EXPECT_FALSE(fs::exists(Path("out.partial")));
  struct stat st;
  ASSERT_EQ(::stat(Path("out/a/b/file").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat(Path("out").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0700u);
}

TEST_F(TreeWriterTest, LeavesNothingWithoutCommitAndFollowsNoLink) {
  fs::create_directory(Path("other"));
  std::ofstream(Path("other/precious")) << "x";
  {
    auto tree = TreeWriter::Create(Path("out"));
    ASSERT_TRUE(tree);
    ASSERT_TRUE(tree->AddFolder("a"));
    ASSERT_TRUE(tree->AddLink("a/link", Path("other")));
  }
  EXPECT_FALSE(fs::exists(Path("out")));
  EXPECT_FALSE(fs::exists(Path("out.partial")));
  EXPECT_TRUE(fs::exists(Path("other/precious")));
}

TEST_F(TreeWriterTest, ReplacesAnEmptyFolderOnly) {
  fs::create_directory(Path("empty"));
  fs::create_directory(Path("full"));
  std::ofstream(Path("full/.hidden")) << "x";
  std::ofstream(Path("file")) << "x";
  for (const char* const name : {"full", "file"}) {
    const auto tree = TreeWriter::Create(Path(name));
    ASSERT_FALSE(tree) << name;
    EXPECT_EQ(tree.error().code(), ErrorCode::kAlreadyExists);
    EXPECT_FALSE(fs::exists(Path(std::string(name) + ".partial")));
  }
  auto tree = TreeWriter::Create(Path("empty"));
  ASSERT_TRUE(tree);
  ASSERT_TRUE(tree->AddFile("file", std::string_view("text")));
  ASSERT_TRUE(tree->Commit());
  EXPECT_EQ(Read(Path("empty/file")), "text");
}

TEST_F(TreeWriterTest, DoesNotReplaceAFolderThatWasFilledMeanwhile) {
  auto tree = TreeWriter::Create(Path("out"));
  ASSERT_TRUE(tree);
  fs::create_directory(Path("out"));
  std::ofstream(Path("out/precious")) << "x";
  EXPECT_FALSE(tree->Commit());
  EXPECT_EQ(Read(Path("out/precious")), "x");
}

TEST_F(TreeWriterTest, LeavesThePartialFolderOfAnotherAlone) {
  fs::create_directory(Path("out.partial"));
  std::ofstream(Path("out.partial/theirs")) << "x";
  const auto tree = TreeWriter::Create(Path("out"));
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code(), ErrorCode::kAlreadyExists);
  EXPECT_EQ(Read(Path("out.partial/theirs")), "x");
}

}  // namespace
}  // namespace vmcoredd
