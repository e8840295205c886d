// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/selector.h"

#include <gtest/gtest.h>

namespace vmcoredd::cli {
namespace {

DeviceDump DumpCalled(std::string name, uint32_t index) {
  DeviceDump dump;
  dump.notes.resize(1);
  dump.notes.front().name = std::move(name);
  dump.notes.front().index = index;
  return dump;
}

TEST(SelectorMatches, DigitsAreAnIndexAndNeverAName) {
  EXPECT_TRUE(SelectorMatches("3", DumpCalled("pci_0000:00:04.0", 3)));
  EXPECT_TRUE(SelectorMatches("03", DumpCalled("pci_0000:00:04.0", 3)));
  EXPECT_FALSE(SelectorMatches("3", DumpCalled("3", 7)));
  EXPECT_TRUE(SelectorMatches("[3]", DumpCalled("3", 7)));
}

TEST(SelectorMatches, NumbersThatNoIndexCanHaveMatchNothing) {
  EXPECT_FALSE(SelectorMatches("4294967296", DumpCalled("a", 0)));
  EXPECT_FALSE(SelectorMatches("99999999999999999999999", DumpCalled("a", 0)));
}

TEST(SelectorMatches, NamesAreTakenAsTheyAreAndEscaped) {
  const DeviceDump dump = DumpCalled("a\x1b[31m\\x", 0);
  EXPECT_TRUE(SelectorMatches("a\x1b[31m\\x", dump));
  EXPECT_TRUE(SelectorMatches("a\\x1b[31m\\x5cx", dump));
  EXPECT_FALSE(SelectorMatches("a", dump));
}

TEST(SelectorMatches, GlobsMatchWholeNames) {
  const DeviceDump dump = DumpCalled("cxgb4_0000:02:00.4", 0);
  EXPECT_TRUE(SelectorMatches("cxgb4_*", dump));
  EXPECT_TRUE(SelectorMatches("*:02:0?.[0-7]", dump));
  EXPECT_FALSE(SelectorMatches("cxgb", dump));
  EXPECT_TRUE(SelectorMatches("*", DumpCalled("", 0)));
}

TEST(SelectorMatches, GlobsSeeTheEscapedName) {
  EXPECT_TRUE(SelectorMatches("*\\x1b*", DumpCalled("a\x1b", 0)));
  EXPECT_TRUE(SelectorMatches("\\xff*", DumpCalled("\xff\xfe", 0)));
}

}  // namespace
}  // namespace vmcoredd::cli
