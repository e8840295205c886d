// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/dump_name.h"

#include <gtest/gtest.h>

#include "vmcoredd/format/note.h"

namespace vmcoredd {
namespace {

TEST(MakeDumpName, FollowsTheKernelsHabit) {
  EXPECT_EQ(MakeDumpName("cxgb4", "0000:02:00.4"), "cxgb4_0000:02:00.4");
  EXPECT_EQ(MakeDumpName("pci", "0000:02:00.4", "config"), "pci_0000:02:00.4_config");
}

TEST(MakeDumpName, CutsLongNamesButKeepsThemApart) {
  const std::string device(60, 'd');
  const std::string one = MakeDumpName("netdevsim", device, "region-1");
  const std::string other = MakeDumpName("netdevsim", device, "region-2");
  EXPECT_EQ(one.size(), kMaxDumpNameLength);
  EXPECT_EQ(one[34], '~');
  EXPECT_NE(one, other);
  EXPECT_EQ(one, MakeDumpName("netdevsim", device, "region-1"));
  EXPECT_TRUE(CheckDumpName(one));
}

TEST(MakeSafeDumpName, ReplacesWhatANameMustNotHaveAndKeepsNamesApart) {
  EXPECT_EQ(MakeSafeDumpName("mlx5_core", "0000:02:00.4", "p1_tx.diagnose"),
            MakeDumpName("mlx5_core", "0000:02:00.4", "p1_tx.diagnose"));
  const std::string slash = MakeSafeDumpName("devlink", "d", "a/b");
  EXPECT_EQ(slash.substr(0, 14), "devlink_d_a_b~");
  EXPECT_EQ(slash.size(), 22u);
  EXPECT_NE(slash, MakeSafeDumpName("devlink", "d", "a b"));
  for (const std::string& bad : std::initializer_list<std::string>{
           "../a", "a\x1b[m", "a\\b", "a\xff", std::string("a\0b", 3), std::string(60, ' '), ""}) {
    EXPECT_TRUE(CheckDumpName(MakeSafeDumpName(bad, bad, bad))) << bad;
    EXPECT_TRUE(CheckDumpName(MakeSafeDumpName(bad, "d"))) << bad;
  }
}

TEST(CheckDumpName, RefusesWhatWouldBeAPathOrReachATerminal) {
  EXPECT_TRUE(CheckDumpName("pci_0000:00:04.0"));
  EXPECT_TRUE(CheckDumpName(std::string(43, 'x')));
  for (const std::string& bad : std::initializer_list<std::string>{
           std::string(), std::string(44, 'x'), std::string("a/b"), std::string("../a"),
           std::string("a b"), std::string("a\x1b[m"), std::string("a\\b"), std::string("a\xff"),
           std::string("a\0b", 3)}) {
    const auto result = CheckDumpName(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
  }
}

TEST(DumpNoteSize, IsTheKernelsArithmetic) {
  EXPECT_EQ(DumpNoteSize(1, 4096), 4096u);
  EXPECT_EQ(DumpNoteSize(4032, 4096), 4096u);
  EXPECT_EQ(DumpNoteSize(4033, 4096), 8192u);
  EXPECT_EQ(DumpNoteSize(33558232, 4096), 33558528u);  // cxgb4
  EXPECT_EQ(DumpNoteSize(1, 65536), 65536u);
  EXPECT_EQ(MaxDumpPayload(4096), 4294963136u);
  EXPECT_EQ(DumpNoteSize(4294963136u, 4096), 4294963200u);
  EXPECT_EQ(DumpNoteSize(4294963137u, 4096), std::nullopt);
  EXPECT_EQ(DumpNoteSize(UINT64_MAX, 4096), std::nullopt);
}

}  // namespace
}  // namespace vmcoredd
