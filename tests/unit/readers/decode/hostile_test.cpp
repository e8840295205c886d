// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/readers/decode/support.h"

// Layouts and dumps that were made to hurt: each ends, and says why.

namespace vmcoredd {
namespace {

using Lines = std::vector<std::string>;

std::string Number(size_t value) { return std::to_string(value); }

// Enough for any honest dump of this size; the limit of the engine is for the largest.
DecodeSetup FewSteps() {
  DecodeSetup setup;
  setup.options.limits.steps = 100000;
  return setup;
}

TEST(Hostile, NamesThatFanOutAreNotAllLookedUp) {
  // s0 names 60 fields of s1, each of which names 60 of s2 ...
  std::string text = LayoutHead() + "root = \"s0\"\n";
  for (size_t level = 0; level < 8; ++level) {
    text += "[struct.s" + Number(level) + "]\nfields = [\n";
    for (size_t i = 0; i < 60; ++i) {
      text += "{ name = \"f" + Number(i) + "\", at = 0, overlay = true, " +
              (level == 7 ? "size = 1 },\n"
                          : "type = \"struct\", struct = \"s" + Number(level + 1) + "\" },\n");
    }
    text += "]\n";
    for (size_t i = 0; i < 60 && level < 7; ++i) {
      text += "[[struct.s" + Number(level) +
              ".findings]]\nseverity = \"info\"\ntext = \"x\"\nwhen = \"f" + Number(i);
      for (size_t depth = level + 1; depth < 8; ++depth) text += ".f" + Number(i);
      text += " > 300\"\n";
    }
  }
  const auto seen = Decode(text, Bytes("0102"), FewSteps());
  EXPECT_GT(seen.damage, 0u);
}

TEST(Hostile, ChoicesOfThemselvesAreNotAllTaken) {
  std::string fields = "{ name = \"N\", size = 1 },\n";
  for (size_t i = 0; i < 40; ++i) {
    fields += "{ name = \"C" + Number(i) +
              "\", at = 0, type = \"struct\", overlay = true, inline = true, switch = \"N\", cases "
              "= { 1 = "
              "\"quiet\" } },\n";
  }
  std::string quiet = "[struct.quiet]\nfields = [\n";
  for (size_t i = 0; i < 40; ++i) {
    quiet += "{ name = \"C" + Number(i) +
             "\", at = 0, type = \"struct\", overlay = true, inline = true, switch = \"$size\", "
             "cases = { "
             "1 = \"quiet\" } },\n";
  }
  const auto seen = Decode(LayoutOf(fields, quiet + "]\n"), Bytes("01"), FewSteps());
  EXPECT_EQ(seen.remarks().back().substr(seen.remarks().back().find(": ")),
            ": too much work for what it shows: the rest is not decoded");
}

TEST(Hostile, FieldsThatAreLeftOutCount) {
  // A million elements of nothing, each with fields that are not there.
  std::string quiet = "[struct.q]\nsize = 1\nfields = [\n";
  for (size_t i = 0; i < 100; ++i)
    quiet += "{ name = \"F" + Number(i) + "\", size = 1, when = 0 },\n";
  const auto seen = Decode(
      LayoutOf("{ name = \"A\", type = \"struct\", inline = true, struct = \"q\", count = 1000000, "
               "stride = 1 }",
               quiet + "]\n"),
      std::vector<std::byte>(1000000), FewSteps());
  EXPECT_EQ(seen.remarks(), (Lines{": too much work for what it shows: the rest is not decoded"}));
}

TEST(Hostile, RemarksThatRepeatAreBounded) {
  std::string many = "[struct.q]\nsize = 1\nfields = [\n";
  for (size_t i = 0; i < 100; ++i) {
    many += "{ name = \"F" + Number(i) + "\", size = 1, when = \"1 / 0\" },\n";
  }
  DecodeSetup setup;
  setup.options.limits.steps = 10000;
  const auto seen = Decode(LayoutOf("{ name = \"A\", type = \"struct\", inline = true, struct = "
                                    "\"q\", count = 1000000, stride "
                                    "= 1 }",
                                    many + "]\n"),
                           std::vector<std::byte>(1000000), setup);
  EXPECT_LE(seen.lines().size(), 10001u);
}

TEST(Hostile, ZerosAreNotSearchedAgainAndAgain) {
  const auto seen = Decode(
      LayoutOf("{ name = \"A\", type = \"struct\", struct = \"q\", count = 1000000, stride = 1 }",
               "[struct.q]\nfields = [{ name = \"R\", type = \"records\", struct = \"r\", while = "
               "\"X / X\" "
               "}]\n[struct.r]\nfields = [{ name = \"X\", size = 1 }]\n"),
      std::vector<std::byte>(4000000), FewSteps());
  EXPECT_GT(seen.damage, 0u);
}

TEST(Hostile, PairsAndChunksCount) {
  DecodeSetup setup;
  setup.options.limits.steps = 1000;
  const std::vector<std::byte> bytes(100000, std::byte{1});
  const std::string record = "[struct.p]\nfields = [{ name = \"A\", size = 1 }]\n";
  EXPECT_GT(
      Decode(LayoutOf("{ name = \"P\", type = \"pairs\", record = \"p\", address = \"A\", value = "
                      "\"A\", struct = \"p\", count = 1000, stride = 1 }",
                      record),
             bytes, setup)
          .damage,
      0u);
  EXPECT_GT(Decode(LayoutOf("{ name = \"S\", type = \"stream\", chunk = \"p\", data_size = \"A\" }",
                            record),
                   bytes, setup)
                .damage,
            0u);
}

TEST(Hostile, WindowsWithoutAnEndStop) {
  const LayoutSet layouts = LayoutsOf({LayoutOf(
      "{ name = \"R\", type = \"records\", struct = \"s\" }, { name = \"T\", type = \"text\" }",
      "[struct.s]\nfields = [{ name = \"X\" }]\n")});
  TestSource source(Bytes("01000000"));
  source.HideSize();
  DecodeSetup setup;
  setup.options.limits.records = 100;
  const auto seen = Decode(layouts, source, setup);
  EXPECT_EQ(seen.at("R[0].X").value, 1u);
  EXPECT_EQ(seen.at("R[1].X").state, FieldState::kMissing);
}

TEST(Hostile, NothingIsReadBehindTheWindow) {
  const LayoutSet layouts =
      LayoutsOf({LayoutOf("{ name = \"A\", size = 8, count = 100 }, { name = \"B\", type = "
                          "\"bytes\", size = 100000 }, { name = "
                          "\"R\", at = 0, type = \"records\", struct = \"s\", overlay = true }",
                          "[struct.s]\nsize = \"X\"\nfields = [{ name = \"X\", size = 1 }, { name "
                          "= \"T\", type = \"text\", size "
                          "= 200 }]\n")});
  TestSource source(Bytes("20 01 02 03 04 05 06 07 08 09 10"));
  Decode(layouts, source);
  EXPECT_LE(source.furthest, 32u * 1024) << "the cache asks for a block";
}

// Random bytes under a layout that has everything: the checks of SeenDump hold, and what a
// hole or the end takes away leaves the rest as it was.
const LayoutSet& Everything() {
  static const LayoutSet set = LayoutsOf({LayoutOf(
      "{ name = \"N\", size = 1 }, { name = \"A\", size = 2, count = \"N & 3\", bits = { X = "
      "\"3:0\", Y = { "
      "at = 9, bad = \"info\" } } },\n"
      "{ name = \"T\", type = \"text\", size = \"N & 7\" }, { name = \"M\", type = \"mac\", when = "
      "\"N & 8\" "
      "},\n"
      "{ name = \"S\", type = \"struct\", switch = \"N & 1\", cases = { 0 = \"tlv\", 1 = \"all\" } "
      "},\n"
      "{ name = \"C\", type = \"chain\", struct = \"link\", first = \"N\", next = \"NEXT\", key = "
      "\"ID\" },\n"
      "{ name = \"R\", at = 8, type = \"records\", struct = \"tlv\", key = \"K\", size = 24, "
      "overlay = true "
      "},\n"
      "{ name = \"Z\", overlay = true, type = \"stream\", codec = \"deflate\", size = 12, struct = "
      "\"tlv\" },\n"
      "{ name = \"P\", at = 1, type = \"pairs\", record = \"link\", address = \"ID\", value = "
      "\"NEXT\", size "
      "= 20, struct = \"tlv\", overlay = true },\n"
      "{ name = \"Q\", at = 3, type = \"sparse\", ranges = [[1, 2], [8, 9]], struct = \"tlv\", "
      "overlay = "
      "true },\n"
      "{ name = \"D\", at = 2, type = \"stream\", chunk = \"link\", data_size = \"ID\", length = "
      "\"NEXT\", "
      "size = 30, overlay = true },\n"
      "{ name = \"G\", type = \"guid\", overlay = true }",
      "[struct.tlv]\nsize = \"L\"\nfields = [{ name = \"K\", size = 1 }, { name = \"L\", size = 1 "
      "}, { name "
      "= \"V\", type = \"bytes\" }]\n[struct.link]\nfields = [{ name = \"ID\", size = 1 }, { name "
      "= \"NEXT\", "
      "size = 1 }]\n[[struct.all.findings]]\nseverity = \"info\"\nwhen = \"N > 3\"\ntext = "
      "\"{T}\"\n")});
  return set;
}

RC_GTEST_PROP(Hostile, AnyBytesAreDecodedToTheirEnd, ()) {
  const auto raw = *rc::gen::container<std::vector<uint8_t>>(rc::gen::arbitrary<uint8_t>());
  const auto hole =
      *rc::gen::pair(rc::gen::inRange<uint64_t>(0, 64), rc::gen::inRange<uint64_t>(0, 16));
  std::vector<std::byte> bytes;
  for (const uint8_t byte : raw) bytes.push_back(std::byte{byte});
  TestSource source(bytes);
  DecodeSetup setup;
  setup.options.limits.fields = 20000;
  setup.options.limits.steps = 200000;
  setup.holes = {{{hole.first, hole.second}, "x"}};
  const auto seen = Decode(Everything(), source, setup);
  RC_ASSERT(!testing::Test::HasFailure());
  RC_ASSERT(!seen.lines().empty());
}

}  // namespace
}  // namespace vmcoredd
