// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "tests/unit/readers/decode/support.h"

// Structures in structures: choices, records, chains, address spaces.

namespace vmcoredd {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kTlv =
    "[struct.tlv]\nsize = \"LEN\"\nfields = [{ name = \"TYPE\", size = 1, enum = { 1 = \"one\", 2 "
    "= "
    "\"two\" } }, { name = \"LEN\", size = 1 }, { name = \"V\", size = 1, when = \"LEN > 2\" }]\n";

TEST(Structures, AreGroupsUnlessInline) {
  const std::string s = "[struct.s]\nfields = [{ name = \"X\", size = 1 }]\n";
  EXPECT_EQ(
      Decode(LayoutOf("{ name = \"A\", type = \"struct\", struct = \"s\" }, { name = \"B\", type "
                      "= \"struct\", struct = \"s\", inline = true }, { name = \"C\", size = 1, "
                      "when = \"A.X < B.X\" }",
                      s),
             Bytes("01 02 03"))
          .lines(),
      (Lines{"A:", "A.X = 1", "X = 2", "C = 3"}));
}

TEST(Structures, OfOtherLayoutsBringTheirOwnNames) {
  const std::string lib = LayoutHead("lib") +
                          "order = \"big\"\n[struct.outer]\nfields = [{ name = \"IN\", type = "
                          "\"struct\", struct = \"inner\" }]\n[struct.inner]\nfields = [{ name = "
                          "\"X\", size = 2 }]\n";
  const LayoutSet set = LayoutsOf(
      {lib, LayoutOf("{ name = \"A\", type = \"struct\", struct = \"lib.outer\" }, { name = \"B\", "
                     "size = 1, when = \"A.IN.X == 0x102\" }")});
  TestSource source(Bytes("01 02 09"));
  EXPECT_EQ(Decode(set, source).lines(), (Lines{"A:", "A.IN:", "A.IN.X = 258", "B = 9"}));
}

TEST(Structures, PassNumbersToOthers) {
  EXPECT_EQ(
      Decode(LayoutOf("{ name = \"N\", size = 1 }, { name = \"A\", type = \"struct\", struct = "
                      "\"s\", with = { n = \"N + 1\", unused = 3 } }",
                      "[struct.s]\nparams = [\"n\"]\nfields = [{ name = \"X\", size = 1, count "
                      "= \"n\" }]\n"),
             Bytes("01 07 08 09"))
          .lines(),
      (Lines{"N = 1", "A:", "A.X[0] = 7", "A.X[1] = 8"}));
}

TEST(Choice, ByNumberRangeAndOtherwise) {
  const std::string more =
      "[struct.one]\nfields = [{ name = \"X\", size = 1 }]\n"
      "[struct.few]\nfields = [{ name = \"Y\", size = 1 }]\n"
      "[struct.rest]\nfields = [{ name = \"Z\", size = 1 }]\n";
  const auto lines = [&](std::string_view bytes, bool with_default) {
    return Decode(
               LayoutOf("{ name = \"K\", size = 1 }, { name = \"A\", type = \"struct\", switch = "
                        "\"K\", cases = { 1 = \"one\", \"2..9\" = \"few\" }" +
                            std::string(with_default ? ", default = \"rest\" }" : " }"),
                        more),
               Bytes(bytes))
        .lines();
  };
  EXPECT_EQ(lines("01 07", false), (Lines{"K = 1", "A:", "A.X = 7"}));
  EXPECT_EQ(lines("09 07", false), (Lines{"K = 9", "A:", "A.Y = 7"}));
  EXPECT_EQ(lines("0a 07", true), (Lines{"K = 10", "A:", "A.Z = 7"}));
  EXPECT_EQ(lines("0a 07", false), (Lines{"K = 10", "A = "})) << "the bytes as they are";
  EXPECT_EQ(lines("", false), (Lines{"K: missing"}));
}

TEST(Choice, ByTextAndGuid) {
  const std::string more =
      "[struct.one]\nfields = [{ name = \"X\", size = 1 }]\n"
      "[struct.two]\nfields = [{ name = \"Y\", size = 1 }]\n";
  const std::string layout = LayoutOf(
      "{ name = \"K\", type = \"text\", size = 4 }, { name = \"A\", type = \"struct\", switch "
      "= \"K\", cases = { ab = \"one\", 12 = \"two\" } }",
      more);
  EXPECT_EQ(Decode(layout, Bytes("[ab] 0000 07")).lines(), (Lines{"K = ab", "A:", "A.X = 7"}));
  EXPECT_EQ(Decode(layout, Bytes("[12] 0000 07")).lines(), (Lines{"K = 12", "A:", "A.Y = 7"}));
  EXPECT_EQ(Decode(layout, Bytes("[abc] 00 07")).lines(), (Lines{"K = abc", "A = "}));
  EXPECT_EQ(Decode(layout, Bytes("00000000 07")).lines(), (Lines{"K = ", "A = "}))
      << "no text is no case";
  DecodeSetup setup;
  setup.holes = {{{2, 1}, "x"}};
  EXPECT_EQ(Decode(layout, Bytes("[ab] 0000 07"), setup).lines(), (Lines{"K = ab", "A = "}))
      << "a text with a hole decides nothing";
  EXPECT_EQ(Decode(LayoutOf("{ name = \"K\", type = \"guid\" }, { name = \"A\", type = \"struct\", "
                            "switch = \"K\", cases = { 33221100-5544-7766-8899-aabbccddeeff = "
                            "\"one\" } }",
                            more),
                   Bytes("00112233445566778899aabbccddeeff 07"))
                .lines(),
            (Lines{"K = 33221100-5544-7766-8899-aabbccddeeff", "A:", "A.X = 7"}));
}

TEST(Records, AreNamedByTheirKey) {
  const auto seen = Decode(
      LayoutOf("{ name = \"R\", type = \"records\", struct = \"tlv\", key = \"TYPE\" }", kTlv),
      Bytes("0103aa 0202 0103bb 0902"));
  EXPECT_EQ(seen.lines(),
            (Lines{"R[one]:", "R[one].TYPE = 1 (one)", "R[one].LEN = 3", "R[one].V = 170",
                   "R[two]:", "R[two].TYPE = 2 (two)", "R[two].LEN = 2",
                   "R[one#2]:", "R[one#2].TYPE = 1 (one)", "R[one#2].LEN = 3", "R[one#2].V = 187",
                   "R[0x9]:", "R[0x9].TYPE = 9", "R[0x9].LEN = 2"}));
  const auto by_text =
      Decode(LayoutOf("{ name = \"R\", type = \"records\", struct = \"s\", key = \"T\" }",
                      "[struct.s]\nfields = [{ name = \"T\", type = \"text\", size = 2 }]\n"),
             Bytes("[ab] [c] 00 0000"));
  EXPECT_EQ(by_text.lines(),
            (Lines{"R[ab]:", "R[ab].T = ab", "R[c]:", "R[c].T = c", "R[#2]:", "R[#2].T = "}));
}

TEST(Records, EndWhereTheySay) {
  const std::string tail = " }, { name = \"END\", size = 1 }";
  EXPECT_EQ(
      Decode(
          LayoutOf("{ name = \"R\", type = \"records\", struct = \"tlv\", count = 1" + tail, kTlv),
          Bytes("0102 07"))
          .lines()
          .back(),
      "END = 7");
  const auto stopped = Decode(
      LayoutOf("{ name = \"R\", type = \"records\", struct = \"tlv\", while = \"TYPE\"" + tail,
               kTlv),
      Bytes("0102 00 02 09"));
  EXPECT_EQ(stopped.lines(), (Lines{"R[0]:", "R[0].TYPE = 1 (one)", "R[0].LEN = 2", "END = 0"}));
  const auto sized = Decode(
      LayoutOf("{ name = \"R\", type = \"records\", struct = \"tlv\", size = 4" + tail, kTlv),
      Bytes("0102 0202 07"));
  EXPECT_EQ(sized.lines().back(), "END = 7");
  EXPECT_EQ(sized.damage, 0u);
  // Padding in front of the end of fixed records is nothing.
  const auto padded = Decode(LayoutOf("{ name = \"R\", type = \"records\", struct = \"s\" }",
                                      "[struct.s]\nfields = [{ name = \"X\" }]\n"),
                             Bytes("01000000 0000"));
  EXPECT_EQ(padded.lines(), (Lines{"R[0]:", "R[0].X = 1"}));
}

TEST(Records, WithoutASizeEndTheList) {
  const auto seen = Decode(LayoutOf("{ name = \"R\", type = \"records\", struct = \"tlv\" }", kTlv),
                           Bytes("0102 0200 0102"));
  EXPECT_EQ(seen.lines(),
            (Lines{"R[0]:", "R[0].TYPE = 1 (one)", "R[0].LEN = 2",
                   "! R: record 1 has no size: 4 bytes are left; it and the rest is not decoded"}));
  EXPECT_EQ(seen.damage, 1u);
}

TEST(Records, ThatAreCutAreSaidToBe) {
  const std::string layout =
      LayoutOf("{ name = \"R\", type = \"records\", struct = \"tlv\" }", kTlv);
  EXPECT_EQ(Decode(layout, Bytes("0109aa")).lines(),
            (Lines{"! R: record 0 is cut: 3 of its 9 bytes are there",
                   "R[0]:", "R[0].TYPE = 1 (one)", "R[0].LEN = 9", "R[0].V = 170"}));
  EXPECT_EQ(Decode(layout, Bytes("0103aa 01")).damage, 1u);
  EXPECT_EQ(
      Decode(LayoutOf("{ name = \"R\", type = \"records\", struct = \"tlv\", count = 3 }", kTlv),
             Bytes("0102"))
          .remarks(),
      (Lines{"R: records 1 to 2 are missing: the data ends"}));
  EXPECT_EQ(
      Decode(
          LayoutOf("{ name = \"R\", type = \"records\", struct = \"tlv\", while = \"LEN\" }", kTlv),
          Bytes("0102 07"))
          .remarks(),
      (Lines{"R: the list ends in the middle of record 1, after 1 of its bytes"}));
  // A hole is no padding.
  DecodeSetup setup;
  setup.holes = {{{2, 2}, "bus error"}};
  EXPECT_EQ(
      Decode(
          LayoutOf("{ name = \"R\", type = \"records\", struct = \"tlv\", while = \"LEN\" }", kTlv),
          Bytes("0102 0000"), setup)
          .damage,
      1u);
}

TEST(Records, OfUnknownKindEndTheList) {
  const auto seen =
      Decode(LayoutOf("{ name = \"KIND\", size = 1, count = 3 }, { name = \"R\", type = "
                      "\"records\", switch = \"$index\", cases = { 0 = \"a\" } }",
                      "[struct.a]\nfields = [{ name = \"X\", size = 1 }]\n"),
             Bytes("000000 01 02"));
  EXPECT_EQ(seen.remarks(),
            (Lines{"R: record 1 is of an unknown kind: it and the rest is not decoded"}));
}

TEST(Records, AreLimited) {
  const std::string layout = LayoutOf("{ name = \"R\", type = \"records\", struct = \"s\" }",
                                      "[struct.s]\nfields = [{ name = \"X\", size = 1 }]\n");
  DecodeSetup setup;
  setup.options.limits.records = 2;
  EXPECT_EQ(Decode(layout, Bytes("01020304"), setup).remarks(),
            (Lines{"R: more than 2 records: the rest is not decoded"}));
  setup.options.limits = {};
  setup.options.limits.fields = 5;
  const auto seen = Decode(layout, Bytes("01020304"), setup);
  EXPECT_EQ(seen.remarks(), (Lines{"R[2]: more than 5 fields: the rest is not decoded"}));
  EXPECT_EQ(seen.fields.size(), 2u);
}

TEST(Records, InsideThemselvesAreLimitedInDepth) {
  const std::string layout = LayoutOf(
      "{ name = \"R\", type = \"records\", struct = \"all\" }, { name = \"X\", size = 1 }");
  DecodeSetup setup;
  setup.options.limits.depth = 3;
  const auto seen = Decode(layout, Bytes("01"), setup);
  EXPECT_EQ(seen.remarks().at(0), "R[0].R[0].R[0]: nested deeper than 3 structures: not decoded");
}

TEST(Records, ThatTheSinkSkipsArePassedOver) {
  DecodeSetup setup;
  setup.skipped = {"R[0]"};
  EXPECT_EQ(Decode(LayoutOf("{ name = \"R\", type = \"records\", struct = \"tlv\" }", kTlv),
                   Bytes("0103aa 0202"), setup)
                .lines(),
            (Lines{"R[0]:", "R[1]:", "R[1].TYPE = 2 (two)", "R[1].LEN = 2"}));
}

constexpr std::string_view kLink =
    "[struct.link]\nfields = [{ name = \"ID\", size = 1 }, { name = \"NEXT\", size = 1 }]\n";

TEST(Chain, FollowsItsLinks) {
  const std::string layout = LayoutOf(
      "{ name = \"HEAD\", size = 1 }, { name = \"C\", type = \"chain\", struct = \"link\", first = "
      "\"HEAD\", next = \"NEXT & 0xfc\", key = \"ID\" }, { name = \"B\", size = 1 }",
      kLink);
  EXPECT_EQ(Decode(layout, Bytes("04 07 0000 0508 0000 0600")).lines(),
            (Lines{"HEAD = 4", "C[0x5]:", "C[0x5].ID = 5", "C[0x5].NEXT = 8",
                   "C[0x6]:", "C[0x6].ID = 6", "C[0x6].NEXT = 0", "B = 7"}));
  EXPECT_EQ(Decode(layout, Bytes("00 07")).lines(), (Lines{"HEAD = 0", "B = 7"}));
  EXPECT_EQ(Decode(layout, Bytes("04 07 0000 0504")).remarks(),
            (Lines{"C: the chain comes back to 0x4"}));
  EXPECT_EQ(Decode(layout, Bytes("04 07 0000 05f4")).remarks(),
            (Lines{"C: the chain leads to 0xf4, outside of its 0x6 bytes"}));
  EXPECT_EQ(Decode(layout, Bytes("04 07 0000 05")).remarks(),
            (Lines{"C: the chain ends: the next link cannot be read"}));
  EXPECT_EQ(Decode(layout, Bytes("")).remarks(),
            (Lines{"C: left out: where it begins is not known"}));
  DecodeSetup setup;
  setup.options.limits.chain = 1;
  EXPECT_EQ(Decode(layout, Bytes("04 07 0000 0508 0000 0600"), setup).remarks(),
            (Lines{"C: more than 1 links: the rest is not decoded"}));
}

TEST(Chain, LinksAreOffsetsInTheStructureOrInTheWindow) {
  const auto lines = [](const std::string& from) {
    return Decode(LayoutOf("{ name = \"S\", at = 2, type = \"struct\", struct = \"s\" }",
                           "[struct.s]\nfields = [{ name = \"C\", type = \"chain\", struct = "
                           "\"link\", first = 2, next = \"NEXT\"" +
                               from + " }]\n" + std::string(kLink)),
                  Bytes("0000 0700 0800"))
        .lines()
        .at(2);
  };
  EXPECT_EQ(lines(""), "S.C[0].ID = 8");
  EXPECT_EQ(lines(", from = \"window\""), "S.C[0].ID = 7");
}

TEST(Sparse, WhatIsInNoRangeIsAHole) {
  const std::string layout = LayoutOf(
      "{ name = \"A\", type = \"sparse\", struct = \"s\", ranges = [[4, 2], [0x10, 4]] }, { name = "
      "\"END\", size = 1 }",
      "[struct.s]\nfields = [{ name = \"A\", size = 1 }, { name = \"B\", at = 4, size = 2 }, { "
      "name = "
      "\"C\", at = 5, size = 2, overlay = true }, { name = \"D\", at = 0x10 }, { name = \"E\", at "
      "= "
      "0x14, size = 1 }]\n");
  const auto seen = Decode(layout, Bytes("0102 05060708 09"));
  EXPECT_EQ(seen.lines(), (Lines{"A:", "A.A: hole", "A.B = 513", "A.C: hole", "A.D = 134678021",
                                 "A.E: hole", "END = 9"}));
  EXPECT_EQ(seen.at("A.A").reason, "not in the dump");
  EXPECT_EQ(seen.at("A.B").window, "A");
  DecodeSetup setup;
  setup.holes = {{{3, 1}, "bus error"}};
  const auto holed = Decode(layout, Bytes("0102 05060708 09"), setup);
  EXPECT_EQ(holed.at("A.D").reason, "bus error");
  const auto cut = Decode(layout, Bytes("0102 0506"));
  EXPECT_EQ(cut.lines(),
            (Lines{"! A: 2 bytes are missing: the data ends", "A:", "A.A: hole", "A.B = 513",
                   "A.C: hole", "A.D: hole", "A.E: hole", "END: missing"}));
}

TEST(Pairs, ValuesAreWhereTheirAddressesSay) {
  const std::string more =
      "[struct.pair]\nfields = [{ name = \"A\", size = 2 }, { name = \"V\" }]\n"
      "[struct.s]\nfields = [{ name = \"X\", at = 8 }, { name = \"Y\", at = 12 }, { name = \"Z\", "
      "at = "
      "16 }]\n";
  const std::string layout = LayoutOf(
      "{ name = \"P\", type = \"pairs\", record = \"pair\", address = \"A\", value = \"V\", "
      "struct = \"s\" }",
      more);
  EXPECT_EQ(Decode(layout, Bytes("1000 03000000 0800 01000000")).lines(),
            (Lines{"P:", "P.X = 1", "P.Y: hole", "P.Z = 3"}));
  EXPECT_EQ(Decode(layout, Bytes("0800 01000000 0a00 05000000")).remarks(),
            (Lines{"P: 1 pairs are left out: too many, too far away, or one over another"}));
  EXPECT_EQ(Decode(layout, Bytes("0800 01000000 1000 0300")).remarks(),
            (Lines{"P: a pair is cut: 4 of its bytes are there"}));
  DecodeSetup setup;
  setup.holes = {{{2, 1}, "bus error"}};
  EXPECT_EQ(Decode(layout, Bytes("0800 01000000 1000 03000000"), setup).lines(),
            (Lines{"P:", "P.X: hole", "P.Y: hole", "P.Z = 3"}));
}

}  // namespace
}  // namespace vmcoredd
