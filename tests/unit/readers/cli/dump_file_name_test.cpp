// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/dump_file_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {
namespace {

using testing::ElementsAre;

TEST(SafeFileName, OrdinaryNamesStay) {
  EXPECT_EQ(SafeFileName("pci_0000:00:04.0"), "pci_0000:00:04.0");
  EXPECT_EQ(SafeFileName("with space~1234"), "with space~1234");
}

TEST(SafeFileName, StaysInItsFolder) {
  EXPECT_EQ(SafeFileName("../../etc/passwd"), "\\x2e.\\x2f..\\x2fetc\\x2fpasswd");
  EXPECT_EQ(SafeFileName("/abs"), "\\x2fabs");
  EXPECT_EQ(SafeFileName(".."), "\\x2e.");
  EXPECT_EQ(SafeFileName(""), "unnamed");
}

TEST(SafeFileName, IsNeitherHiddenNorAnOptionNorPartial) {
  EXPECT_EQ(SafeFileName(".bashrc"), "\\x2ebashrc");
  EXPECT_EQ(SafeFileName("-rf"), "\\x2drf");
  EXPECT_EQ(SafeFileName("a.partial"), "a\\x2epartial");
  EXPECT_EQ(SafeFileName(".partial"), "\\x2epartial");
}

TEST(SafeFileName, CanBeTurnedBack) {
  for (const std::string name : {"../a", "\x1b]0;x\x07", "a\\b", ".partial", "-", "\xc3\xa4/"}) {
    EXPECT_EQ(UnescapeBytes(SafeFileName(name)), name);
  }
}

TEST(SafeFileName, LongestNamesFitWithEverySuffix) {
  EXPECT_LE(SafeFileName(std::string(44, '\xff')).size() + sizeof ".4294967295.partial", 255u);
}

TEST(FileNamesFor, NamesThatOccurOnceStay) {
  EXPECT_THAT(FileNamesFor({{"a", "0"}, {"b", "1"}}), ElementsAre("a", "b"));
}

TEST(FileNamesFor, AllOfOneNameGetTheirIndex) {
  EXPECT_THAT(FileNamesFor({{"a", "0"}, {"b", "1"}, {"a", "2"}}), ElementsAre("a.0", "b", "a.2"));
}

TEST(FileNamesFor, NamesThatBecomeEqualAreToldApart) {
  EXPECT_THAT(FileNamesFor({{"", "0"}, {"unnamed", "1"}}), ElementsAre("unnamed.0", "unnamed.1"));
}

TEST(FileNamesFor, ANameThatLooksLikeAnIndexedOneGetsItsIndexToo) {
  EXPECT_THAT(FileNamesFor({{"a", "0"}, {"a", "1"}, {"a.1", "2"}, {"a.1.2", "3"}}),
              ElementsAre("a.0", "a.1", "a.1.2", "a.1.2.3"));
}

}  // namespace
}  // namespace vmcoredd::cli
