// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/layout-import/svd_numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vmcoredd::internal {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::Pair;

TEST(SvdNumber, HasThreeBasesAndScales) {
  EXPECT_EQ(ParseSvdNumber("42"), 42u);
  EXPECT_EQ(ParseSvdNumber(" +0x2A\n"), 42u);
  EXPECT_EQ(ParseSvdNumber("0X2a"), 42u);
  EXPECT_EQ(ParseSvdNumber("#101010"), 42u);
  EXPECT_EQ(ParseSvdNumber("0b101010"), 42u);
  EXPECT_EQ(ParseSvdNumber("4K"), 4096u);
  EXPECT_EQ(ParseSvdNumber("0x1m"), 1048576u);
  EXPECT_EQ(ParseSvdNumber("18446744073709551615"), ~uint64_t{0});
  for (const char* const wrong :
       {"", " ", "+", "-1", "0x", "#", "#2", "1.5", "18446744073709551616", "18446744073709551615k",
        "k", "0xg", "1 2"}) {
    EXPECT_EQ(ParseSvdNumber(wrong), std::nullopt) << wrong;
  }
}

TEST(SvdEnumValue, DoesNotCareWhereThereIsAnX) {
  EXPECT_THAT(ParseSvdEnumValue("5"), Optional(ElementsAre(Pair(5, 5))));
  EXPECT_THAT(ParseSvdEnumValue("#101"), Optional(ElementsAre(Pair(5, 5))));
  EXPECT_THAT(ParseSvdEnumValue("#1xx"), Optional(ElementsAre(Pair(4, 7))));
  EXPECT_THAT(ParseSvdEnumValue("0bx0X"), Optional(ElementsAre(Pair(0, 1), Pair(4, 5))));
  EXPECT_THAT(ParseSvdEnumValue("#" + std::string(64, 'x')),
              Optional(ElementsAre(Pair(0, ~uint64_t{0}))));
  EXPECT_EQ(ParseSvdEnumValue("#" + std::string(65, 'x')), std::nullopt);
  // Ten bits of both kinds in front of one that counts: more values than somebody means.
  EXPECT_EQ(ParseSvdEnumValue("#" + std::string(10, 'x') + '1'), std::nullopt);
  EXPECT_EQ(ParseSvdEnumValue("#1y"), std::nullopt);
  EXPECT_EQ(ParseSvdEnumValue("on"), std::nullopt);
}

TEST(SvdBitRange, IsHighThenLow) {
  EXPECT_THAT(ParseSvdBitRange("[7:4]"), Optional(Pair(4, 4)));
  EXPECT_THAT(ParseSvdBitRange(" [0:0] "), Optional(Pair(0, 1)));
  for (const char* const wrong : {"[4:7]", "7:4", "[7]", "[7:]", "[:4]", "[a:b]", "", "[", "]"}) {
    EXPECT_EQ(ParseSvdBitRange(wrong), std::nullopt) << wrong;
  }
}

TEST(SvdIndex, IsARangeOrAList) {
  EXPECT_THAT(ParseSvdIndex("3-5", 3), Optional(ElementsAre("3", "4", "5")));
  EXPECT_THAT(ParseSvdIndex("A-C", 3), Optional(ElementsAre("A", "B", "C")));
  EXPECT_THAT(ParseSvdIndex("RX, TX", 2), Optional(ElementsAre("RX", "TX")));
  EXPECT_THAT(ParseSvdIndex("only", 1), Optional(ElementsAre("only")));
  for (const char* const wrong : {"0-3", "C-A", "A,B", "", "A-", "0-18446744073709551615"}) {
    EXPECT_EQ(ParseSvdIndex(wrong, 3), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace vmcoredd::internal
