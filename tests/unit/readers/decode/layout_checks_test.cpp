// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "tests/unit/readers/decode/support.h"

// What is TOML and known, but can mean nothing: matches that never hold, numbers that do not
// fit, names that are there twice. Of LayoutOf(), fields begin on line 8.

namespace vmcoredd {
namespace {

using Lines = std::vector<std::string>;

Lines FieldProblems(std::string_view fields, std::string_view more = "") {
  return ProblemsOf(LayoutOf(fields, more));
}

// The match is on line 9.
Lines MatchProblems(std::string_view match) {
  return ProblemsOf(LayoutHead() + "root = \"all\"\n[struct.all]\nfields = [{ name = \"A\" }]\n" +
                    "[[match]]\n" + std::string(match) + '\n');
}

TEST(LayoutChecks, OfMatchesThatNeverHold) {
  for (const char* const id : {"808:10", "8086", "80866:1", "8086:10:1", "zz:*", "8086:12345*",
                               "8086:[12", ":*", "0x8086:*", "8086:[xy]*"}) {
    EXPECT_EQ(MatchProblems("pci = \"" + std::string(id) + '"'),
              (Lines{"9:7 match: pci: expected vendor:device, four hexadecimal digits or a glob "
                     "each, like \"15b3:*\", found \"" +
                     std::string(id) + '"'}));
  }
  EXPECT_EQ(MatchProblems("pci = [\"8086:15[0-9]?\", \"*:*\", \"8086:x\"]"),
            (Lines{"9:32 match: pci: expected vendor:device, four hexadecimal digits or a glob "
                   "each, like \"15b3:*\", found \"8086:x\""}));
  EXPECT_EQ(MatchProblems("class = \"zz\""),
            (Lines{"9:9 match: class: expected up to six hexadecimal digits, like \"0108\", found "
                   "\"zz\""}));
  EXPECT_EQ(MatchProblems("class = \"0200000\"").size(), 1u);
  EXPECT_EQ(MatchProblems("class = \"0C\""), Lines());
  EXPECT_EQ(MatchProblems("dump = \"[abc\""),
            (Lines{"9:8 match: dump: expected a glob in which each '[' has its ']', found "
                   "\"[abc\""}));
  EXPECT_EQ(MatchProblems("dump = \"[]\"").size(), 1u);
  EXPECT_EQ(MatchProblems("dump = '\\'").size(), 1u);
  EXPECT_EQ(MatchProblems("dump = ['\\[abc', '[]]', '[!a-c]*']"), Lines());
  EXPECT_EQ(MatchProblems("dump = \"\""), (Lines{"9:8 match: dump: expected a text, found \"\""}));
}

TEST(LayoutChecks, OfVersions) {
  EXPECT_EQ(MatchProblems("firmware = { key = \"x\", from = \"2\", before = \"1\" }"),
            (Lines{"9:46 match: firmware: there is no version from 2 before 1"}));
  EXPECT_EQ(MatchProblems("firmware = { key = \"x\", from = \"2\", before = \"2.0\" }").size(), 1u);
  EXPECT_EQ(MatchProblems("firmware = { key = \"x\", from = \"banana\" }"),
            (Lines{"9:32 match: firmware: from: expected a version, with a number in it, found "
                   "\"banana\""}));
  EXPECT_EQ(MatchProblems("firmware = { key = \"x\", from = \"v2\", before = \"10\" }"), Lines());
}

TEST(LayoutChecks, OfElementsThatOverlap) {
  EXPECT_EQ(FieldProblems("{ name = \"A\", count = 4, stride = 2 }"),
            (Lines{"8:35 all.A: its elements of 4 bytes overlap at a stride of 2"}));
  EXPECT_EQ(FieldProblems("{ name = \"N\" }, { name = \"A\", count = \"N\", stride = 2 }").size(),
            1u);
  EXPECT_EQ(FieldProblems("{ name = \"A\", count = 4, stride = 2, overlay = true }"), Lines());
  EXPECT_EQ(FieldProblems("{ name = \"A\", count = 4, stride = 4 }"), Lines());
}

TEST(LayoutChecks, OfPlacesThatNoDumpHas) {
  EXPECT_EQ(FieldProblems("{ name = \"A\", at = 0x7fffffffffffffff, count = 9 }"),
            (Lines{"8:20 all.A: no dump is as long as that"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", at = \"0xffffffffffffffff\" }").size(), 1u);
  EXPECT_EQ(FieldProblems("{ name = \"A\", count = 0 }"), (Lines{"8:23 all.A: a count of 0"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", type = \"records\", struct = \"s\", count = 0 }",
                          "[struct.s]\nfields = [{ name = \"X\" }]\n"),
            (Lines{"8:55 all.A: a count of 0"}));
}

TEST(LayoutChecks, OfValuesThatNoFieldHas) {
  EXPECT_EQ(FieldProblems("{ name = \"A\", size = 1, enum = { 1 = \"x\", 0x100 = \"y\" } }"),
            (Lines{"8:1 all.A: a key of its enum is 0x100, and it has 8 bits"}));
  EXPECT_EQ(
      FieldProblems("{ name = \"A\", bits = { X = { at = \"1:0\", enum = { 7 = \"y\" } } } }"),
      (Lines{"8:24 bits X: a key of its enum is 0x7, and it has 2 bits"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", size = 1, enum = { \"0x80..0xff\" = \"y\" } }"),
            Lines());
  EXPECT_EQ(FieldProblems("{ name = \"A\", size = 8, enum = { \"0xffffffffffffffff\" = \"y\" } }"),
            Lines());
  EXPECT_EQ(FieldProblems("{ name = \"A\", unreadable = [0x1ffffffff] }"),
            (Lines{"8:28 struct all: A: unreadable: 0x1ffffffff does not fit into 4 bytes"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", unreadable = [0xffffffff] }"), Lines());
}

TEST(LayoutChecks, OfKeysThatAreOfIntegersOnly) {
  const Lines expected = {
      "8:1 struct all: A: only integers have bad, value, enum, advances and unreadable"};
  EXPECT_EQ(FieldProblems("{ name = \"A\", type = \"bytes\", size = 4, advances = true }"),
            expected);
  EXPECT_EQ(FieldProblems("{ name = \"A\", type = \"mac\", unreadable = [0] }"), expected);
  EXPECT_EQ(FieldProblems("{ name = \"A\", advances = true }"), Lines());
}

// Expressions know no numbers below zero: -2 would be 65534.
TEST(LayoutChecks, OfExpressionsOverSignedIntegers) {
  const std::string why =
      " struct all: A: an int has no value and no when: expressions know no numbers below zero";
  EXPECT_EQ(FieldProblems("{ name = \"A\", size = 2, type = \"int\", value = \"$raw / 2\", unit = "
                          "\"C\" }"),
            (Lines{"8:48" + why}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", type = \"int\", bad = { severity = \"error\", when = "
                          "\"$raw > 100\" } }"),
            (Lines{"8:65" + why}));
  EXPECT_EQ(
      FieldProblems("{ name = \"A\", size = 2, type = \"int\", unit = \"C\", bad = \"error\", "
                    "enum = { 0xffff = \"none\" } }"),
      Lines());
}

TEST(LayoutChecks, OfNamesThatAreInlinedTwice) {
  const std::string_view more =
      "[struct.s]\nfields = [{ name = \"X\" }]\n"
      "[struct.t]\nfields = [{ name = \"S\", type = \"struct\", struct = \"s\", inline = true }]\n";
  const auto inlined = [](std::string_view name, std::string_view what) {
    return "{ name = \"" + std::string(name) + "\", type = \"struct\", inline = true, " +
           std::string(what) + " },\n";
  };
  const std::string s = "struct = \"s\"", t = "struct = \"t\"";
  EXPECT_EQ(FieldProblems(inlined("A", s), more), Lines());
  EXPECT_EQ(FieldProblems(inlined("A", s) + inlined("B", s), more),
            (Lines{"9:1 all.B: a second field X, with what is inlined"}));
  EXPECT_EQ(FieldProblems(inlined("A", t) + inlined("B", t), more).size(), 1u);
  EXPECT_EQ(FieldProblems(inlined("A", s) + "{ name = \"X\" }", more),
            (Lines{"9:1 all.X: a second field X, with what is inlined"}));
  EXPECT_EQ(FieldProblems(inlined("A", s + ", count = 2"), more).size(), 1u);
  EXPECT_EQ(FieldProblems(inlined("X", s), more), Lines()) << "its own name is not shown";
  // Of two that depend on something there may be only one.
  const std::string some = "{ name = \"N\" },\n";
  EXPECT_EQ(FieldProblems(some + inlined("A", s + ", when = \"N == 1\"") +
                              inlined("B", s + ", when = \"N == 2\""),
                          more),
            Lines());
  const std::string choice = "overlay = true, switch = \"N\", cases = { 1 = \"s\", 2 = \"t\" }";
  EXPECT_EQ(FieldProblems(some + inlined("A", choice), more), Lines());
  EXPECT_EQ(FieldProblems(some + inlined("A", choice) + "{ name = \"X\" }", more).size(), 1u);
  // A choice may be inlined in itself.
  EXPECT_EQ(FieldProblems(some + inlined("A", "switch = \"N\", cases = { 1 = \"all\" }")).size(),
            1u);
}

TEST(LayoutChecks, OfWhatIsInlinedAgainAndAgainEnd) {
  // Each of 60 has the next one twice: 2^60 ways, and no name.
  std::string more;
  for (size_t i = 0; i < 60; ++i) {
    const std::string next =
        "type = \"struct\", inline = true, overlay = true, at = 0, struct = \"s" +
        std::to_string(i + 1) + '"';
    more += "[struct.s" + std::to_string(i) + "]\nsize = 4\nfields = [{ name = \"A\", size = 4, " +
            next + " }, { name = \"B\", size = 4, " + next + " }]\n";
  }
  more += "[struct.s60]\nfields = [{ name = \"X\", when = \"$index\" }]\n";
  EXPECT_EQ(
      FieldProblems("{ name = \"A\", type = \"struct\", inline = true, struct = \"s0\" }", more),
      Lines());
}

// Which say that more may follow.
TEST(LayoutChecks, TellWhetherTheyHideOthers) {
  const auto hides = [](const std::string& text) {
    const LayoutSet set = LayoutsOf({text});
    return set.problems().size() == 1 && set.problems()[0].hides_others;
  };
  EXPECT_TRUE(hides(LayoutOf("{ name = \"A\", siez = 4 }")));
  EXPECT_TRUE(hides(LayoutOf("{ name = \"A\", enum = \"e\" }")));
  EXPECT_TRUE(hides(LayoutOf("{ name = \"A\", at = \"B\" }")));
  EXPECT_FALSE(hides(LayoutOf("{ name = \"A\" }, { name = \"B\", at = 3 }")));
}

}  // namespace
}  // namespace vmcoredd
