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
  EXPECT_EQ(UtcTimeOfMicros(1'999'999), "1970-01-01T00:00:01Z");
  EXPECT_EQ(UtcTimeOfMicros(-1), "");
}

TEST(ParseUtcTimeTest, TakesNothingElse) {
  for (const char* const none : {"", "yesterday, at about three", "2026-11-29T04:44:01",
                                 "2026-11-29T04:44:01Z ", "2026-11-29 04:44:01Z"}) {
    EXPECT_FALSE(ParseUtcTime(none).has_value()) << none;
  }
}

TEST(ParseRfc3339Test, TakesZonesAndParts) {
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:01Z"), 1'000'000);
  EXPECT_EQ(ParseRfc3339("2026-11-29T04:44:01.5Z"), 1795927441'500'000);
  EXPECT_EQ(ParseRfc3339("2026-11-29T05:44:01.123456789+01:00"), 1795927441'123'456);
  EXPECT_EQ(ParseRfc3339("2026-11-28T23:14:01-05:30"), 1795927441'000'000);
  EXPECT_EQ(ParseRfc3339("1969-12-31T23:59:59.25Z"), -750'000);
  for (const char* const none :
       {"", "2026-11-29T04:44:01", "2026-11-29T04:44:01.Z", "2026-02-30T00:00:00Z",
        "2026-11-29T04:44:01+0100", "2026-11-29T04:44:01,5Z", "2026-11-29T04:44:01.1234567890Z",
        "2026-11-29T04:44:01Zx", "2026-11-29T04:44:01+24:00", "yesterday"}) {
    EXPECT_FALSE(ParseRfc3339(none).has_value()) << none;
  }
}

}  // namespace
}  // namespace vmcoredd
