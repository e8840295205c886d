// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/layout-import/layout_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/readers/layout-import/support.h"

namespace vmcoredd::test {
namespace {

using testing::HasSubstr;

constexpr const char* kOne = "name;offset;size\nr.a;0;32\n";

TEST(ImportLayout, KnowsALanguageByItsLooks) {
  EXPECT_EQ(GuessRegisterLanguage("\xef\xbb\xbf<?xml?>"), RegisterLanguage::kSvd);
  EXPECT_EQ(GuessRegisterLanguage("  \n<device>"), RegisterLanguage::kSvd);
  EXPECT_EQ(GuessRegisterLanguage(kOne), RegisterLanguage::kCrashlogCsv);
  EXPECT_EQ(GuessRegisterLanguage("offset;name;size\n"), RegisterLanguage::kCrashlogCsv);
  EXPECT_EQ(GuessRegisterLanguage(""), std::nullopt);
  EXPECT_EQ(GuessRegisterLanguage("hello"), std::nullopt);
  EXPECT_EQ(ImportLayout("hello", {}).error().code(), ErrorCode::kNotRecognised);
}

TEST(ImportLayout, WritesWhatItWasTold) {
  LayoutImportOptions options;
  options.file = "a \"b\".csv";
  options.name = "My NIC";
  options.title = "It";
  options.sources = {"data sheet 3"};
  options.match_pci = {"8086:*", "1234:11e8"};
  options.match_dump = {"x_*"};
  const auto layout = Imported(kOne, options);
  EXPECT_EQ(layout.name, "my-nic");
  for (const char* const line :
       {"\nname = \"my-nic\"\n", "\ntitle = \"It\"\n",
        "\nsources = [\"a \\\"b\\\".csv (crashlog decode definitions)\", \"data sheet 3\"]\n",
        "\n[[match]]\ndump = [\"x_*\"]\npci = [\"8086:*\", \"1234:11e8\"]\n"}) {
    EXPECT_THAT(layout.toml, HasSubstr(line));
  }
}

TEST(ImportLayout, LargeFilesAreRefused) {
  const std::string text(kMaxRegisterFile + 1, ' ');
  EXPECT_EQ(ImportLayout(text, {}).error().code(), ErrorCode::kLimitExceeded);
}

// A layout that would be larger than what layouts may be is not written.
TEST(ImportLayout, LargeLayoutsAreRefused) {
  std::string text = "name;offset;size;description\n";
  const std::string words(1900, 'w');
  for (int i = 0; i < 3000; ++i) {
    text += "r.f" + std::to_string(i) + ';' + std::to_string(i * 8) + ";8;" + words + '\n';
  }
  EXPECT_EQ(ImportLayout(text, {}).error().code(), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace vmcoredd::test
