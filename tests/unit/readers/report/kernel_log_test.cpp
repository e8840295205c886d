// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/kernel_log.h"

#include <gtest/gtest.h>

#include <string>

namespace vmcoredd {
namespace {

TEST(ParseLogLineTest, KnowsTheFormsOfKernelLogs) {
  const LogLine plain = ParseLogLine("[   12.345678] e1000e: hang");
  ASSERT_TRUE(plain.since_boot);
  EXPECT_DOUBLE_EQ(*plain.since_boot, 12.345678);
  EXPECT_EQ(plain.text, "e1000e: hang");
  EXPECT_EQ(ParseLogLine("<6>[    1.5] x").since_boot, 1.5);
  EXPECT_EQ(ParseLogLine("Nov 29 04:44:01 host kernel: [    2.000001] y").text, "y");
  for (const char* const none :
       {"", "[", "[]", "[abc] x", "[1.2", "no brackets", "[Sun Nov 29 04:44:01 2026] x", "[.5] x",
        "[1.] x", "[99999999999999999999.1] x"}) {
    EXPECT_FALSE(ParseLogLine(none).since_boot.has_value()) << none;
  }
}

TEST(LooksLikeKernelLogTest, TellsLogsFromOtherTexts) {
  EXPECT_TRUE(LooksLikeKernelLog("[    0.000000] Linux version\n[    0.1] x\ncut here"));
  EXPECT_FALSE(LooksLikeKernelLog("0000000000000000 00 00 00\n0000000000000010 01\n"));
  EXPECT_FALSE(LooksLikeKernelLog("{\"regions\":{}}\n"));
  EXPECT_FALSE(LooksLikeKernelLog(""));
}

class ReadKernelLogTest : public testing::Test {
 protected:
  ReadKernelLogTest() {
    ReportDevice device;
    device.bus = "pci";
    device.address = "0000:01:00.0";
    device.identity = {{"netdev", "eth0"}};
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
  Read("[    2.5] eth0: x\n[   10.0] Kernel panic - not syncing\n");
  ASSERT_EQ(report_.events.size(), 2u);
  EXPECT_EQ(report_.events[0].time, "2026-11-29T04:44:03Z");
  EXPECT_EQ(report_.events[1].time, "2026-11-29T04:44:10Z");
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
