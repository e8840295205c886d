// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/kernel_log.h"

#include <gtest/gtest.h>

#include <string>

namespace vmcoredd {
namespace {

class ReadKernelLogTest : public testing::Test {
 protected:
  ReadKernelLogTest() {
    ReportDevice device;
    device.bus = "pci";
    device.address = "0000:01:00.0";
    device.identity = {{"netdev", "eth0,eth1"}};
    report_.devices.push_back(device);
    devices_[{"pci", "0000:01:00.0"}] = 0;
  }

  void Read(const std::string& text) { ReadKernelLog("dmesg", text, devices_, report_); }

  MachineReport report_;
  DeviceIndex devices_;
};

TEST_F(ReadKernelLogTest, KeepsWhatIsAboutDevicesAndCrashes) {
  Read(
      "[    1.0] usb 1-1: new device\n"
      "[    2.0] e1000e 0000:01:00.0 eth0: hang\n"
      "[    3.0] eth0: link down\n"
      "[    4.0] pcieport 0000:00:1c.0: AER: error\n"
      "[    5.0] Kernel panic - not syncing: x");
  ASSERT_EQ(report_.events.size(), 4u);
  EXPECT_EQ(report_.events[0].device, 0u);
  EXPECT_EQ(report_.events[1].device, 0u);
  EXPECT_FALSE(report_.events[2].device.has_value());
  EXPECT_EQ(report_.events[3].text, "Kernel panic - not syncing: x");
  EXPECT_EQ(report_.events[3].time, "");
}

TEST_F(ReadKernelLogTest, TheCrashSaysWhatTimeItWas) {
  report_.crash_time = "2026-11-29T04:44:10Z";
  Read("[    2.5][    T7] eth0: x\n[   10.0][    T1] Kernel panic - not syncing\n");
  ASSERT_EQ(report_.events.size(), 2u);
  EXPECT_EQ(report_.events[0].time, "2026-11-29T04:44:02Z");
  EXPECT_EQ(report_.events[1].time, "2026-11-29T04:44:10Z");
  EXPECT_EQ(report_.events[1].place.micros - report_.events[0].place.micros, 7'500'000);
  EXPECT_EQ(report_.events[1].text, "Kernel panic - not syncing");
}

TEST_F(ReadKernelLogTest, TheTimeOfTheCrashIsOfTheLastBootThatPanicked) {
  report_.crash_time = "2026-11-29T04:44:10Z";
  Read(
      "[   50.0] eth0: first\n"
      "[   60.0] Kernel panic - not syncing: first\n"
      "[    0.0] eth0: second\n"
      "[   20.0] eth0: late\n"
      "[   19.9] eth0: a line that is out of order\n"
      "[   21.0] Kernel panic - not syncing: second\n"
      "[    0.1] eth0: third\n");
  ASSERT_EQ(report_.events.size(), 7u);
  for (const size_t undated : {0, 1, 6}) EXPECT_EQ(report_.events[undated].time, "") << undated;
  EXPECT_EQ(report_.events[2].time, "2026-11-29T04:43:49Z");
  EXPECT_EQ(report_.events[4].time, "2026-11-29T04:44:08Z");
  EXPECT_EQ(report_.events[5].time, "2026-11-29T04:44:10Z");
  EXPECT_EQ(report_.events[0].place.boot, -1);
  EXPECT_EQ(report_.events[6].place.group, 2);
}

TEST_F(ReadKernelLogTest, ALineMayHaveItsOwnTime) {
  report_.crash_time = "2026-11-29T04:44:10Z";
  Read(
      "2026-11-29T05:44:01,250000+01:00 eth0: a\n"
      "2026-11-29T05:44:02,000000+01:00 Kernel panic - not syncing: x\n");
  ASSERT_EQ(report_.events.size(), 2u);
  EXPECT_EQ(report_.events[0].time, "2026-11-29T04:44:01Z");
  EXPECT_EQ(report_.events[0].place.micros, 1795927441'250'000);
  EXPECT_EQ(report_.events[1].time, "2026-11-29T04:44:02Z");
}

TEST_F(ReadKernelLogTest, WithoutATimeALineStandsWhereTheOneBeforeDoes) {
  report_.crash_time = "2026-11-29T04:44:10Z";
  Read("[    9.0] x\n eth0: more of it\n[   10.0] Kernel panic - not syncing\n");
  ASSERT_EQ(report_.events.size(), 2u);
  EXPECT_EQ(report_.events[0].time, "");
  EXPECT_EQ(report_.events[0].place.group, 1);
  EXPECT_EQ(report_.events[1].place.micros - report_.events[0].place.micros, 1'000'000);
}

TEST_F(ReadKernelLogTest, DevicesAreNamedByWholeWords) {
  Read(
      "[    1.0] veth1: entered promiscuous mode\n"
      "[    1.0] br-eth1: link up\n"
      "[    1.0] eth1.100: link up\n"
      "[    1.0] DEBUG: nothing\n"
      "[    1.0] Oopsie\n"
      "[    2.0] br-eth1: port eth1: link up\n"
      "[    2.0] NETDEV WATCHDOG: eth1 (igb): transmit queue 0 timed out\n"
      "[    2.0] pcieport 0000:00:04.0: AER: error message received from 0000:01:00.0\n"
      "[    2.0] pci:0000:01:00.0: x\n"
      "[    3.0] watchdog: BUG: soft lockup - CPU#1 stuck\n"
      "[    3.0] Oops: 0000 [#1]\n");
  ASSERT_EQ(report_.events.size(), 6u);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(report_.events[i].device, 0u) << i;
  for (size_t i = 4; i < 6; ++i) EXPECT_FALSE(report_.events[i].device.has_value()) << i;
}

TEST_F(ReadKernelLogTest, PropertiesOfKmsgAreNoLines) {
  Read("6,1,2000000,-;e1000e 0000:01:00.0: x\n SUBSYSTEM=pci\n DEVICE=+pci:0000:01:00.0\n");
  ASSERT_EQ(report_.events.size(), 1u);
  EXPECT_EQ(report_.events[0].since_boot, 2.0);
}

TEST_F(ReadKernelLogTest, NoTimeIsTooLong) {
  report_.crash_time = "9999-12-31T23:59:59Z";
  Read(
      "[18446744073709551615.0] eth0: x\n[18446744073709551615.0] Kernel panic\n"
      "6,1,18446744073709551615,-;eth0: x\n");
  EXPECT_EQ(report_.events.size(), 3u);
}

TEST_F(ReadKernelLogTest, IsBounded) {
  std::string text;
  for (size_t i = 0; i < kMaxLogLines + 5; ++i) {
    text += "[    1.0] eth0: line " + std::to_string(i) + std::string(1000, 'x') + '\n';
  }
  Read(text);
  EXPECT_EQ(report_.events.size(), kMaxLogLines);
  EXPECT_EQ(report_.log_lines_left_out, 5u);
  EXPECT_NE(report_.events.front().text.find("line 5x"), std::string::npos);
  EXPECT_LE(report_.events.front().text.size(), 400u);
}

}  // namespace
}  // namespace vmcoredd
