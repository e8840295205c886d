// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/archive_shelf.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <ctime>
#include <filesystem>

#include "tests/unit/collector/support.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

namespace {

class ShelfTest : public ::testing::Test {
 protected:
  // `days` ago, with so many bytes.
  std::string Put(int days, size_t bytes, const char* random = "0123abcd") {
    const time_t when = ::time(nullptr) - days * 86400;
    char time[17];
    ::strftime(time, sizeof time, "%Y%m%dT%H%M%SZ", ::gmtime(&when));
    std::string path = shelf_ + "/baseline-" + time + '-' + random + ".vmcoredd";
    WriteFile(path, std::string(bytes, 'x'));
    return path;
  }
  size_t Left() { return ListArchives(shelf_, "baseline")->size(); }

  TempFolder folder_;
  std::string shelf_ = folder_ / "a/b";
};

TEST_F(ShelfTest, ANewPathIsFreeAndItsFolderIsOurs) {
  const auto path = NewArchivePath(shelf_, "live");
  ASSERT_TRUE(path);
  EXPECT_TRUE(path->starts_with(shelf_ + "/live-2"));
  EXPECT_TRUE(path->ends_with(".vmcoredd"));
  EXPECT_FALSE(std::filesystem::exists(*path));
  struct stat st;
  ASSERT_EQ(::stat(shelf_.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0700U);
  EXPECT_NE(*path, *NewArchivePath(shelf_, "live"));
  WriteFile(*path, "x");
  const auto listed = ListArchives(shelf_, "live");
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_NEAR(static_cast<double>((*listed)[0].time), static_cast<double>(::time(nullptr)), 60);
}

TEST_F(ShelfTest, WhatAKilledWriterHasLeftGoes) {
  const std::string old_archive = Put(1, 10);
  const std::string left = Put(1, 10, "00000001") + ".partial";
  const std::string held = Put(1, 10, "00000002") + ".partial";
  const std::string fresh = Put(0, 10, "00000003") + ".partial";
  const std::string other = shelf_ + "/mine.partial";
  const std::string other_prefix = shelf_ + "/live-20260101T000000Z-0123abcd.vmcoredd.partial";
  const std::string link = shelf_ + "/baseline-20260101T000000Z-0123abcd.vmcoredd.partial";
  for (const std::string& path : {left, held, fresh, other, other_prefix}) WriteFile(path, "half");
  std::filesystem::create_symlink(old_archive, link);
  const UniqueFd writer(::open(held.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::flock(writer.get(), LOCK_EX | LOCK_NB), 0);
  ASSERT_TRUE(NewArchivePath(shelf_, "baseline"));
  EXPECT_FALSE(std::filesystem::exists(left));
  for (const std::string& path : {old_archive, held, fresh, other, other_prefix, link}) {
    EXPECT_TRUE(std::filesystem::exists(path)) << path;
  }
}

TEST_F(ShelfTest, AFolderThatIsAFileIsAnError) {
  WriteFile(folder_ / "file", "");
  EXPECT_FALSE(NewArchivePath(folder_ / "file", "live"));
  EXPECT_FALSE(NewArchivePath(folder_ / "file/below", "live"));
  EXPECT_TRUE(ListArchives(folder_ / "none", "live")->empty());
}

TEST_F(ShelfTest, OnlyOurNamesAreLookedAt) {
  const std::string ours = Put(1, 1);
  for (const char* const name :
       {"baseline-20260101T000000Z-0123abcd.vmcoredd.partial", "baseline.vmcoredd", "notes.txt",
        "baseline-20260101T000000Z-0123ABCD.vmcoredd",
        "baseline-20260101X000000Z-0123abcd.vmcoredd", "live-20260101T000000Z-0123abcd.vmcoredd",
        "baseline-2026 101T000000Z-0123abcd.vmcoredd"}) {
    WriteFile(shelf_ + '/' + name, "x");
  }
  std::filesystem::create_symlink(ours, shelf_ + "/baseline-20250101T000000Z-0123abcd.vmcoredd");
  std::filesystem::create_directory(shelf_ + "/baseline-20240101T000000Z-0123abcd.vmcoredd");
  const auto listed = ListArchives(shelf_, "baseline");
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ((*listed)[0].path, ours);
}

TEST_F(ShelfTest, RetentionTakesTheOldestAndLeavesTheNewest) {
  const std::string oldest = Put(9, 10);
  Put(5, 10);
  Put(3, 10);
  const std::string newest = Put(2, 1000);
  EXPECT_TRUE(ApplyRetention(shelf_, "baseline", {})->empty());
  EXPECT_EQ(*ApplyRetention(shelf_, "baseline", {3, 0, 0}), std::vector<std::string>{oldest});
  EXPECT_EQ(Left(), 3U);
  EXPECT_EQ(ApplyRetention(shelf_, "baseline", {0, 1010, 0})->size(), 1U);
  EXPECT_EQ(Left(), 2U);
  EXPECT_EQ(ApplyRetention(shelf_, "baseline", {0, 0, 1})->size(), 1U);
  EXPECT_EQ(ApplyRetention(shelf_, "baseline", {1, 1, 1})->size(), 0U);
  EXPECT_TRUE(std::filesystem::exists(newest));
}

}  // namespace

}  // namespace vmcoredd
