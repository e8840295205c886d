// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/utc_time.h"

#include <gtest/gtest.h>

namespace vmcoredd {
namespace {

TEST(UtcTimeTest, IsTheInverseOfParsing) {
  EXPECT_EQ(UtcTime(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(UtcTime(253402300799), "9999-12-31T23:59:59Z");
  EXPECT_EQ(ParseUtcTime(UtcTime(1795936924)), 1795936924);
  EXPECT_EQ(UtcTime(-1), "");
  EXPECT_EQ(UtcTime(int64_t{1} << 60), "");
}

TEST(ParseUtcTimeTest, TakesNothingElse) {
  for (const char* const none : {"", "yesterday, at about three", "2026-11-29T04:44:01",
                                 "2026-11-29T04:44:01Z ", "2026-11-29 04:44:01Z"}) {
    EXPECT_FALSE(ParseUtcTime(none).has_value()) << none;
  }
}

}  // namespace
}  // namespace vmcoredd
