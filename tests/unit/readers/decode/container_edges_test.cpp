// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/readers/decode/support.h"

// What cudbg and its like asked of containers.

namespace vmcoredd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Records, ThoseThatAreNothingArePassedOver) {
  const std::string layout = LayoutOf(
      R"({ name = "r", type = "records", struct = "slot", where = "kind != 0", key = "kind" })",
      "[struct.slot]\nsize = 2\nfields = [{ name = \"kind\", size = 1 }, "
      "{ name = \"v\", size = 1 }]\n");
  const SeenDump seen = Decode(layout, Bytes("0011 0522 0033 0544"));
  EXPECT_THAT(seen.lines(), ElementsAre("r[0x5]:", "r[0x5].kind = 5", "r[0x5].v = 34",
                                        "r[0x5#2]:", "r[0x5#2].kind = 5", "r[0x5#2].v = 68"));
  EXPECT_EQ(seen.damage, 0u);
}

TEST(Records, AreShownWhenNobodyKnowsWhetherTheyAreNothing) {
  const std::string layout = LayoutOf(
      R"({ name = "r", type = "records", struct = "slot", where = "kind != 0", key = "kind" })",
      "[struct.slot]\nsize = 2\nfields = [{ name = \"kind\", size = 1, unreadable = [0xff] }, "
      "{ name = \"v\", size = 1 }]\n");
  const SeenDump seen = Decode(layout, Bytes("ff11 0000 0122"));
  // Not r[0]: that would be the one whose key is 0.
  EXPECT_THAT(seen.lines(), ElementsAre("r[#0]:", "r[#0].kind: unreadable", "r[#0].v = 17",
                                        "r[0x1]:", "r[0x1].kind = 1", "r[0x1].v = 34"));
}

TEST(Pairs, WhatTheyDoNotHaveIsNoDamage) {
  const std::string layout = LayoutOf(
      R"({ name = "p", type = "pairs", record = "pair", address = "a", value = "b * 2", width = 2, struct = "registers" })",
      "[struct.pair]\nsize = 2\nfields = [{ name = \"a\", size = 1 }, { name = \"b\", size = 1 }]\n"
      "[struct.registers]\nfields = [{ name = \"x\", size = 2 }, { name = \"y\", size = 2 }, "
      "{ at = 8, name = \"z\", size = 2 }]\n");
  const SeenDump seen = Decode(layout, Bytes("0203"));
  EXPECT_THAT(seen.lines(), ElementsAre("p:", "p.x: hole", "p.y = 6", "p.z: hole"));
  EXPECT_EQ(seen.damage, 0u);
}

TEST(Streams, AClaimThatIsTooLargeIsNoEmptyStream) {
  const std::string layout = LayoutOf(
      R"({ name = "s", type = "stream", chunk = "chunk", data_size = "stored", length = "plain", codec = "zlib" })",
      "[struct.chunk]\nfields = [{ name = \"stored\", size = 1 }, { name = \"plain\" }]\n");
  const SeenDump seen = Decode(layout, Bytes("01 ffffffff 78"));
  EXPECT_THAT(seen.remarks(),
              ElementsAre(HasSubstr("chunk 0 says that it gives 4294967295 bytes")));
}

TEST(Findings, SignedNumbersHaveTheirSignInTexts) {
  const std::string layout = LayoutOf(
      R"({ name = "e", type = "int", size = 2, bad = { severity = "error", text = "failed: {e}" } })");
  const SeenDump seen = Decode(layout, Bytes("92ff"));
  ASSERT_EQ(seen.findings.size(), 1u);
  EXPECT_EQ(seen.findings[0].text, "failed: -110");
  EXPECT_EQ(seen.findings[0].evidence[0].value, "-110 (0xff92)");
}

TEST(LayoutKeys, DotsOfTextsAndCommentsAreNoParts) {
  const std::string dots(100, '.');
  const std::string layout =
      LayoutOf("{ name = \"a\", text = \"" + dots + "\\\"" + dots + "\" }", "# " + dots + "\n");
  EXPECT_THAT(ProblemsOf(layout), testing::IsEmpty());
  const std::string key = "a" + std::string(40, '.') + "b = 1\n";
  EXPECT_THAT(ProblemsOf(layout + key), ElementsAre(HasSubstr("a key of more than 16 parts")));
  // Five quotes in a row: two of the text, three that end it.
  const std::string quotes = "x = \"\"\"a\"\"\"\"\"\n";
  EXPECT_THAT(ProblemsOf(layout + quotes + key),
              ElementsAre(HasSubstr("a key of more than 16 parts")));
}

TEST(LayoutKeys, LettersOfOthersAreForTextsAndComments) {
  const std::string layout = LayoutOf("{ name = \"a\", text = \"\xc5\xb1\" }", "# \xc5\xb1\n");
  EXPECT_THAT(ProblemsOf("\xef\xbb\xbf" + layout), testing::IsEmpty());
  EXPECT_THAT(ProblemsOf(layout + "x = 1\n \xc5\xb1 = 1\n"),
              ElementsAre(HasSubstr("12:2 expected ASCII outside of texts, found \\xc5")));
}

}  // namespace
}  // namespace vmcoredd
