// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/readers/layout-import/support.h"

namespace vmcoredd::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr const char* kHeader = "name;offset;size;description;bitfield\n";

std::string Csv(const std::string& lines) { return kHeader + lines; }

Result<ImportedLayout> Import(const std::string& text) {
  LayoutImportOptions options;
  options.language = RegisterLanguage::kCrashlogCsv;
  return ImportLayout(text, options);
}

TEST(CrashlogCsv, ValuesAreThoseOfTheBits) {
  const auto layout =
      Imported(Csv("r;0;96;;0\n"
                   "r.id;0;16;;0\n"
                   ".low;0;4;;1\n"
                   "..high;4;12;;1\n"
                   "...unaligned;20;13;;0\n"
                   "..byte;40;8;;0\n"
                   "..last;64;32;;0\n"));
  EXPECT_THAT(LeftOut(layout), IsEmpty());
  EXPECT_THAT(Values(layout, {0x34, 0x12, 0xf0, 0xff, 0xab, 0x77, 0, 0, 1, 2, 3, 4}),
              UnorderedElementsAre(Pair("id", 0x1234), Pair("id.low", 4), Pair("id.high", 0x123),
                                   Pair("unaligned", 0xabfff0), Pair("unaligned.VALUE", 0x1fff),
                                   Pair("byte", 0x77), Pair("last", 0x04030201)));
}

TEST(CrashlogCsv, EqualBlocksAreOneStructure) {
  const auto layout =
      Imported(Csv("m;0;256;;0\n"
                   "m.core0.bank0.status;0;32;;0\nm.core0.bank0.addr;32;32;;0\n"
                   "m.core1.bank0.status;64;32;;0\nm.core1.bank0.addr;96;32;;0\n"));
  EXPECT_EQ(layout.structures, 3u);
  EXPECT_THAT(layout.toml, HasSubstr("[struct.bank]"));
}

TEST(CrashlogCsv, BlocksMayLieInterleaved) {
  const auto layout =
      Imported(Csv("m;0;128;;0\nm.a.x;0;32;;0\nm.b.x;32;32;;0\nm.a.y;64;32;;0\nm.b.y;96;32;;0\n"));
  EXPECT_THAT(Values(layout, {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0}),
              UnorderedElementsAre(Pair("a.x", 1), Pair("b.x", 2), Pair("a.y", 3), Pair("b.y", 4)));
}

TEST(CrashlogCsv, SaysWhatItLeavesOut) {
  const auto layout =
      Imported(Csv("r;0;1024;;0\n"
                   "r.good;0;32;;0\n"
                   "r.nothing;32;0;;0\n"
                   "r.text;x;32;;0\n"
                   "r.short\n"
                   "r.wide;33;64;;0\n"
                   "r.ragged;64;65;;0\n"
                   "r.good;64;32;;0\n"
                   ".......up;0;8;;0\n"
                   "r.flag;64;8;;2\n"
                   ";64;8;;0\n"
                   "r.more;128;32;one; two;0\n"));
  EXPECT_THAT(
      LeftOut(layout),
      UnorderedElementsAre(
          HasSubstr("4: r.nothing: expected a place in bits, found 32 and 0"),
          HasSubstr("5: r.text: expected a place in bits, found x and 32"),
          HasSubstr("6: r.short: expected a place in bits"),
          HasSubstr("7: wide: 64 bits from bit 33 on, more than 8 bytes"),
          HasSubstr("8: ragged: 65 bits from bit 64 on"),
          HasSubstr("9: r.good: it is also on line 3"), HasSubstr("10: .......up: no such path"),
          HasSubstr("11: r.flag: bitfield: expected 0 or 1, found 2"), HasSubstr("12: : no name"),
          HasSubstr("13: r.more: what is behind column 5"),
          HasSubstr("13: r.more: bitfield: expected 0 or 1")));
  EXPECT_EQ(layout.left_out, 11u);
}

TEST(CrashlogCsv, IsRefusedWithoutItsColumns) {
  EXPECT_EQ(Import("a;b;c\n1;2;3\n").error().code(), ErrorCode::kNotRecognised);
  EXPECT_EQ(Import("").error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(Import(kHeader).error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(Import(Csv("r;x;y;;0\n")).error().code(), ErrorCode::kCorrupt);
}

TEST(CrashlogCsv, DepthIsLimited) {
  std::string name = "r";
  for (int i = 0; i < 20; ++i) name += ".x";
  const auto layout = Imported(Csv("r.a;0;32;;0\n" + name + ";32;32;;0\n"));
  EXPECT_THAT(LeftOut(layout), ElementsAre(HasSubstr("no such path")));
}

TEST(CrashlogCsv, NumberOfLinesIsLimited) {
  std::string text = kHeader;
  for (int i = 0; i < 200'001; ++i) text += "r.f" + std::to_string(i) + ";0;8;;0\n";
  EXPECT_EQ(Import(text).error().code(), ErrorCode::kLimitExceeded);
}

TEST(CrashlogCsv, FieldsOfABlockAreLimited) {
  std::string text = kHeader;
  for (int i = 0; i < 5000; ++i) {
    text += "r.f" + std::to_string(i) + ';' + std::to_string(i * 8) + ";8;;0\n";
  }
  const auto layout = Imported(text);
  EXPECT_EQ(layout.left_out, 5000u - 4096u);
  EXPECT_EQ(layout.fields, 4096u);
}

TEST(CrashlogCsv, NamesAndTextsCannotLeaveTheirPlace) {
  const auto layout =
      Imported(Csv("r\"\n[[match]]\nr.a\" } ]\t;0;32;\"\\ \x1b[31m \xff\xc2\x9b;0\n"
                   "r.a\" } ]\n;32;32;;0\n"));
  EXPECT_THAT(layout.toml, Not(HasSubstr("\n[[match]]")));
  EXPECT_THAT(layout.toml, HasSubstr("\\u001b"));
  EXPECT_THAT(layout.toml, HasSubstr("\\\\xff\\u009b"));
}

}  // namespace
}  // namespace vmcoredd::test
