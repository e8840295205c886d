// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "collector/setup/collect_conf.h"
#include "collector/setup/kdump_target.h"
#include "collector/setup/mounts.h"
#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

TEST(SysrootTest, LinksStayInside) {
  const TempFolder folder;
  ASSERT_TRUE(MakeFolders(folder / "etc"));
  WriteFile(folder / "etc/passwd", "ours\n");
  ASSERT_EQ(::symlink("/etc/passwd", (folder / "absolute").c_str()), 0);
  ASSERT_EQ(::symlink("../../../../etc/passwd", (folder / "etc/up").c_str()), 0);
  ASSERT_EQ(::symlink("loop", (folder / "loop").c_str()), 0);
  const Sysroot root(folder.path());
  EXPECT_EQ(root.Line("/absolute"), "ours");
  EXPECT_EQ(root.Line("/etc/up"), "ours");
  EXPECT_EQ(root.Line("/etc/../../../etc/passwd"), "ours");
  EXPECT_FALSE(root.Resolve("/loop").has_value());
  EXPECT_EQ(root.Resolve("/missing/x").error().code(), ErrorCode::kNotFound);
}

TEST(SysrootTest, WritesOnlyWhatDiffers) {
  const TempFolder folder;
  const Sysroot root(folder.path());
  EXPECT_TRUE(root.Write("/a/b/c", "text").value());
  EXPECT_FALSE(root.Write("/a/b/c", "text").value());
  EXPECT_TRUE(root.Write("/a/b/c", "other").value());
  EXPECT_EQ(root.Line("/a/b/c"), "other");
}

TEST(MountsTest, EscapesAndShortLines) {
  const auto mounts = ParseMountinfo(
      "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
      "2 1 8:2 / /my\\040disk rw shared:1 master:2 - xfs /dev/sd\\134b rw\n"
      "3 1 8:3 / /x rw shared:1\n\n - \n4 1 8:3 / /y rw - \n");
  ASSERT_EQ(mounts.size(), 2u);
  EXPECT_EQ(mounts[1].folder, "/my disk");
  EXPECT_EQ(mounts[1].source, "/dev/sd\\b");
  EXPECT_EQ(mounts[1].type, "xfs");
}

TEST(MountsTest, LongestAndLastMountHoldsAPath) {
  const TempFolder folder;
  ASSERT_TRUE(MakeFolders(folder / "var/crash"));
  const Sysroot root(folder.path());
  const std::vector<Mount> mounts = {{"8:1", "/", "ext4", ""},
                                     {"8:2", "/var", "ext4", ""},
                                     {"8:3", "/var", "xfs", ""},
                                     {"8:4", "/var/cra", "xfs", ""}};
  EXPECT_EQ(MountOf(root, mounts, "/var/crash/2026/x")->number, "8:3");
  EXPECT_EQ(MountOf(root, mounts, "/variable")->number, "8:1");
  EXPECT_FALSE(MountOf(root, {}, "/var").has_value());
}

TEST(KdumpTargetTest, ShellVariables) {
  std::vector<std::string> unclear;
  const Properties variables = ParseShellVariables(
      "A=plain # comment\n B=\"two words\"\nexport C='$kept'\n#D=no\nE=\"$(date)\"\nF=\"open\n"
      "G=a$b\nnot an assignment\nH=\nI=\"x\"y\n",
      unclear);
  const Properties expected = {{"A", "plain"}, {"B", "two words"}, {"C", "$kept"}, {"H", ""}};
  EXPECT_EQ(variables, expected);
  EXPECT_EQ(unclear, (std::vector<std::string>{"E", "F", "G", "I"}));
}

TEST(CollectConfTest, HalfAPathIsNotTold) {
  CollectConfInput input;
  input.release = input.running = "6.1";
  input.path.devices = {{"0000:00:01.0", 0x8086, 0x10d3, "x"}};
  EXPECT_NE(CompileCollectConf(input).find("path=0000:00:01.0 8086:10d3\n"), std::string::npos);
  EXPECT_NE(CompileCollectConf(input).find("hold=1\n"), std::string::npos);
  input.path.unknown = {"a\nb"};
  const std::string text = CompileCollectConf(input);
  EXPECT_EQ(text.find("path="), std::string::npos);
  EXPECT_NE(text.find("hold=0\nhold_reason=dump path unknown: a\\x0ab\n"), std::string::npos);
}

TEST(CollectConfTest, SameIsAllButWhenAndByWhom) {
  CollectConfInput a;
  CollectConfInput b;
  b.time = 100;
  b.generator = "9";
  EXPECT_TRUE(SameCollectConf(CompileCollectConf(a), CompileCollectConf(b)));
  b.config.early.time_ms++;
  EXPECT_FALSE(SameCollectConf(CompileCollectConf(a), CompileCollectConf(b)));
}

TEST(CollectConfTest, ReaderTakesAllLines) {
  CollectConfInput input;
  for (int i = 0; i < 5000; ++i) input.identity.emplace_back("identity.x", "y");
  const std::string text = CompileCollectConf(input);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1024);
}

}  // namespace
}  // namespace vmcoredd
