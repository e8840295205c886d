// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/flat_text.h"

#include <gtest/gtest.h>

namespace vmcoredd {
namespace {

TEST(FlatText, ReadsBackWhatItWrites) {
  std::string text;
  AppendFlatLine(text, "name", "a=b, c");
  AppendFlatLine(text, "empty", "");
  AppendFlatLine(text, "size", uint64_t{18446744073709551615u});
  const auto lines = ParseFlatText(text);
  ASSERT_TRUE(lines);
  EXPECT_EQ(FindText(*lines, "name"), "a=b, c");
  EXPECT_EQ(FindText(*lines, "empty"), "");
  EXPECT_EQ(*FindNumber(*lines, "size"), 18446744073709551615u);
  EXPECT_EQ(FindText(*lines, "other"), std::nullopt);
  EXPECT_FALSE(FindNumber(*lines, "other"));
  EXPECT_FALSE(FindNumber(*lines, "name"));
}

TEST(FlatText, RefusesWhatIsNotLinesOfKeyAndValue) {
  for (const char* text : {"key=value", "key\n", "\n", "a=b\nc", "a=b\nkey\nc=d\n"}) {
    SCOPED_TRACE(text);
    const auto lines = ParseFlatText(text);
    ASSERT_FALSE(lines);
    EXPECT_EQ(lines.error().code(), ErrorCode::kCorrupt);
  }
  EXPECT_TRUE(ParseFlatText(""));
}

TEST(FlatText, BoundsTheNumberOfLines) {
  std::string text;
  for (size_t i = 0; i < kMaxFlatLines; ++i) AppendFlatLine(text, "k", "v");
  EXPECT_TRUE(ParseFlatText(text));
  AppendFlatLine(text, "k", "v");
  ASSERT_FALSE(ParseFlatText(text));
  EXPECT_EQ(ParseFlatText(text).error().code(), ErrorCode::kLimitExceeded);
}

TEST(ParseNumber, TakesWholeNumbersOnly) {
  EXPECT_EQ(ParseNumber("0xff"), 255u);
  EXPECT_EQ(ParseNumber("0x1F"), 31u);
  EXPECT_EQ(ParseNumber("42"), 42u);
  for (const char* text : {"", "0x", "-1", "+1", " 1", "1 ", "1x", "18446744073709551616"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace vmcoredd
