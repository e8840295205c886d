// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "tests/unit/readers/decode/support.h"

// Rules: when they speak, and what they say.

namespace vmcoredd {
namespace {

using Lines = std::vector<std::string>;

// "SEVERITY ID PATH: TEXT | EVIDENCE | NEXT"
Lines Findings(const SeenDump& seen) {
  Lines out;
  for (const Finding& finding : seen.findings) {
    std::string line = std::string(SeverityName(finding.severity)) + ' ' + finding.id + ' ' +
                       finding.path + ": " + finding.text;
    for (const Evidence& item : finding.evidence) {
      line += " | " + item.field + '@' + std::to_string(item.offset) + '=' + item.value;
    }
    if (!finding.next.empty()) line += " | " + finding.next;
    out.push_back(line);
  }
  return out;
}

Lines FindingsOf(const std::string& layout, std::string_view bytes, const DecodeSetup& setup = {}) {
  return Findings(Decode(layout, Bytes(bytes), setup));
}

TEST(FieldRule, SpeaksOfAnythingButZero) {
  const std::string layout =
      LayoutOf("{ name = \"A\", size = 1, text = \"an error count\", bad = \"warning\" }");
  EXPECT_EQ(FindingsOf(layout, "00"), Lines());
  EXPECT_EQ(FindingsOf(layout, "03"),
            (Lines{"warning test.all.A A: A: an error count | A@0=0x03"}));
}

TEST(FieldRule, SaysWhatItIsToldTo) {
  const std::string layout = LayoutOf(
      "{ name = \"T\", type = \"text\", size = 2 }, { name = \"N\", size = 1, unit = \"pages\" }, "
      "{ "
      "name = \"A\", size = 1, bad = { severity = \"fatal\", when = \"$raw > N\", text = \"{A} of "
      "{N} "
      "in {T}\", next = \"stop\", id = \"too-many\" } }");
  EXPECT_EQ(FindingsOf(layout, "[ab] 03 03"), Lines());
  EXPECT_EQ(FindingsOf(layout, "[ab] 03 04"),
            (Lines{"fatal too-many A: 0x4 of 3 pages in ab | A@3=0x04 | stop"}));
}

TEST(FieldRule, OfBitsAndEnumerations) {
  const std::string layout = LayoutOf(
      "{ name = \"S\", size = 2, bits = { ERR = { at = 3, bad = \"error\", text = \"it failed\" }, "
      "STATE = { at = \"15:8\", enum = { 1 = \"fine\", 2 = { text = \"hung\", bad = \"fatal\", "
      "next = "
      "\"reset it\" } } } } }");
  EXPECT_EQ(FindingsOf(layout, "0001"), Lines());
  EXPECT_EQ(
      FindingsOf(layout, "0802"),
      (Lines{"error test.all.ERR S.ERR: S.ERR: it failed | S.ERR@0=0x1",
             "fatal test.all.STATE S.STATE: S.STATE: hung | S.STATE@0=hung (0x02) | reset it"}));
}

TEST(FieldRule, OfASignedNumberKnowsItAsItIsInTheDump) {
  EXPECT_EQ(
      FindingsOf(LayoutOf("{ name = \"A\", type = \"int\", size = 1, enum = { 0xfe = { text = "
                          "\"bad\", bad = \"error\" } } }"),
                 "fe"),
      (Lines{"error test.all.A A: A: bad | A@0=bad (0xfe)"}));
}

TEST(Rules, KnowTheirStructure) {
  const std::string layout = LayoutOf(
      "{ name = \"S\", type = \"records\", struct = \"s\" }",
      "[struct.s]\nfields = [{ name = \"EN\", size = 1 }, { name = \"RDY\", size = 1 }, { name = "
      "\"LOG\", size = 1, count = 2 }]\n[[struct.s.findings]]\nwhen = \"EN && !RDY\"\nseverity = "
      "\"warning\"\ntext = \"not ready\"\n[[struct.s.findings]]\nid = \"x\"\nwhen = \"RDY == 9\"\n"
      "severity = \"info\"\ntext = \"{RDY} it is\"\nevidence = [\"LOG\"]\n");
  EXPECT_EQ(FindingsOf(layout, "01010000 01000000 00090708"),
            (Lines{"warning test.s:12 S[1]: not ready | S[1].EN@4=0x1 | S[1].RDY@5=0x0",
                   "info x S[2]: 0x9 it is | S[2].LOG[0]@10=0x7 | S[2].LOG[1]@11=0x8"}));
}

TEST(Rules, AboutWhatIsNotKnownAreSilent) {
  const std::string more =
      "[[struct.all.findings]]\nwhen = \"A == 0 || B == 0\"\nseverity = \"error\"\ntext = "
      "\"zero\"\n";
  const std::string layout = LayoutOf(
      "{ name = \"A\", size = 1, unreadable = [0xff], bad = \"info\" }, { name = \"B\", size = "
      "1, at = 1 }",
      more);
  EXPECT_EQ(FindingsOf(layout, "00 01").size(), 1u);
  EXPECT_EQ(FindingsOf(layout, "ff 01"), Lines()) << "unreadable";
  EXPECT_EQ(FindingsOf(layout, "").size(), 0u) << "missing";
  DecodeSetup setup;
  setup.holes = {{{0, 1}, "x"}};
  EXPECT_EQ(FindingsOf(layout, "00 01", setup), Lines()) << "a hole";
  EXPECT_EQ(FindingsOf(layout, "00 00", setup).size(), 1u) << "the other one decides";
}

TEST(Rules, AboutWhatTheCrashKernelChangedAreSilent) {
  const std::string layout = LayoutOf(
      "{ name = \"A\", size = 1, perturbed = \"aer\", bad = \"error\" }, "
      "{ name = \"B\", size = 1, bad = \"error\", bits = { X = { at = 0, perturbed = \"msi\", bad "
      "= "
      "\"error\" }, Y = { at = 1, bad = \"error\" } } }",
      "[[struct.all.findings]]\nwhen = \"A\"\nseverity = \"error\"\ntext = \"of A\"\n"
      "[[struct.all.findings]]\nwhen = \"B\"\nseverity = \"error\"\ntext = \"of B\"\n"
      "[[struct.all.findings]]\nwhen = \"B.Y\"\nseverity = \"error\"\ntext = \"of Y\"\n");
  const auto count = [&](std::vector<std::string> perturbed) {
    DecodeSetup setup;
    setup.options.perturbed = std::move(perturbed);
    return FindingsOf(layout, "01 03", setup).size();
  };
  EXPECT_EQ(count({}), 7u);
  EXPECT_EQ(count({"aer"}), 5u);
  EXPECT_EQ(count({"other"}), 7u);
  // Of B as a whole nothing is said either, but of its other bit.
  DecodeSetup setup;
  setup.options.perturbed = {"msi", "aer"};
  const auto seen = Decode(layout, Bytes("01 03"), setup);
  EXPECT_EQ(Findings(seen), (Lines{"error test.all.Y B.Y: B.Y | B.Y@1=0x1",
                                   "error test.all:18 : of Y | B.Y@1=0x1"}));
  EXPECT_TRUE(seen.at("A").perturbed);
  EXPECT_TRUE(seen.at("B.X").perturbed);
  EXPECT_FALSE(seen.at("B.Y").perturbed);
  EXPECT_EQ(seen.at("A").value, 1u) << "it is shown all the same";
}

TEST(Rules, SayWhatUnreadableMeans) {
  const std::string layout = LayoutOf(
      "{ name = \"A\", size = 1, unreadable = [0xff] }",
      "[[struct.all.findings]]\nwhen = \"unreadable(A)\"\nseverity = \"fatal\"\ntext = \"no "
      "answer\"\n");
  EXPECT_EQ(FindingsOf(layout, "ff"), (Lines{"fatal test.all:10 : no answer | A@0=unreadable"}));
  EXPECT_EQ(FindingsOf(layout, "fe"), Lines());
  EXPECT_EQ(FindingsOf(layout, ""), Lines());
}

TEST(Rules, OfStructuresInOthersSayWhatTheirValuesMean) {
  const std::string layout = LayoutOf(
      "{ name = \"PAD\", size = 1, when = \"$size\" }, { name = \"S\", at = 1, type = \"struct\", "
      "struct "
      "= \"s\" }",
      "[struct.s]\nfields = [{ name = \"UNIT\", size = 1 }, { name = \"T\", size = 1, value = "
      "\"$raw * "
      "UNIT\", unit = \"ms\" }, { name = \"U\", size = 1, value = \"$raw * 2\", unit = \"ms\" }]\n"
      "[[struct.all.findings]]\nwhen = \"S.T\"\nseverity = \"info\"\ntext = \"{S.T} and {S.U}\"\n");
  EXPECT_EQ(FindingsOf(layout, "09 0a 02 03").at(0), "info test.all:12 : 0x2 and 6 ms | S.T@2=0x2")
      << "what a value is over there, only that structure knows";
}

TEST(Rules, WithTextsThatAreCutSayNothingOfWhatFollows) {
  const std::string layout = LayoutOf(
      "{ name = \"S\", type = \"struct\", struct = \"s\", size = 4 }, { name = \"Z\", type = "
      "\"text\", "
      "size = 4 }",
      "[struct.s]\nfields = [{ name = \"A\", size = 1, bad = { severity = \"info\", text = \"of "
      "'{T}'\" "
      "} }, { name = \"T\", type = \"text\", size = 6 }]\n");
  EXPECT_EQ(FindingsOf(layout, "01 [abc] [secr]"),
            (Lines{"info test.s.A S.A: of '' | S.A@0=0x01"}));
}

}  // namespace
}  // namespace vmcoredd
