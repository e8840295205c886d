// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "readers/decode/layout_parser.h"
#include "tests/unit/readers/decode/support.h"

// What somebody who writes a layout is told. Places are those of an editor: line and column
// from 1. Line 1 is that of the schema; of LayoutOf(), fields begin on line 8.

namespace vmcoredd {
namespace {

using Lines = std::vector<std::string>;

Lines FieldProblems(std::string_view fields, std::string_view more = "") {
  return ProblemsOf(LayoutOf(fields, more));
}

TEST(LayoutMistakes, AGoodOneHasNone) {
  EXPECT_EQ(FieldProblems("{ name = \"A\" }, { name = \"B\", at = \"A + 4\", when = \"A > 2\" }"),
            Lines());
}

TEST(LayoutMistakes, OfSyntaxTheFirst) {
  EXPECT_EQ(ProblemsOf("schema = "), (Lines{"1:10 Error while parsing key-value pair: "
                                            "encountered end-of-file"}));
  EXPECT_EQ(ProblemsOf("[&]").size(), 1u);
  EXPECT_EQ(ProblemsOf(LayoutHead() + "[struct.a]\n[struct.a]\n").size(), 1u);
}

TEST(LayoutMistakes, OfTheHead) {
  EXPECT_EQ(ProblemsOf("x = 1\n"),
            (Lines{"1:1 expected schema = \"vmcoredd-layout/1\", found \"\""}));
  EXPECT_EQ(ProblemsOf("schema = \"vmcoredd-layout/2\"\n"),
            (Lines{"1:1 expected schema = \"vmcoredd-layout/1\", found \"vmcoredd-layout/2\""}));
  EXPECT_EQ(ProblemsOf("schema = \"vmcoredd-layout/1.4\"\nname = \"A b\"\n"),
            (Lines{"1:1 layout: name: expected lower-case letters, digits, '-'",
                   "1:1 layout: expected title, and sources: where the facts come from"}));
  EXPECT_EQ(ProblemsOf(LayoutHead() + "colour = \"red\"\norder = \"middle\"\n"),
            (Lines{"5:1 layout: unknown key colour",
                   "6:9 layout: order: expected one of little, big, native, found \"middle\""}));
  EXPECT_EQ(ProblemsOf(LayoutHead() + "unreadable = [-1, \"0xffffffffffffffff\", \"x\"]\n"),
            (Lines{"5:15 layout: unreadable: expected a number, found -1",
                   "5:41 layout: unreadable: expected a number, found \"x\""}));
  EXPECT_EQ(ProblemsOf(LayoutHead() + "decoder = \"mine\"\n"),
            (Lines{"1:1 layout: decoder: expected devlink-fmsg, found mine"}));
  EXPECT_EQ(ProblemsOf(LayoutHead() + "root = \"nowhere\"\n"),
            (Lines{"5:8 there is no structure nowhere"}));
}

TEST(LayoutMistakes, OfMatches) {
  const std::string more = "root = \"all\"\n[struct.all]\nfields = [{ name = \"A\" }]\n";
  const auto problems = [&](const std::string& match) {
    return ProblemsOf(LayoutHead() + more + "[[match]]\n" + match);
  };
  EXPECT_EQ(problems("dump = \"x_*\"\n"), Lines());
  EXPECT_EQ(problems(""), (Lines{"8:1 match: it has no condition"}));
  EXPECT_EQ(problems("pci = \"15b3\"\n").size(), 1u);
  EXPECT_EQ(problems("dump = []\n"),
            (Lines{"8:1 match: it has no condition",
                   "9:8 match: dump: expected a text or a list of texts, found a list"}));
  EXPECT_EQ(problems("dump = [\"a\", 3]\n"), (Lines{"9:14 match: dump: expected a text, found 3"}));
  EXPECT_EQ(problems("magic = { at = 0, bytes = \"1\" }\n").size(), 1u);
  EXPECT_EQ(problems("magic = { at = 2000000, text = \"A\" }\n"),
            (Lines{"9:16 match: magic: at: expected a number up to 1048576, found 2000000"}));
  EXPECT_EQ(problems("magic = { text = \"A\", bytes = \"41\" }\n").size(), 1u);
  EXPECT_EQ(problems("firmware = { key = \"fw\" }\n"),
            (Lines{"9:12 match: firmware: expected key, and from or before"}));
  EXPECT_EQ(problems("size = \"many\"\ndump = \"x\"\n").size(), 1u);
  EXPECT_EQ(ProblemsOf(LayoutHead() + "[[match]]\ndump = \"x\"\n"),
            (Lines{"1:1 layout: it matches dumps, but has neither root nor decoder"}));
}

TEST(LayoutMistakes, OfFields) {
  EXPECT_EQ(FieldProblems("{ name = \"A\", siez = 4 }"),
            (Lines{"8:15 struct all: A: unknown key siez"}));
  EXPECT_EQ(FieldProblems("{ at = 4 }"),
            (Lines{"8:1 struct all: : a field needs a name of letters, digits, '_'"}));
  EXPECT_EQ(FieldProblems("{ name = \"a-b\" }"),
            (Lines{"8:10 struct all: a-b: a field needs a name of letters, digits, '_'"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\" },\n{ name = \"A\" }"),
            (Lines{"9:1 struct all: a second field A"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", type = \"float\" }").size(), 1u);
  EXPECT_EQ(FieldProblems("{ name = \"A\", size = 9 }"),
            (Lines{"8:22 struct all: A: size: expected 1 to 8 bytes, found 9"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", type = \"mac\", size = 8 }"),
            (Lines{"8:36 struct all: A: size: it has 6 bytes"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", at = -4 }"),
            (Lines{"8:20 struct all: A: at: expected a number or an expression, found -4"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", at = \"4 + \" }"),
            (Lines{"8:25 struct all: A: at: expression: expected a number or a name, found its "
                   "end"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", stride = 4 }"),
            (Lines{"8:1 struct all: A: stride without count"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", volatile = 1 }"),
            (Lines{"8:26 struct all: A: volatile: expected true or false, found 1"}));
  EXPECT_EQ(FieldProblems("3"), (Lines{"8:1 struct all: expected a field as a table, found 3"}));
  EXPECT_EQ(FieldProblems(""), (Lines{"7:10 struct all: fields: expected a list of 1 to 4096 "
                                      "tables"}));
}

TEST(LayoutMistakes, OfBitsAndEnumerations) {
  EXPECT_EQ(FieldProblems("{ name = \"A\", bits = { X = \"3:0\", Y = 3 } }"),
            (Lines{"8:35 bits all.A: Y: it overlaps other bits"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", bits = { X = \"0:3\" } }").size(), 2u);
  EXPECT_EQ(FieldProblems("{ name = \"A\", bits = { X = 64 } }").size(), 2u);
  EXPECT_EQ(FieldProblems("{ name = \"A\", bits = { X = { text = \"no place\" } } }").size(), 2u);
  EXPECT_EQ(FieldProblems("{ name = \"A\", size = 2, bits = { X = \"16:8\" } }"),
            (Lines{"8:1 all.A: bits X do not fit into 2 bytes"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", bits = \"b\" }"), (Lines{"8:1 there are no bits b"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", enum = \"e\" }"), (Lines{"8:1 there is no enum e"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", enum = { 1 = \"x\", \"1..2\" = \"y\" } }"),
            (Lines{"8:22 enum all.A: two entries for 1"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", enum = { x = \"y\" } }").size(), 2u);
  EXPECT_EQ(FieldProblems("{ name = \"A\", enum = { \"5..4\" = \"y\", 9 = \"z\" } }"),
            (Lines{"8:24 enum all.A: 5..4: expected a number, a range like \"0x80..0xff\", or "
                   "default"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", enum = { 1 = { bad = \"awful\", text = \"x\" } } }"),
            (Lines{"8:36 enum all.A: 1: bad: expected one of info, warning, error, fatal, found "
                   "\"awful\""}));
  EXPECT_EQ(FieldProblems("{ name = \"A\" }", "[bits.b]\nX = { at = 1, value = \"A\" }\n"),
            (Lines{"11:1 expressions of bits know $raw only, found A"}));
}

TEST(LayoutMistakes, OfExpressions) {
  EXPECT_EQ(FieldProblems("{ name = \"A\", at = \"B\" }, { name = \"B\" }"),
            (Lines{"8:21 expression: B comes later in the structure"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", when = \"1 + A\" }"),
            (Lines{"8:27 expression: A comes later in the structure"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", at = \"$raw\" }"),
            (Lines{"8:21 expression: $raw is only known in value and bad"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", at = \"$what\" }"),
            (Lines{"8:21 expression: $what is no field of all"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\" }, { name = \"B\", at = \"A.X\" }"),
            (Lines{"8:37 expression: A.X has no such bits"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", type = \"mac\" }, { name = \"B\", at = \"A\" }"),
            (Lines{"8:51 expression: A is not a number"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", count = 4 }, { name = \"B\", at = \"A[4]\" }"),
            (Lines{"8:48 expression: A[4] is behind the end of its array"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\" }, { name = \"B\", at = \"A[0]\" }"),
            (Lines{"8:37 expression: A[0] is no array"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", count = 4 }, { name = \"B\", at = \"A\" }"),
            (Lines{"8:48 expression: A is an array: its first element is A[0]"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", type = \"struct\", struct = \"s\", count = 2 }, "
                          "{ name = \"B\", at = \"A.X\" }",
                          "[struct.s]\nfields = [{ name = \"X\" }]\n"),
            (Lines{"8:79 expression: A.X is an array of structures"}));
}

TEST(LayoutMistakes, OfRules) {
  EXPECT_EQ(FieldProblems("{ name = \"A\", bad = \"awful\" }").size(), 1u);
  EXPECT_EQ(FieldProblems("{ name = \"A\", bad = { when = \"$raw > 3\" } }"),
            (Lines{"8:21 struct all: A: bad: a rule needs a severity"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", bad = { severity = \"info\", text = \"{B}\" } }"),
            (Lines{"8:21 rule: B is no field of all"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", bad = { severity = \"info\", text = \"{A\" } }"),
            (Lines{"8:49 struct all: A: bad: a '{' without '}'"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\" }", "[[struct.all.findings]]\nseverity = \"info\"\n"),
            (Lines{"10:1 struct all: a rule of a structure needs when and text"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\" }",
                          "[[struct.all.findings]]\nseverity = \"info\"\nwhen = \"A == B\"\n"
                          "text = \"x\"\nevidence = [\"C\"]\n"),
            (Lines{"12:14 expression: B is no field of all", "10:1 rule: C is no field of all"}));
}

TEST(LayoutMistakes, OfPlaces) {
  EXPECT_EQ(FieldProblems("{ name = \"A\" },\n{ name = \"B\", at = 3 }"),
            (Lines{"9:1 all.B: it overlaps A"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\" },\n{ name = \"B\", at = 3, overlay = true }"), Lines());
  EXPECT_EQ(FieldProblems("{ name = \"A\", count = 1048577 }"),
            (Lines{"8:1 all.A: count 1048577 is above 1048576"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", count = 2, stride = 0 }"),
            (Lines{"8:1 all.A: a stride of 0"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\", type = \"bytes\", count = 2 }"),
            (Lines{"8:1 all.A: count without size"}));
  EXPECT_EQ(
      FieldProblems("{ name = \"A\" }", "[struct.b]\nsize = 0\nfields = [{ name = \"X\" }]\n"),
      (Lines{"10:1 struct b: a size of 0"}));
}

TEST(LayoutMistakes, OfContainers) {
  const std::string_view s = "[struct.s]\nfields = [{ name = \"X\" }]\n";
  const auto problems = [&](std::string_view field) {
    return FieldProblems("{ name = \"N\" }, { name = \"A\", " + std::string(field) + " }", s);
  };
  EXPECT_EQ(problems("type = \"struct\", struct = \"s\""), Lines());
  EXPECT_EQ(problems("type = \"struct\""),
            (Lines{"8:17 struct all: A: it needs struct, or switch and cases"}));
  EXPECT_EQ(problems("type = \"struct\", struct = \"t\""), (Lines{"8:17 there is no structure t"}));
  EXPECT_EQ(problems("type = \"struct\", struct = \"s\", switch = \"N\", cases = { 1 = \"s\" }"),
            (Lines{"8:71 struct all: A: both struct and switch"}));
  EXPECT_EQ(problems("type = \"struct\", switch = \"N\"").size(), 1u);
  EXPECT_EQ(problems("type = \"struct\", switch = \"N\", cases = { x = \"s\" }"),
            (Lines{"8:72 cases: expected a number or a range like \"0x10..0x1f\", found \"x\""}));
  EXPECT_EQ(problems("type = \"struct\", switch = \"N + 1\", cases = { \"3..1\" = \"s\" }"),
            (Lines{"8:76 cases: expected a number or a range like \"0x10..0x1f\", found "
                   "\"3..1\""}));
  EXPECT_EQ(problems("type = \"struct\", switch = \"N\", cases = { 1 = \"t\" }"),
            (Lines{"8:72 there is no structure t"}));
  EXPECT_EQ(problems("type = \"records\", struct = \"s\", key = \"Y\"").size(), 1u);
  EXPECT_EQ(problems("type = \"records\", struct = \"s\", while = \"Y\"").size(), 1u);
  EXPECT_EQ(problems("type = \"records\", switch = \"N\", cases = { 1 = \"s\" }, key = \"X\""),
            (Lines{"8:17 A: key needs one structure"}));
  EXPECT_EQ(problems("type = \"chain\", struct = \"s\""),
            (Lines{"8:17 struct all: A: chain needs first and next"}));
  EXPECT_EQ(problems("type = \"chain\", struct = \"s\", first = 0, next = \"X\", count = 3"),
            (Lines{"8:17 struct all: A: a chain has no count"}));
  EXPECT_EQ(problems("type = \"stream\", chunk = \"s\""),
            (Lines{"8:17 struct all: A: a chunk needs data_size"}));
  EXPECT_EQ(problems("type = \"sparse\", struct = \"s\""),
            (Lines{"8:17 struct all: A: sparse needs ranges"}));
  EXPECT_EQ(problems("type = \"sparse\", struct = \"s\", ranges = [[8, 4], [4, 4]]").size(), 1u);
  EXPECT_EQ(problems("type = \"sparse\", struct = \"s\", ranges = [[0, 0]]").size(), 1u);
  EXPECT_EQ(problems("type = \"sparse\", struct = \"s\", ranges = [[0, 8], [4, 4]]").size(), 1u);
  EXPECT_EQ(problems("type = \"pairs\", struct = \"s\", record = \"s\""),
            (Lines{"8:17 struct all: A: pairs needs record, address and value"}));
}

TEST(LayoutMistakes, OfTextsThatDecide) {
  const std::string_view s =
      "[struct.s]\nfields = [{ name = \"N\", size = 1 }, { name = \"T\", type = "
      "\"text\", at = \"N\", size = 4 }]\n";
  EXPECT_EQ(FieldProblems("{ name = \"R\", type = \"records\", struct = \"s\", key = \"T\" }", s),
            (Lines{"8:1 all.R: T has no size, or no fixed place"}));
  EXPECT_EQ(
      FieldProblems("{ name = \"T\", type = \"text\" },\n{ name = \"A\", at = 0, overlay = true, "
                    "type = \"struct\", switch = \"T\", cases = { x = \"s\" } }",
                    s),
      (Lines{"9:1 all.A: T has no size, or no fixed place"}));
}

TEST(LayoutMistakes, OfParams) {
  const std::string_view s =
      "[struct.s]\nparams = [\"n\"]\nfields = [{ name = \"X\", count = \"n\" }]\n";
  EXPECT_EQ(FieldProblems("{ name = \"A\", type = \"struct\", struct = \"s\" }", s),
            (Lines{"8:1 all.A: s needs with n"}));
  EXPECT_EQ(
      FieldProblems("{ name = \"A\", type = \"struct\", struct = \"s\", with = { n = 3 } }", s),
      Lines());
  EXPECT_EQ(ProblemsOf(LayoutHead() + "root = \"s\"\n" + std::string(s)),
            (Lines{"5:8 root: a structure with params cannot be the root"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\" }",
                          "[struct.s]\nparams = [\"n\", \"n\"]\nfields = [{ name = \"X\" }]\n"),
            (Lines{"10:1 struct s: a second meaning of n"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\" }",
                          "[struct.s]\nparams = [\"X\"]\nfields = [{ name = \"X\" }]\n"),
            (Lines{"10:1 struct s: a second meaning of X"}));
  EXPECT_EQ(FieldProblems("{ name = \"A\" }",
                          "[struct.s]\nparams = [\"$size\"]\nfields = [{ name = \"X\" }]\n"),
            (Lines{"11:10 struct s: params: a name has letters, digits, '_'"}));
}

TEST(LayoutMistakes, OfAStructureWithinItself) {
  const auto self = FieldProblems("{ name = \"A\", type = \"struct\", struct = \"all\" }");
  ASSERT_FALSE(self.empty());
  EXPECT_EQ(self[0], "6:1 struct all: it contains itself, or too many others");
  const auto mutual = FieldProblems(
      "{ name = \"A\", type = \"struct\", struct = \"b\" }",
      "[struct.b]\nfields = [{ name = \"B\", type = \"struct\", struct = \"all\" }]\n");
  ASSERT_FALSE(mutual.empty());
  // Records, chains and choices may.
  EXPECT_EQ(FieldProblems("{ name = \"N\" }, { name = \"A\", type = \"struct\", switch = \"N\", "
                          "cases = { 1 = \"all\" } }, { name = \"R\", type = \"records\", struct = "
                          "\"all\" }"),
            Lines());
}

TEST(LayoutMistakes, SeveralOfAFileAreSaidInItsOrder) {
  EXPECT_EQ(FieldProblems("{ name = \"A\", x = 1 },\n{ name = \"B\", size = 0 },\n"
                          "{ name = \"C\", at = \"1 1\" }",
                          "[enum.e]\ny = \"z\"\n[bits.b]\n"),
            (Lines{"8:15 struct all: A: unknown key x",
                   "9:22 struct all: B: size: expected 1 to 8 bytes, found 0",
                   "10:23 struct all: C: at: expression: expected an operator, found '1'",
                   "12:1 enum e: it has no entry",
                   "13:1 enum e: y: expected a number, a range like \"0x80..0xff\", or default",
                   "14:1 bits b: there are none"}));
}

TEST(LayoutMistakes, AreCountedOnlySoFar) {
  std::string fields;
  for (size_t i = 0; i < 300; ++i) fields += "{ name = \"A" + std::to_string(i) + "\", x = 1 },\n";
  EXPECT_EQ(FieldProblems(fields).size(), 100u);
}

TEST(LayoutMistakes, OfAnotherLayoutAreSaidThereAndOnce) {
  const std::string broken = LayoutHead("lib") + "[struct.s]\nfields = [{ name = \"X\", y = 1 }]\n";
  const std::string user = LayoutOf(
      "{ name = \"A\", type = \"struct\", struct = \"lib.s\" },\n"
      "{ name = \"B\", type = \"struct\", struct = \"lib.s\" }");
  const LayoutSet set = LayoutsOf({broken, user});
  EXPECT_EQ(ProblemsOf(set), (Lines{"6:25 struct s: X: unknown key y",
                                    "1:1 not used: it needs lib, which has mistakes"}));
  EXPECT_TRUE(set.layouts().empty());
}

TEST(LayoutMistakes, DoNotTakeOthersWithThem) {
  const LayoutSet set = LayoutsOf({LayoutHead("bad") + "[struct.s]\nfields = [{ name = \"X\", at = "
                                                       "\"Y\" }]\n",
                                   LayoutOf("{ name = \"A\" }")});
  EXPECT_EQ(ProblemsOf(set), (Lines{"6:31 expression: Y is no field of s"}));
  EXPECT_TRUE(set.Find("test"));
  EXPECT_FALSE(set.Find("bad"));
}

TEST(LayoutMistakes, OfDeepTomlAreAnswered) {
  std::string deep = "a";
  for (size_t i = 0; i < 400000; ++i) deep += ".a";
  EXPECT_EQ(ProblemsOf("x = 1\n" + deep + " = 1\n"), (Lines{"2:32 a key of more than 16 parts"}));
  EXPECT_EQ(ProblemsOf('[' + deep + "]\n"), (Lines{"1:33 a key of more than 16 parts"}));
  EXPECT_EQ(ProblemsOf("x = { " + deep + " = 1 }\n"), (Lines{"1:38 a key of more than 16 parts"}));
  // In strings and comments, and of one key after the other, dots are nothing.
  const std::string dots(20, '.');
  EXPECT_EQ(ProblemsOf(LayoutOf("{ name = \"A\", text = \"\\\"" + dots + "\" }, # '" + dots +
                                "\n{ name = 'B', text = '" + dots +
                                "\\' }, { name = \"C\", text = \"\"\"\n" + dots + "\n\"\"\" }")),
            Lines());
  EXPECT_FALSE(ProblemsOf("a = " + std::string(100000, '[')).empty());
  std::string tables = "a = ";
  for (size_t i = 0; i < 100000; ++i) tables += "{a=";
  EXPECT_FALSE(ProblemsOf(tables).empty());
}

}  // namespace
}  // namespace vmcoredd
