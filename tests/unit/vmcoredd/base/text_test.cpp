// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace vmcoredd {
namespace {

TEST(EscapeBytes, KeepsPrintableAsciiAndEscapesTheRest) {
  EXPECT_EQ(EscapeBytes("pci_0000:00:04.0 ~"), "pci_0000:00:04.0 ~");
  EXPECT_EQ(EscapeBytes("\x1b[31m\\"), "\\x1b[31m\\x5c");
  EXPECT_EQ(EscapeBytes(std::string_view("a\0\xff", 3)), "a\\x00\\xff");
}

TEST(UnescapeBytes, IsTheInverseForEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(UnescapeBytes(EscapeBytes(all)), all);
}

TEST(UnescapeBytes, RefusesWhatEscapeBytesWouldNotWrite) {
  EXPECT_EQ(UnescapeBytes("\\"), std::nullopt);
  EXPECT_EQ(UnescapeBytes("\\x4"), std::nullopt);
  EXPECT_EQ(UnescapeBytes("\\n41"), std::nullopt);
  EXPECT_EQ(UnescapeBytes("a\nb"), std::nullopt);
}

TEST(Utf8Length, KnowsCharactersFromOtherBytes) {
  EXPECT_EQ(Utf8Length("a"), 1u);
  EXPECT_EQ(Utf8Length("\xc2\x80"), 2u);
  EXPECT_EQ(Utf8Length("\xe2\x82\xac"), 3u);
  EXPECT_EQ(Utf8Length("\xf4\x8f\xbf\xbf"), 4u);
  // A continuation alone, cut, overlong, a surrogate, above the last one, no lead at all.
  for (const char* const wrong :
       {"\x80", "\xe2\x82", "\xc1\x81", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(Utf8Length(wrong), 0u) << EscapeBytes(wrong);
  }
}

TEST(ValidUtf8, KeepsCharactersAndEscapesTheRest) {
  EXPECT_EQ(ValidUtf8("a\\b\n\xe2\x82\xac"), "a\\b\n\xe2\x82\xac");
  EXPECT_EQ(ValidUtf8(std::string_view("\xff\0\xe2\x82", 4)), std::string("\\xff\0\\xe2\\x82", 13));
}

TEST(FromHex, IsTheInverseOfToHexAndRefusesOddText) {
  const auto bytes = FromHex("00ff10");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(ToHex(*bytes), "00ff10");
  EXPECT_FALSE(FromHex("0"));
  EXPECT_FALSE(FromHex("0g"));
}

}  // namespace
}  // namespace vmcoredd
