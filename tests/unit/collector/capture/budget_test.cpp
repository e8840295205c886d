// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

class BudgetTest : public testing::Test {
 protected:
  TempFolder folder_;
  CaptureSettings settings_;
  Budget budget_{settings_};
};

TEST_F(BudgetTest, WithoutATotalThereIsNoEnd) {
  settings_.began -= hours(1000);
  EXPECT_EQ(budget_.Exhausted(), "");
  EXPECT_TRUE(budget_.MayAsk());
}

TEST_F(BudgetTest, TimeIsCountedFromTheBeginning) {
  settings_.budget.total = milliseconds(3600 * 1000);
  settings_.began -= std::chrono::minutes(40);
  EXPECT_EQ(budget_.Exhausted(), "");
  EXPECT_FALSE(budget_.MayAsk());  // half of it is for dumps
  settings_.began -= std::chrono::minutes(30);
  EXPECT_THAT(budget_.Exhausted(), HasSubstr("3600000 ms of the phase are over"));
}

TEST_F(BudgetTest, ADumpHasNoMoreThanThePhase) {
  settings_.phase = Phase::kEarly;
  settings_.budget.total = milliseconds(5000);
  settings_.budget.process = milliseconds(3600 * 1000);
  EXPECT_LE(budget_.ForDump().last, settings_.began + milliseconds(5000));
}

TEST_F(BudgetTest, LateADumpMayGoOnWhileItDeliversButNotForever) {
  settings_.phase = Phase::kLate;
  settings_.budget.total = milliseconds(3600 * 1000);
  settings_.budget.process = milliseconds(1000);
  ChildDeadline deadline = budget_.ForDump();
  EXPECT_GT(deadline.last, settings_.began + std::chrono::minutes(29));
  EXPECT_LE(deadline.last, settings_.began + std::chrono::minutes(31));
  EXPECT_LT(deadline.at, settings_.began + std::chrono::minutes(1));
  const auto before = deadline.at;
  budget_.OnProgress(deadline);
  EXPECT_GE(deadline.at, before);
}

TEST_F(BudgetTest, NothingIsStartedBelowTheFloorOfMemory) {
  settings_.sysroot = folder_.path();
  settings_.budget.memory_floor = 24 * 1024 * 1024;
  EXPECT_EQ(budget_.Exhausted(), "");  // a tree that does not say
  WriteFile(folder_ / "proc/meminfo", "MemTotal: 90000 kB\nMemAvailable:   24576 kB\n");
  EXPECT_EQ(budget_.Exhausted(), "");
  WriteFile(folder_ / "proc/meminfo", "MemTotal: 90000 kB\nMemAvailable:   24575 kB\n");
  EXPECT_THAT(budget_.Exhausted(), HasSubstr("25164800"));
  WriteFile(folder_ / "proc/meminfo", "MemAvailable: lots\n");
  EXPECT_EQ(budget_.Exhausted(), "");
}

TEST_F(BudgetTest, DevicesHaveBytesOfTheirOwn) {
  EXPECT_GT(budget_.LeftFor("a"), uint64_t{1} << 60);
  settings_.budget.device_bytes = 100;
  budget_.Charge("a", 70);
  EXPECT_EQ(budget_.LeftFor("a"), 30u);
  EXPECT_EQ(budget_.LeftFor("b"), 100u);
  budget_.Charge("a", 70);
  EXPECT_EQ(budget_.LeftFor("a"), 0u);
}

}  // namespace
}  // namespace vmcoredd
