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

TEST(FromHex, IsTheInverseOfToHexAndRefusesOddText) {
  const auto bytes = FromHex("00ff10");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(ToHex(*bytes), "00ff10");
  EXPECT_FALSE(FromHex("0"));
  EXPECT_FALSE(FromHex("0g"));
}

}  // namespace
}  // namespace vmcoredd
