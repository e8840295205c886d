// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/readers/decode/support.h"

// Fields that hold no others: what is read, where, and what it means.

namespace vmcoredd {
namespace {

using Lines = std::vector<std::string>;

TEST(Fields, IntegersOfEveryWidthAndOrder) {
  for (size_t width = 1; width <= 8; ++width) {
    for (const char* const order : {"little", "big", "native"}) {
      for (const bool big_machine : {false, true}) {
        const std::string fields = "{ name = \"A\", at = 1, size = " + std::to_string(width) +
                                   ", order = \"" + order + "\" }";
        DecodeSetup setup;
        setup.options.native = big_machine ? std::endian::big : std::endian::little;
        const auto seen = Decode(LayoutOf(fields), Bytes("ff 01 02 03 04 05 06 07 88 ff"), setup);
        const bool is_big = order[0] == 'b' || (order[0] == 'n' && big_machine);
        uint64_t expected = 0;
        for (size_t i = 0; i < width; ++i) {
          const uint64_t byte = i == 7 ? 0x88 : i + 1;
          expected = is_big ? expected << 8 | byte : expected | byte << (8 * i);
        }
        EXPECT_EQ(seen.at("A").value, expected) << width << order << big_machine;
        EXPECT_EQ(seen.at("A").size, width);
      }
    }
  }
}

TEST(Fields, TheFileSaysTheOrderOfThoseThatDoNot) {
  const auto seen = Decode(LayoutHead() +
                               "order = \"big\"\nroot = \"all\"\n[struct.all]\nfields = "
                               "[{ name = \"A\", size = 2 }, { name = \"B\", size = 2, "
                               "order = \"little\" }]\n",
                           Bytes("01 02 01 02"));
  EXPECT_EQ(seen.lines(), (Lines{"A = 258", "B = 513"}));
}

TEST(Fields, SignedOnesHaveTheirSign) {
  const auto seen =
      Decode(LayoutOf("{ name = \"A\", type = \"int\", size = 1 }, { name = \"B\", type "
                      "= \"int\", size = 3 }, { name = \"C\", type = \"int\", size = 8 "
                      "}, { name = \"D\", type = \"int\", size = 1, enum = { 0xfe = "
                      "\"bad\" } }"),
             Bytes("85 ff ff 7f fe ff ff ff ff ff ff ff fe"));
  EXPECT_EQ(static_cast<int64_t>(seen.at("A").value), -123);
  EXPECT_EQ(seen.at("A").meaning, "-123");
  EXPECT_EQ(seen.at("B").value, 0x7fffffu);
  EXPECT_EQ(seen.at("C").meaning, "-2");
  EXPECT_EQ(seen.at("D").meaning, "bad") << "enumerations know what is in the dump";
}

TEST(Fields, BitsComeFromTheLowestUp) {
  const auto seen =
      Decode(LayoutOf("{ name = \"A\", bits = { TOP = \"31:28\", LOW = 0, MID = "
                      "\"15:8\" } }, { name = \"W\", size = 8, bits = { ALL = \"63:0\" "
                      "} }"),
             Bytes("01 5a 00 90 ff ff ff ff ff ff ff 7f"));
  EXPECT_EQ(seen.lines(), (Lines{"A = 2415942145", "A.LOW = 1", "A.MID = 90", "A.TOP = 9",
                                 "W = 9223372036854775807", "W.ALL = 9223372036854775807"}));
  EXPECT_EQ(seen.at("A.MID").bit_low, 8);
  EXPECT_EQ(seen.at("A.MID").bit_width, 8);
  EXPECT_EQ(seen.at("A.MID").offset, 0u);
}

TEST(Fields, NumbersMeanWhatTheLayoutSays) {
  const auto meaning = [](const std::string& how, std::string_view bytes) {
    return Decode(LayoutOf("{ name = \"A\", " + how + " }"), Bytes(bytes)).at("A").meaning;
  };
  EXPECT_EQ(meaning("enum = { 1 = \"one\", \"2..9\" = \"few\", default = \"many\" }", "01000000"),
            "one");
  EXPECT_EQ(meaning("enum = { 1 = \"one\", \"2..9\" = \"few\", default = \"many\" }", "09000000"),
            "few");
  EXPECT_EQ(meaning("enum = { 1 = \"one\", \"2..9\" = \"few\", default = \"many\" }", "00000000"),
            "many");
  EXPECT_EQ(meaning("enum = { 1 = \"one\" }", "02000000"), "");
  EXPECT_EQ(meaning("value = \"($raw + 1) * 500\", unit = \"ms\"", "03000000"), "2000 ms");
  EXPECT_EQ(meaning("value = \"$raw - 1\", unit = \"ms\"", "00000000"), "") << "unknown";
  EXPECT_EQ(meaning("unit = \"bytes\"", "10000000"), "16 bytes");
  EXPECT_EQ(meaning("value = \"$raw << 4\"", "10000000"), "0x100");
  EXPECT_EQ(meaning("format = \"dec\"", "10000000"), "");
  EXPECT_EQ(meaning("format = \"ipv4\"", "0102a8c0"), "192.168.2.1");
  EXPECT_EQ(meaning("format = \"version\"", "03020500"), "5.2.3");
  EXPECT_EQ(meaning("format = \"time\"", "00000000"), "1970-01-01T00:00:00Z");
  EXPECT_EQ(meaning("format = \"time\", size = 8", "ffffffffffffffff"), "18446744073709551615");
  EXPECT_EQ(meaning("size = 1", "10"), "");
}

TEST(Fields, AFieldMeansWhatOthersSay) {
  const auto seen =
      Decode(LayoutOf("{ name = \"UNIT\", size = 1 }, { name = \"A\", size = 1, value "
                      "= \"$raw * UNIT\", unit = \"us\" }"),
             Bytes("0a 07"));
  EXPECT_EQ(seen.at("A").meaning, "70 us");
}

TEST(Fields, TextsBytesAndAddresses) {
  const auto seen = Decode(
      LayoutOf("{ name = \"T\", type = \"text\", size = 6 }, { name = \"M\", type = \"mac\" }, { "
               "name = \"G\", type = \"guid\" }, { name = \"B\", type = \"bytes\" }"),
      Bytes("[abc] 00 [x] 00 02aabbccddee 00112233445566778899aabbccddeeff 0102030405"));
  EXPECT_EQ(seen.at("T").meaning, "abc");
  EXPECT_EQ(seen.at("T").bytes, Bytes("[abc] 00 [x] 00"));
  EXPECT_EQ(seen.at("M").meaning, "02:aa:bb:cc:dd:ee");
  EXPECT_EQ(seen.at("G").meaning, "33221100-5544-7766-8899-aabbccddeeff");
  EXPECT_EQ(seen.at("B").size, 5u) << "all that is left";
  EXPECT_EQ(seen.at("B").meaning, "");
}

TEST(Fields, LongOnesAreGivenInPart) {
  const std::vector<std::byte> bytes(100000, std::byte{'x'});
  const auto as_bytes = Decode(LayoutOf("{ name = \"B\", type = \"bytes\" }"), bytes);
  EXPECT_EQ(as_bytes.at("B").size, 100000u);
  EXPECT_EQ(as_bytes.at("B").bytes.size(), kMaxFieldBytes);
  const auto as_text = Decode(LayoutOf("{ name = \"T\", type = \"text\" }"), bytes);
  EXPECT_EQ(as_text.at("T").meaning.size(), 4096u);
  EXPECT_EQ(as_text.at("T").bytes.size(), kMaxFieldBytes);
}

TEST(Fields, FollowEachOtherUnlessTheySayWhere) {
  const auto seen = Decode(
      LayoutOf("{ name = \"A\", size = 1 }, { name = \"B\", at = 4, size = 1 }, { name = "
               "\"C\", size = 1 }, { name = \"D\", at = \"A + 1\", size = 1 }, { name = \"E\", "
               "size = 1 }"),
      Bytes("02 11 22 33 44 55"));
  EXPECT_EQ(seen.lines(), (Lines{"A = 2", "B = 68", "C = 85", "D = 51", "E = 68"}));
}

TEST(Fields, ArraysAndStrides) {
  const auto seen =
      Decode(LayoutOf("{ name = \"N\", size = 1 }, { name = \"A\", size = 1, count = "
                      "\"N\", stride = 2, enum = { 3 = \"three\" } }, { name = \"B\", "
                      "size = 1 }"),
             Bytes("02 01 02 03 04 05"));
  EXPECT_EQ(seen.lines(), (Lines{"N = 2", "A[0] = 1", "A[1] = 3 (three)", "B = 4"}));
  const auto value = Decode(
      LayoutOf("{ name = \"A\", size = 1, count = 3, value = \"$index * 10\" }"), Bytes("000000"));
  EXPECT_EQ(value.at("A[2]").meaning, "0x14");
}

TEST(Fields, ArraysEndWithTheData) {
  EXPECT_EQ(
      Decode(LayoutOf("{ name = \"A\", size = 2, count = 5 }"), Bytes("0100 0200 03")).lines(),
      (Lines{"A[0] = 1", "A[1] = 2", "A[2]: missing",
             "! A: elements 3 to 4 are missing: the data ends"}));
  DecodeSetup setup;
  setup.options.limits.records = 3;
  EXPECT_EQ(
      Decode(LayoutOf("{ name = \"A\", size = 1, count = 9 }"), Bytes("010203040506070809"), setup)
          .lines(),
      (Lines{"A[0] = 1", "A[1] = 2", "A[2] = 3",
             "! A: more than 3 elements: the rest is not decoded"}));
  const auto huge = Decode(LayoutOf("{ name = \"N\", size = 8 }, { name = \"A\", count = \"N\" }"),
                           Bytes("ffffffffffffffff 01000000"));
  EXPECT_EQ(huge.lines(),
            (Lines{"N = 18446744073709551615", "A[0] = 1",
                   "! A: elements 1 to 18446744073709551614 are missing: the data ends"}));
}

TEST(Fields, ElementsOfArraysAreKnownByIndex) {
  const std::string fields =
      "{ name = \"A\", size = 1, count = 3, stride = 2, bits = { HI = \"7:4\" } }, "
      "{ name = \"B\", at = 6, size = 1, when = \"A[2] == 0x35\" }, "
      "{ name = \"C\", at = 7, size = 1, when = \"A[1].HI == 2\" }";
  const auto seen = Decode(LayoutOf(fields), Bytes("10 00 21 00 35 00 aa bb"));
  EXPECT_TRUE(seen.has("B"));
  EXPECT_TRUE(seen.has("C"));
  // Of an array whose length the dump says, what is behind its end is not known.
  const auto cut = Decode(LayoutOf("{ name = \"N\", size = 1 }, { name = \"A\", size = 1, count = "
                                   "\"N\" }, { name = \"B\", size = 1, when = \"A[1] == 7\" }"),
                          Bytes("01 05 07"));
  EXPECT_EQ(cut.lines(), (Lines{"N = 1", "A[0] = 5",
                                "! B: left out: its condition depends on what is not known"}));
}

TEST(Fields, WhatDependsOnTheUnknownIsLeftOutAndSaid) {
  const auto seen = Decode(
      LayoutOf("{ name = \"N\", at = 90 }, { name = \"A\", at = 0, when = \"N\" }, { name = "
               "\"B\", at = \"N\" }, { name = \"C\", at = 0, count = \"N\" }, { name = \"D\", "
               "at = 0, type = \"bytes\", size = \"N\" }"),
      Bytes("01020304"));
  EXPECT_EQ(seen.lines(),
            (Lines{"N: missing", "! A: left out: its condition depends on what is not known",
                   "! B: left out: where it is depends on what is not known",
                   "! C: left out: how many there are depends on what is not known",
                   "! D: left out: its size depends on what is not known"}));
}

TEST(Fields, OffsetsInTheWindowAreNotThoseOfTheStructure) {
  const auto seen = Decode(
      LayoutOf(
          "{ name = \"S\", at = 2, type = \"struct\", struct = \"s\", size = 2 }",
          "[struct.s]\nfields = [{ name = \"A\", size = 1 }, { name = \"B\", from = \"window\", "
          "at = 0, size = 1 }, { name = \"T\", type = \"text\", from = \"window\", at = 4 }]\n"),
      Bytes("07 08 09 0a [xy]"));
  EXPECT_EQ(seen.lines(), (Lines{"S:", "S.A = 9", "S.B = 7", "S.T = xy"}));
}

TEST(Fields, UnreadableValuesAreNone) {
  const std::string head = LayoutHead() +
                           "unreadable = [0xffffffff, \"0xffffffffffffffff\"]\nroot = \"all\"\n"
                           "[struct.all]\nfields = [\n";
  const auto seen =
      Decode(head +
                 "{ name = \"A\", bits = { X = 0 } }, { name = \"B\", size = 2 }, { name = \"C\", "
                 "size = 8 }, { name = \"D\", unreadable = [] }, { name = \"E\", unreadable = "
                 "[0xbadacce5] }, { name = \"F\", size = 1, when = \"unreadable(A)\" }, { name = "
                 "\"G\", size = 1, when = \"unreadable(D)\" }]\n",
             Bytes("ffffffff ffff ffffffffffffffff ffffffff e5ccdaba 01"));
  EXPECT_EQ(seen.lines(), (Lines{"A: unreadable", "B = 65535", "C: unreadable", "D = 4294967295",
                                 "E: unreadable", "F = 1"}));
}

TEST(Fields, HolesAndTheEndAreSaidAtEveryByte) {
  const std::string layout = LayoutOf(
      "{ name = \"A\", size = 1 }, { name = \"B\", size = 2 }, { name = \"C\", size = 4, bits = { "
      "X "
      "= 0 } }, { name = \"D\", type = \"mac\" }, { name = \"T\", type = \"text\", size = 3 }");
  const auto bytes = Bytes("01 0302 07060504 0d0c0b0a0908 [abc]");
  const std::vector<std::pair<std::string, std::pair<size_t, size_t>>> places = {
      {"A", {0, 1}}, {"B", {1, 3}}, {"C", {3, 7}}, {"D", {7, 13}}, {"T", {13, 16}}};
  for (size_t at = 0; at < bytes.size(); ++at) {
    DecodeSetup setup;
    setup.holes = {{{at, 1}, "bus error"}};
    const auto holed = Decode(layout, bytes, setup);
    const auto cut =
        Decode(layout, {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at)});
    for (const auto& [name, place] : places) {
      const auto& [begin, end] = place;
      const bool is_in = at >= begin && at < end;
      // Of a text, what is in front of the hole is shown, with the reason.
      const bool is_part = name == "T" && at > begin;
      EXPECT_EQ(holed.at(name).state, is_in && !is_part ? FieldState::kHole : FieldState::kRead)
          << name << ' ' << at;
      EXPECT_EQ(holed.at(name).reason, is_in ? "bus error" : "") << name << ' ' << at;
      EXPECT_EQ(cut.at(name).state, at < end ? FieldState::kMissing : FieldState::kRead)
          << name << ' ' << at;
    }
    EXPECT_EQ(holed.has("C.X"), at < 3 || at >= 7);
    EXPECT_EQ(cut.has("C.X"), at >= 7);
  }
  DecodeSetup setup;
  setup.holes = {{{15, 1}, "bus error"}};
  EXPECT_EQ(Decode(layout, bytes, setup).at("T").meaning, "ab");
}

TEST(Fields, OfLongBytesWhatIsInFrontOfAHoleIsShown) {
  const std::vector<std::byte> bytes(1000, std::byte{7});
  DecodeSetup setup;
  setup.holes = {{{20, 10}, "x"}};
  const auto seen = Decode(LayoutOf("{ name = \"B\", type = \"bytes\" }"), bytes, setup);
  EXPECT_EQ(seen.at("B").bytes.size(), 20u);
  EXPECT_EQ(seen.at("B").reason, "x");
  setup.holes = {{{0, 1000}, ""}};
  const auto none = Decode(LayoutOf("{ name = \"B\", type = \"bytes\" }"), bytes, setup);
  EXPECT_EQ(none.at("B").state, FieldState::kHole);
  EXPECT_EQ(none.at("B").reason, "not read");
}

TEST(Fields, HaveUnreadableValuesOfTheirOwn) {
  // Of whatever size: it is said of this field.
  const auto seen = Decode(LayoutOf("{ name = \"A\", size = 2, unreadable = [0, 0xff] },"
                                    "{ name = \"B\", size = 2, unreadable = [0, 0xff] }"),
                           Bytes("0000 ff00"));
  EXPECT_EQ(seen.at("A").state, FieldState::kUnreadable);
  EXPECT_EQ(seen.at("B").state, FieldState::kUnreadable);
}

TEST(Fields, PlacesNearTheEndOfNumbersAreOutside) {
  // Not as numbers: those are a mistake of the layout.
  for (const char* const at : {"$offset + 0xffffffffffffffff", "$offset + 0xfffffffffffffff8",
                               "$offset + 0x8000000000000000"}) {
    const auto seen =
        Decode(LayoutOf("{ name = \"A\", at = \"" + std::string(at) +
                        "\", size = 8 }, { name = \"B\" }, { name = \"C\", type = \"bytes\", "
                        "overlay = true, size = "
                        "\"0xffffffffffffffff\", at = \"" +
                        at + "\" }, { name = \"D\", type = \"text\", at = \"" + at + "\" }"),
               Bytes("01 02 03 04 05 06 07 08"));
    EXPECT_EQ(seen.at("A").state, FieldState::kMissing);
    EXPECT_EQ(seen.at("B").state, FieldState::kMissing);
    EXPECT_EQ(seen.at("C").state, FieldState::kMissing);
    EXPECT_EQ(seen.at("D").state, FieldState::kMissing);
  }
}

}  // namespace
}  // namespace vmcoredd
