// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/output_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

namespace vmcoredd {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "output_file_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/out";
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::span<const std::byte> Bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
  }
  static std::string Content(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string folder_, path_;
};

TEST_F(OutputFileTest, AppearsOnlyWhenCommitted) {
  auto file = OutputFile::Create(path_, OutputFile::Existing::kFail);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->Write(Bytes("hello")));
  ASSERT_TRUE(file->WriteAt(0, Bytes("J")));
  EXPECT_FALSE(fs::exists(path_));
  ASSERT_TRUE(file->Commit());
  EXPECT_EQ(Content(path_), "Jello");
  EXPECT_FALSE(fs::exists(path_ + ".partial"));
  struct stat st;
  ASSERT_EQ(::stat(path_.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
}

TEST_F(OutputFileTest, LeavesNothingWithoutCommit) {
  {
    auto file = OutputFile::Create(path_, OutputFile::Existing::kFail);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->Write(Bytes("hello")));
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(OutputFileTest, DoesNotOverwriteUnlessTold) {
  std::ofstream(path_) << "old";
  const auto refused = OutputFile::Create(path_, OutputFile::Existing::kFail);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kAlreadyExists);

  auto file = OutputFile::Create(path_, OutputFile::Existing::kReplace);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->Write(Bytes("new")));
  EXPECT_EQ(Content(path_), "old");
  ASSERT_TRUE(file->Commit());
  EXPECT_EQ(Content(path_), "new");
}

// A rename would take the name from a device, a pipe, or a link like /dev/stdout.
TEST_F(OutputFileTest, ReplacesOnlyFiles) {
  for (const auto& [name, make] :
       {std::pair<std::string, std::function<void(const std::string&)>>{
            "pipe", [](const std::string& at) { ASSERT_EQ(::mkfifo(at.c_str(), 0600), 0); }},
        {"folder", [](const std::string& at) { fs::create_directory(at); }},
        {"link", [&](const std::string& at) {
           std::ofstream(path_) << "old";
           fs::create_symlink(path_, at);
         }}}) {
    const std::string at = folder_ + "/" + name;
    make(at);
    const auto refused = OutputFile::Create(at, OutputFile::Existing::kReplace);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code(), ErrorCode::kAlreadyExists);
    EXPECT_FALSE(fs::is_regular_file(fs::symlink_status(at))) << name;
  }
  EXPECT_EQ(Content(path_), "old");
}

TEST_F(OutputFileTest, DoesNotOverwriteWhatAppearedMeanwhile) {
  auto file = OutputFile::Create(path_, OutputFile::Existing::kFail);
  ASSERT_TRUE(file);
  std::ofstream(path_) << "somebody else's";
  const auto committed = file->Commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code(), ErrorCode::kAlreadyExists);
  EXPECT_EQ(Content(path_), "somebody else's");
}

TEST_F(OutputFileTest, CommitsTogetherAndOneFailureStopsNoOther) {
  fs::create_directory(folder_ + "/sub");
  const std::string paths[] = {path_, folder_ + "/taken", folder_ + "/sub/c"};
  std::vector<OutputFile> files;
  for (const std::string& path : paths) {
    auto file = OutputFile::Create(path, OutputFile::Existing::kFail);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->Write(Bytes("content")));
    files.push_back(*std::move(file));
  }
  std::ofstream(paths[1]) << "somebody else's";
  std::vector<OutputFile*> all;
  for (OutputFile& file : files) all.push_back(&file);
  const auto outcomes = OutputFile::CommitAll(all);
  ASSERT_EQ(outcomes.size(), 3u);
  EXPECT_TRUE(outcomes[0]);
  ASSERT_FALSE(outcomes[1]);
  EXPECT_EQ(outcomes[1].error().code(), ErrorCode::kAlreadyExists);
  EXPECT_TRUE(outcomes[2]);
  files.clear();
  EXPECT_EQ(Content(paths[0]), "content");
  EXPECT_EQ(Content(paths[1]), "somebody else's");
  EXPECT_EQ(Content(paths[2]), "content");
  EXPECT_FALSE(fs::exists(paths[1] + ".partial"));
}

TEST_F(OutputFileTest, RemovesTheLeftOverOfAKilledWriterOnly) {
  std::ofstream(path_ + ".partial") << "left over";
  auto file = OutputFile::Create(path_, OutputFile::Existing::kFail);
  ASSERT_TRUE(file);
  const auto second = OutputFile::Create(path_, OutputFile::Existing::kFail);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kAlreadyExists);
}

TEST_F(OutputFileTest, DoesNotFollowALinkPlantedAsPartial) {
  std::ofstream(folder_ + "/victim") << "victim";
  fs::create_symlink(folder_ + "/victim", path_ + ".partial");
  EXPECT_FALSE(OutputFile::Create(path_, OutputFile::Existing::kFail));
  EXPECT_EQ(Content(folder_ + "/victim"), "victim");
}

}  // namespace
}  // namespace vmcoredd
