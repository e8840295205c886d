// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "readers/decode/byte_window.h"
#include "readers/report/decode_json.h"
#include "readers/report/decode_text.h"
#include "readers/report/field_collector.h"
#include "tests/unit/readers/decode/support.h"

// What becomes of what decoding gives: text, JSON, records.

namespace vmcoredd {
namespace {

template <typename Sink>
void DecodeInto(Sink& sink,
                const std::string& text,
                const std::vector<std::byte>& bytes,
                std::vector<Hole> holes = {}) {
  const LayoutSet layouts = LayoutsOf({text});
  for (const std::string& problem : ProblemsOf(layouts)) ADD_FAILURE() << problem;
  TestSource source(bytes);
  ByteWindow window(source, "", std::move(holes));
  const DecodeOptions options;
  if (const Layout* const layout = layouts.Find("test")) {
    DecodeByLayout(*layout, window, options, sink);
  }
}

std::string TextOf(const std::string& layout,
                   const std::vector<std::byte>& bytes,
                   DecodeTextOptions options = {},
                   std::vector<Hole> holes = {}) {
  std::string out;
  DecodeTextSink sink([&out](std::string_view text) { out += text; }, options);
  DecodeInto(sink, layout, bytes, std::move(holes));
  sink.Finish();
  return out;
}

TEST(DecodeText, FoldsEqualNeighboursOfAnArray) {
  const std::string layout =
      LayoutOf("{ name = \"A\", size = 1, count = 6 }, { name = \"B\", size = 1 }");
  EXPECT_EQ(TextOf(layout, Bytes("07 07 07 08 09 09 09")),
            "  0x000000  A[0..2]                0x07\n"
            "  0x000003  A[3]                   0x08\n"
            "  0x000004  A[4..5]                0x09\n"
            "  0x000006  B                      0x09\n");
}

TEST(DecodeText, BitsThatSayNothingAreLeftOut) {
  const std::string layout = LayoutOf(
      "{ name = \"R\", size = 1, bits = { ON = { at = 0, text = \"works\" }, OFF = 1, MODE = { at "
      "= \"3:2\", "
      "enum = { 0 = \"idle\" } }, WIDE = \"7:4\" } }");
  const std::string some = TextOf(layout, Bytes("51"));
  EXPECT_EQ(some,
            "  0x000000  R                      0x51\n"
            "                  0  ON                     1  -- works\n"
            "                3:2  MODE                   0  idle\n"
            "                7:4  WIDE                   0x5\n");
  EXPECT_NE(TextOf(layout, Bytes("51"), {true, false}).find("OFF"), std::string::npos);
}

TEST(DecodeText, WhatWasNotReadIsCountedOrShown) {
  const std::string layout = LayoutOf(
      "{ name = \"A\", size = 1 }, { name = \"B\", size = 1 }, { name = \"C\", size = 4 }, { name "
      "= \"T\", type "
      "= \"text\", size = 4, at = 1, overlay = true }");
  const std::vector<Hole> holes = {{{1, 1}, "bus error"}};
  EXPECT_EQ(TextOf(layout, Bytes("01 02 03"), {}, holes),
            "  0x000000  A                      0x01\n"
            "  2 fields left out: the data ends before them\n  1 field left out: bus error\n");
  const std::string all = TextOf(layout, Bytes("01 02 03"), {true, false}, holes);
  EXPECT_NE(all.find("B                      not read: bus error"), std::string::npos) << all;
  EXPECT_NE(all.find("C                      missing: the data ends before it"), std::string::npos)
      << all;
}

TEST(DecodeText, OfWhatIsCutTheBeginningIsShown) {
  const std::string layout = LayoutOf(
      "{ name = \"B\", type = \"bytes\", size = 100, overlay = true }, { name = \"T\", type = "
      "\"text\", size = 8, at = 0 }");
  EXPECT_EQ(TextOf(layout, Bytes("61 62 63")),
            "  0x000000  B                      cut: 3 of its 100 bytes are there: 61 62 63\n"
            "  0x000000  T                      cut: 3 of its 8 bytes are there: \"abc\"\n");
  EXPECT_EQ(TextOf(LayoutOf("{ name = \"B\", type = \"bytes\", size = 1000 }"),
                   std::vector<std::byte>(500)),
            "  0x000000  B                      cut: not all of its 1000 bytes are there: 00 00 00 "
            "00 00 00 00 00 00 00 00 00 00 00 00 00 ...\n");
}

TEST(DecodeText, ANumberWithItsUnitIsSaidOnce) {
  const std::string layout = LayoutOf(
      "{ name = \"D\", size = 2, format = \"dec\", unit = \"bytes\", bad = \"info\" }, { name = "
      "\"H\", size = 2, unit = \"bytes\" }, { name = \"V\", size = 2, format = \"dec\", value = "
      "\"$raw * 2\", unit = \"ms\" }");
  EXPECT_EQ(TextOf(layout, Bytes("0010 0010 0010")),
            "  0x000000  D                      4096 bytes\n"
            "  0x000002  H                      0x1000  4096 bytes\n"
            "  0x000004  V                      4096  8192 ms\n"
            "  info: D\n    D at 0x0 = 4096 bytes\n");
}

TEST(DecodeText, NothingOfADumpOrALayoutReachesATerminal) {
  const std::string layout = LayoutHead() +
                             "root = \"all\"\n[struct.all]\ntext = \"x\\u001b[2J\"\nfields = [{ "
                             "name = \"R\", type = \"records\", struct "
                             "= \"r\", key = \"K\" }]\n[struct.r]\ntext = \"\\u009b\"\nfields = [{ "
                             "name = \"K\", type = \"text\", size = 4, "
                             "text = \"\\u0007\" }, { name = \"E\", size = 1, unit = \"\\u0008\", "
                             "bad = { severity = \"error\", text = "
                             "\"{K}\\r\", next = \"\\u001b\" } }]\n";
  for (const DecodeTextOptions options :
       {DecodeTextOptions{}, DecodeTextOptions{true, false}, DecodeTextOptions{false, true}}) {
    const std::string text = TextOf(layout, Bytes("1b5b4b6d 07 1b5b4b6d 07"), options);
    EXPECT_FALSE(text.empty());
    for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << text;
  }
}

TEST(DecodeText, PutsTheWorstFindingFirst) {
  const std::string layout = LayoutOf(
      "{ name = \"A\", size = 1, bad = \"info\" }, { name = \"B\", size = 1, bad = { severity = "
      "\"fatal\", text = "
      "\"gone\", next = \"wait\" } }");
  EXPECT_EQ(TextOf(layout, Bytes("0101"), {false, true}),
            "fatal: B: gone\n    B at 0x1 = 0x01\n    next: wait\ninfo: A\n    A at 0x0 = 0x01\n");
}

TEST(DecodeJson, SaysNothingThatIsNotThere) {
  std::string out;
  JsonStream json([&out](std::string_view text) { out += text; }, false);
  json.BeginObject();
  DecodeJsonSink sink(json);
  DecodeInto(
      sink,
      LayoutOf("{ name = \"A\", size = 1, bits = { X = 0 } }, { name = \"B\", size = 1 }, { name = "
               "\"M\", type = \"mac\", privacy = \"mac\" }, { name = \"I\", type = \"int\", size = "
               "1, at = "
               "0, overlay = true }"),
      Bytes("81 02"), {{{1, 1}, "x"}});
  sink.Finish();
  json.EndObject();
  EXPECT_TRUE(json.is_whole());
  EXPECT_EQ(sink.damage_count(), 1u);
  EXPECT_EQ(
      out,
      "{\"fields\":[{\"path\":\"A\",\"offset\":\"0\",\"size\":\"1\",\"value\":\"0x81\"},"
      "{\"path\":\"A.X\",\"offset\":\"0\",\"size\":\"1\",\"bit\":0,\"bits\":1,\"value\":\"0x1\"},"
      "{\"path\":\"B\",\"offset\":\"1\",\"size\":\"1\",\"state\":\"hole\",\"reason\":\"x\"},"
      "{\"path\":\"M\",\"offset\":\"2\",\"size\":\"6\",\"type\":\"mac\",\"state\":\"missing\","
      "\"privacy\":\"mac\"},"
      "{\"path\":\"I\",\"offset\":\"0\",\"size\":\"1\",\"value\":\"0x81\",\"meaning\":\"-127\"}],"
      "\"remarks\":[],\"findings\":[]}");
}

TEST(FieldCollector, KeepsSoMuchAndCountsTheRest) {
  FieldCollector all;
  const std::string layout = LayoutOf(
      "{ name = \"A\", size = 1, bits = { X = 0 } }, { name = \"B\", size = 1, at = "
      "4 }, { name = \"L\", type = \"bytes\", at = 5 }");
  DecodeInto(all, layout, std::vector<std::byte>(400));
  ASSERT_EQ(all.fields.size(), 4u);
  EXPECT_TRUE(all.fields[0].has_bits);
  EXPECT_EQ(all.left_out, 0u);
  ASSERT_EQ(all.covered.size(), 2u) << "long bytes are compared as bytes";
  EXPECT_EQ(all.covered[1].offset, 4u);
  FieldCollector few(2);
  DecodeInto(few, layout, std::vector<std::byte>(400));
  EXPECT_EQ(few.fields.size(), 2u);
  EXPECT_EQ(few.left_out, 2u);
}

TEST(FieldCollector, WhatWasReadInPartIsNotComparable) {
  FieldCollector collector;
  DecodeInto(collector, LayoutOf("{ name = \"T\", type = \"text\" }"), Bytes("[abcdef]"),
             {{{3, 1}, "x"}});
  ASSERT_EQ(collector.fields.size(), 1u);
  EXPECT_EQ(collector.fields[0].state, FieldState::kHole);
  EXPECT_EQ(collector.fields[0].shown, "\"abc\"  (not all read: x)");
}

}  // namespace
}  // namespace vmcoredd
