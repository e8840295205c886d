// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/readers/layout-import/support.h"

namespace vmcoredd::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

std::string Register(const std::string& name,
                     const std::string& offset,
                     const std::string& more = "") {
  return "<register><name>" + name + "</name><addressOffset>" + offset + "</addressOffset>" + more +
         "</register>";
}

Result<ImportedLayout> Import(const std::string& text, const LayoutImportOptions& options = {}) {
  return ImportLayout(text, options);
}

TEST(Svd, ValuesAreThoseOfTheRegisters) {
  const auto layout = Imported(SvdOf(
      Register(
          "A", "0",
          "<size>16</size><fields><field><name>F</name><lsb>4</lsb><msb>7</msb></field></fields>") +
      Register("B", "4")));
  EXPECT_THAT(LeftOut(layout), IsEmpty());
  EXPECT_THAT(Values(layout, {0x34, 0x12, 0, 0, 1, 2, 3, 4}),
              UnorderedElementsAre(Pair("A", 0x1234), Pair("A.F", 3), Pair("B", 0x04030201)));
}

TEST(Svd, BigEndianDevices) {
  std::string text = SvdOf(Register("A", "0"));
  text.insert(text.find("<peripherals>"), "<cpu><endian>big</endian></cpu>");
  EXPECT_THAT(Values(Imported(text), {1, 2, 3, 4}), ElementsAre(Pair("A", 0x01020304)));
  text.replace(text.find("big"), 3, "odd");
  EXPECT_THAT(LeftOut(Imported(text)), ElementsAre("1: byte order odd: taken as little"));
}

TEST(Svd, OneOfSeveralPeripherals) {
  const std::string text =
      SvdDevice("<peripheral><name>P</name><baseAddress>0x1000</baseAddress><registers>" +
                Register("A", "0") +
                "</registers></peripheral><peripheral derivedFrom=\"P\"><name>Q</name>"
                "<baseAddress>0x1010</baseAddress></peripheral>");
  EXPECT_THAT(Imported(text).toml, HasSubstr("at = 0x10, name = \"Q\""));
  LayoutImportOptions options;
  options.peripherals = {"Q"};
  EXPECT_THAT(Values(Imported(text, options), {9, 0, 0, 0}), ElementsAre(Pair("A", 9)));
  options.base = 0x100c;
  EXPECT_THAT(Imported(text, options).toml, HasSubstr("at = 0x4, name = \"Q\""));
  options.base = 0x2000;
  EXPECT_EQ(Import(text, options).error().code(), ErrorCode::kCorrupt);
  options.peripherals = {"R"};
  EXPECT_EQ(Import(text, options).error().code(), ErrorCode::kNotFound);
}

TEST(Svd, WhatCannotBeDerivedIsSaid) {
  const auto layout = Imported(SvdOf(Register("A", "0") +
                                     "<register derivedFrom=\"NONE\"><name>B</name><addressOffset>4"
                                     "</addressOffset></register>"));
  EXPECT_THAT(LeftOut(layout),
              ElementsAre("1: B: derived from NONE, which is not there: without it"));
}

// As in files of Renesas: the array is P10%s, and others are derived from P103.
TEST(Svd, DerivedFromAnElementOfAnArray) {
  const auto layout = Imported(SvdOf(
      "<register><dim>4</dim><dimIncrement>4</dimIncrement><dimIndex>2-5</dimIndex><name>P10%s</"
      "name>"
      "<addressOffset>0</addressOffset><fields><field><name>F</name><lsb>4</lsb><msb>7</msb></"
      "field>"
      "</fields></register>"
      "<register derivedFrom=\"P103\"><name>Q</name><addressOffset>16</addressOffset></register>"
      "<register derivedFrom=\"P106\"><name>R</name><addressOffset>20</addressOffset></register>"));
  EXPECT_THAT(LeftOut(layout),
              ElementsAre("1: R: derived from P106, which is not there: without it"));
  std::vector<uint8_t> bytes(24);
  bytes[16] = 0x30;
  EXPECT_THAT(Values(layout, bytes), Contains(Pair("Q.F", 3)));
}

TEST(Svd, DerivationsInACircleEnd) {
  const auto layout = Imported(
      SvdOf("<register derivedFrom=\"B\"><name>A</name><addressOffset>0</addressOffset></register>"
            "<register derivedFrom=\"A\"><name>B</name><addressOffset>4</addressOffset></register>"
            "<cluster derivedFrom=\"C\"><name>C</name><addressOffset>8</addressOffset>" +
            Register("D", "0") +
            "<cluster derivedFrom=\"C\"><name>E</name><addressOffset>8</addressOffset></cluster>"
            "</cluster>"));
  EXPECT_GE(layout.left_out, 2u);
}

TEST(Svd, DerivationsThatMultiplyEnd) {
  // Each cluster holds the one before it twice: 2^24 registers.
  std::string clusters = "<cluster><name>C0</name><addressOffset>0</addressOffset>" +
                         Register("R", "0") + "</cluster>";
  for (int i = 1; i < 24; ++i) {
    const std::string before = "derivedFrom=\"C" + std::to_string(i - 1) + "\"";
    clusters += "<cluster><name>C" + std::to_string(i) +
                "</name><addressOffset>0</addressOffset>"
                "<cluster " +
                before +
                "><name>A</name><addressOffset>0</addressOffset></cluster>"
                "<cluster " +
                before +
                "><name>B</name><addressOffset>0</addressOffset></cluster>"
                "</cluster>";
  }
  const auto layout = Import(SvdOf(clusters));
  if (layout) {
    EXPECT_GE(layout->left_out, 1u);  // nested too deep
  } else {
    EXPECT_EQ(layout.error().code(), ErrorCode::kLimitExceeded);
  }
}

