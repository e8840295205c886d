// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/event_order.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "readers/report/kernel_log.h"

namespace vmcoredd {
namespace {

using Texts = std::vector<std::string>;

class EventOrderTest : public testing::Test {
 protected:
  void Add(const std::string& kind, const std::string& time, const std::string& text) {
    ReportSource source;
    source.kind = kind == "crash" ? "vmcore" : kind;
    ReportEvent event;
    event.source = report_.sources.size();
    event.kind = kind == "crash" ? "crash" : "capture";
    event.time = time;
    event.text = text;
    report_.sources.push_back(std::move(source));
    report_.events.push_back(std::move(event));
  }
  void Crash(const std::string& time) {
    Add("crash", time, "the crash");
    report_.crash_time = time;
  }
  void Log(const std::string& text) { ReadKernelLog("dmesg", text, {}, report_); }

  Texts Order() {
    OrderEvents(report_);
    Texts texts;
    for (const ReportEvent& event : report_.events) texts.push_back(event.text);
    return texts;
  }

  MachineReport report_;
};

TEST_F(EventOrderTest, GoesByTimesNotByTheirText) {
  Add("live", "2026-11-29T04:44:01.5Z", "later");
  Add("live", "2026-11-29T04:44:01Z", "sooner");
  Add("live", "2026-11-29T05:43:00+01:00", "first");
  EXPECT_EQ(Order(), (Texts{"first", "sooner", "later"}));
}

TEST_F(EventOrderTest, TheCrashIsBehindThePanic) {
  Crash("2026-11-29T04:44:10Z");
  Log("[    9.5] BUG: before\n[   10.0] Kernel panic - not syncing\n[   10.1] Oops: after\n");
  EXPECT_EQ(Order(),
            (Texts{"BUG: before", "Kernel panic - not syncing", "the crash", "Oops: after"}));
  EXPECT_EQ(report_.events[0].time, "2026-11-29T04:44:09Z");
}

TEST_F(EventOrderTest, AVmcoreKnowsOnlyTheSecondOfItsCrash) {
  Crash("2026-11-29T04:44:10Z");
  Log("2026-11-29T04:44:10,500000+00:00 BUG: before\n"
      "2026-11-29T04:44:10,700000+00:00 Kernel panic - not syncing\n");
  EXPECT_EQ(Order(), (Texts{"BUG: before", "Kernel panic - not syncing", "the crash"}));
}

TEST_F(EventOrderTest, AlsoWhenNobodyKnowsWhenItWas) {
  Crash("");
  Log("[    9.5] BUG: before\n[   10.0] Kernel panic - not syncing\n[   10.1] Oops: after\n");
  EXPECT_EQ(Order(),
            (Texts{"BUG: before", "Kernel panic - not syncing", "the crash", "Oops: after"}));
}

TEST_F(EventOrderTest, ACaptureOfTheSameSecondIsBehindItsCrash) {
  Add("crash-kernel", "", "");
  report_.sources[0].kind = "crash";
  report_.events[0].time = "2026-11-29T04:44:10Z";
  report_.events[0].text = "captured";
  Crash("2026-11-29T04:44:10Z");
  Add("live", "2026-11-29T04:44:10Z", "an error was reported");
  EXPECT_EQ(Order(), (Texts{"an error was reported", "the crash", "captured"}));
}

TEST_F(EventOrderTest, WithoutATimeByTheTimeSinceBoot) {
  Log("[    5.0] BUG: 5\n[    9.0] BUG: 9\n");
  Log("[    4.0] BUG: 4\n[    7.0] BUG: 7\n");
  EXPECT_EQ(Order(), (Texts{"BUG: 4", "BUG: 5", "BUG: 7", "BUG: 9"}));
}

TEST_F(EventOrderTest, BootsFollowEachOther) {
  Crash("2026-11-29T04:44:10Z");
  Log("[   90.0] BUG: a\n[    1.0] BUG: b\n[   10.0] Kernel panic\n[    0.5] BUG: c\n");
  EXPECT_EQ(Order(), (Texts{"BUG: a", "BUG: b", "Kernel panic", "the crash", "BUG: c"}));
}

TEST_F(EventOrderTest, ALineOfSeveralLogsStaysOnce) {
  Crash("2026-11-29T04:44:10Z");
  Log("[    1.0] BUG: cut\n");  // the panic is not in it
  const std::string all =
      "[    1.0] BUG: cut\n[    2.0][    T1] BUG: twice\n[    2.0][    T1] BUG: twice\n"
      "[   10.0] Kernel panic\n";
  Log(all);
  Log(all);
  EXPECT_EQ(Order(), (Texts{"BUG: cut", "BUG: twice", "BUG: twice", "Kernel panic", "the crash"}));
  EXPECT_NE(report_.events[0].time, "");
}

TEST_F(EventOrderTest, EqualTextsOfOtherTimesStay) {
  Log("[    1.0] BUG: x\nNov 29 04:44:01 host kernel: BUG: y\n");
  Log("[    1.5] BUG: x\nNov 29 04:44:01 host kernel: BUG: y\n");
  EXPECT_EQ(Order().size(), 4u);
}

}  // namespace
}  // namespace vmcoredd
