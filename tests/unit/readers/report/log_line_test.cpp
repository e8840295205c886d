// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/log_line.h"

#include <gtest/gtest.h>

#include <string>

namespace vmcoredd {
namespace {

TEST(ParseLogLineTest, KnowsTimesSinceBoot) {
  const LogLine plain = ParseLogLine("[   12.345678] e1000e: hang");
  ASSERT_TRUE(plain.since_boot);
  EXPECT_TRUE(plain.is_known);
  EXPECT_DOUBLE_EQ(*plain.since_boot, 12.345678);
  EXPECT_EQ(plain.text, "e1000e: hang");
  for (const char* const same :
       {"<6>[    1.5] x", "[    1.5][    T1] x", "[    1.5][  C12] x", "[    1.5] [      T1] x",
        "[    1.500000 <    0.000012>] x", "kern  :info  : [    1.5] x", "6,1,1500000,-;x",
        "30,1,1500000,-,caller=T1;x", "[    1.5] host kernel: x", "[    1.5] kernel: x",
        "Nov 29 04:44:01 host kernel: [    1.5] x",
        "Nov  9 04:44:01 host kern.info kernel: [    1.5] x"}) {
    const LogLine line = ParseLogLine(same);
    EXPECT_TRUE(line.is_known) << same;
    EXPECT_EQ(line.since_boot, 1.5) << same;
    EXPECT_FALSE(line.micros.has_value()) << same;
    EXPECT_EQ(line.text, "x") << same;
  }
}

TEST(ParseLogLineTest, KnowsTimesOfDayThatNameTheirZone) {
  for (const char* const same :
       {"2026-11-29T04:44:01,500000+00:00 x", "2026-11-29T05:44:01.500000+01:00 host kernel: x",
        "2026-11-28T23:44:01.500000-0500 host kernel: x", "2026-11-29T04:44:01.5Z host kernel: x",
        "2026-11-29T04:44:01,500000+00:00 [    T1] x"}) {
    const LogLine line = ParseLogLine(same);
    EXPECT_TRUE(line.is_known) << same;
    EXPECT_EQ(line.micros, 1795927441'500'000) << same;
    EXPECT_FALSE(line.since_boot.has_value()) << same;
    EXPECT_EQ(line.text, "x") << same;
  }
}

TEST(ParseLogLineTest, KnowsLinesWhoseTimeNobodyKnows) {
  for (const char* const same :
       {"Nov 29 04:44:01 host kernel: x", "Nov 29 04:44:01.123456 host kernel: x",
        "Nov 29 04:44:01 kernel: x", "[Sun Nov 29 04:44:01 2026] x",
        "[Sun Nov  9 04:44:01 2026][    T1] x", "[Nov29 04:44] x", "[  +0.000012] x"}) {
    const LogLine line = ParseLogLine(same);
    EXPECT_TRUE(line.is_known) << same;
    EXPECT_FALSE(line.since_boot.has_value()) << same;
    EXPECT_FALSE(line.micros.has_value()) << same;
    EXPECT_EQ(line.text, "x") << same;
  }
}

TEST(ParseLogLineTest, LeavesEverythingElse) {
  for (const char* const none : {"",
                                 "[",
                                 "[]",
                                 "[abc] x",
                                 "[1.2",
                                 "no brackets",
                                 "[.5] x",
                                 "[1.] x",
                                 "[1.5x] x",
                                 "[99999999999999999999.1] x",
                                 "[Sun Now 29] x",
                                 "[+x] y",
                                 "6,1,x,-;y",
                                 "6,1,2",
                                 "Nov",
                                 "Nov 29 04:44:01 host sshd[1]: x",
                                 "2026-11-29T04:44:01+00:00 host sshd[1]: x",
                                 "2026-11-29T04:44:01 x",
                                 "2026-11-29T04:44:01,5Z",
                                 "some text kernel: x",
                                 "kern  :",
                                 "<x>y"}) {
    const LogLine line = ParseLogLine(none);
    EXPECT_FALSE(line.is_known) << none;
    EXPECT_FALSE(line.since_boot.has_value()) << none;
    EXPECT_EQ(line.text, none);
  }
  // A text is not cut at words that a host could stand for.
  EXPECT_EQ(ParseLogLine("[    1.5] a: b kernel: x").text, "a: b kernel: x");
  EXPECT_EQ(ParseLogLine("[    1.5] two words kernel: x").text, "two words kernel: x");
  EXPECT_EQ(ParseLogLine("[    1.5] [Hardware Error]: x").text, "[Hardware Error]: x");
  EXPECT_EQ(ParseLogLine("[    1.5] [Tx] hang").text, "[Tx] hang");
}

TEST(LooksLikeKernelLogTest, TellsLogsFromOtherTexts) {
  for (const char* const log :
       {"[    0.000000] Linux version\n[    0.1] x\ncut here", "[    0.000000] one line\n",
        "[    0.000000] one line", "Nov 29 04:44:01 host kernel: x\nNov 29 04:44:01 host ke",
        "6,1,0,-;x\n SUBSYSTEM=pci\n DEVICE=+pci:0000:01:00.0\n", "[Sun Nov 29 04:44:01 2026] x\n",
        "2026-11-29T04:44:01,000000+00:00 x\n", "[    0.5] \x1b[1mbold\x1b[0m\n"}) {
    EXPECT_TRUE(LooksLikeKernelLog(log)) << log;
  }
  using namespace std::string_view_literals;
  EXPECT_TRUE(LooksLikeKernelLog("[    0.5] a\0b\n[    0.6] c\n"sv));
  for (const char* const other :
       {"", "\n", "0000000000000000 00 00 00\n0000000000000010 01\n", "{\"regions\":{}}\n",
        "[    0.5] x\nother\nother\nother\n", "Nov 29 04:44:01 host sshd[1]: x\n"}) {
    EXPECT_FALSE(LooksLikeKernelLog(other)) << other;
  }
}

}  // namespace
}  // namespace vmcoredd