TEST(Svd, ArraysAreLimited) {
  EXPECT_THAT(LeftOut(Imported(SvdOf(
                  Register("A%s", "0", "<dim>4000000000</dim><dimIncrement>4</dimIncrement>")))),
              ElementsAre(HasSubstr("an array of 4000000000")));
  std::string many;
  for (int i = 0; i < 10; ++i) {
    many += Register("A" + std::to_string(i) + "_%s", "0",
                     "<dim>60000</dim><dimIncrement>4</dimIncrement>");
  }
  EXPECT_EQ(Import(SvdOf(many)).error().code(), ErrorCode::kLimitExceeded);
}

TEST(Svd, ElementsMayLieOverEachOther) {
  const auto layout =
      Imported(SvdOf(Register("A[%s]", "0", "<dim>3</dim><dimIncrement>2</dimIncrement>")));
  EXPECT_EQ(Values(layout, {1, 0, 2, 0, 3, 0, 4, 0}).at("A[1]"), 0x30002u);
}

TEST(Svd, SaysWhatItLeavesOut) {
  const auto layout = Imported(SvdOf(
      Register("A", "0",
               "<disableCondition>x</disableCondition><access>never</access>"
               "<readAction>explode</readAction><fields>"
               "<field><name>OUT</name><bitOffset>30</bitOffset><bitWidth>4</bitWidth></field>"
               "<field><name>NO</name></field>"
               "<field><name>E</name><bitOffset>0</bitOffset><bitWidth>2</bitWidth>"
               "<enumeratedValues><enumeratedValue><name>a</name><value>1</value>"
               "</enumeratedValue><enumeratedValue><name>b</name><value>1</value>"
               "</enumeratedValue><enumeratedValue><name>c</name><value>?</value>"
               "</enumeratedValue><enumeratedValue><name>d</name><value>4</value>"
               "</enumeratedValue></enumeratedValues></field></fields>") +
      Register("B", "nowhere") + Register("C", "0x10", "<size>0</size>") + "<extra/>"));
  EXPECT_THAT(
      LeftOut(layout),
      UnorderedElementsAre(
          HasSubstr("A: disableCondition: left out"), HasSubstr("A: access never: left out"),
          HasSubstr("A: readAction explode: left out"),
          HasSubstr("OUT: bits 30 on, 4 of them, of a register of 32"),
          HasSubstr("NO: no bits that are numbers"), HasSubstr("E: a second meaning of 0x1"),
          HasSubstr("E: a meaning of 0x4, which 2 bits cannot have"), HasSubstr("a value ? of c"),
          HasSubstr("B: expected an addressOffset, found nowhere"), HasSubstr("C: size 0")));
}

TEST(Svd, OtherFilesAreRefused) {
  EXPECT_EQ(Import("<html></html>").error().code(), ErrorCode::kNotRecognised);
  const auto cut = Import(SvdOf(Register("A", "0")).substr(0, 100) + "\n\n<");
  EXPECT_EQ(cut.error().code(), ErrorCode::kCorrupt);
  EXPECT_THAT(cut.error().message(), HasSubstr("line "));
  EXPECT_EQ(Import(SvdDevice("")).error().code(), ErrorCode::kCorrupt);
}

// Espressif's files say 32, and count bytes.
TEST(Svd, OffsetsAreBytes) {
  std::string text = SvdOf(Register("A", "0") + Register("B", "4"));
  text.insert(text.find("<peripherals>"), "<addressUnitBits>32</addressUnitBits>");
  const auto layout = Imported(text);
  EXPECT_THAT(LeftOut(layout), ElementsAre("1: addressUnitBits 32: offsets are taken as bytes"));
  EXPECT_THAT(Values(layout, {0, 0, 0, 0, 1, 0, 0, 0}),
              UnorderedElementsAre(Pair("A", 0), Pair("B", 1)));
}

TEST(Svd, EntitiesOfTheFileAreNotExpanded) {
  std::string text =
      "<!DOCTYPE d [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">"
      "<!ENTITY f SYSTEM \"file:///etc/passwd\">]>" +
      SvdOf(Register("A", "0", "<description>&b;&f;&amp;</description>"));
  const auto layout = Imported(text);
  EXPECT_THAT(layout.toml, HasSubstr("text = \"&b;&f;&\""));
  EXPECT_THAT(layout.toml, Not(HasSubstr("root:")));
}

TEST(Svd, DeepAndWideXmlIsRefused) {
  std::string deep = "<device>";
  for (int i = 0; i < 300'000; ++i) deep += "<a>";
  EXPECT_FALSE(Import(deep));
  std::string nested;
  for (int i = 0; i < 40; ++i) nested += "<cluster><name>C</name><addressOffset>0</addressOffset>";
  nested += Register("A", "0");
  for (int i = 0; i < 40; ++i) nested += "</cluster>";
  const auto layout = Imported(SvdOf(Register("B", "4") + nested));
  EXPECT_THAT(LeftOut(layout), Contains(HasSubstr("nested deeper than 16")));
  std::string wide(3'100'000, '<');
  EXPECT_EQ(Import(wide).error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace vmcoredd::test
