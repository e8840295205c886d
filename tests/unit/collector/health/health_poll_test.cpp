// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/mlx5/health_poll.h"

#include <gtest/gtest.h>

#include <bit>
#include <fstream>

#include "vmcoredd/base/endian.h"

// What each look means, against poll_health() of the driver.

namespace vmcoredd::mlx5 {
namespace {

class Device {
 public:
  Device() {
    sample.status = Sample::Status::kRead;
    Put(0x230, 0x100237d0);
    Count();
  }
  void Put(uint32_t address, uint32_t value) {
    StoreInt<uint32_t>(&sample.image[address], value, std::endian::big);
  }
  void Count() { Put(0x1010, ++counter_); }
  void Syndrome(uint8_t syndrome, uint8_t rfr_severity) {
    sample.image[0x238] = static_cast<std::byte>(rfr_severity);
    sample.image[0x23d] = static_cast<std::byte>(syndrome);
  }
  void NicState(uint32_t state) { Put(0x14, state << 8); }

  Sample sample;

 private:
  uint32_t counter_ = 100;
};

// The list says where its facts come from; ours must be the same registers.
TEST(SegmentTest, RangesAreThoseOfThePlugin) {
  std::ifstream list(VMCOREDD_MLX5_REGISTERS);
  std::vector<std::pair<unsigned, unsigned>> ranges, ours;
  for (std::string line; std::getline(list, line);) {
    unsigned address = 0, count = 0;
    if (std::sscanf(line.c_str(), "0x%x,%u", &address, &count) == 2) {
      ranges.emplace_back(address, count);
    }
  }
  for (const RegisterRange& range : kSegmentRanges) {
    ours.emplace_back(range.address, range.count);
    EXPECT_LE(range.address + 4U * range.count, kSegmentBytes);
  }
  EXPECT_EQ(ours, ranges);
}

TEST(SegmentTest, Decode) {
  Device device;
  device.Put(0x0, 0x00230010);
  device.Put(0x4, 0x000507d0);
  device.Put(0x1fc, 0x80000000);
  device.Put(0x214, 0x11223344);
  device.Put(0x23c, 0x0a0b0c0d);
  device.NicState(7);
  const Registers registers = DecodeSegment(device.sample.image);
  EXPECT_EQ(registers.firmware_major, 16);
  EXPECT_EQ(registers.firmware_minor, 35);
  EXPECT_EQ(registers.firmware_subminor, 2000);
  EXPECT_TRUE(registers.is_initializing);
  EXPECT_EQ(registers.health.assert_var[5], 0x11223344u);
  EXPECT_EQ(registers.health.irisc_index, 0x0a);
  EXPECT_EQ(registers.health.synd, 0x0b);
  EXPECT_EQ(registers.health.ext_synd, 0x0c0d);
  EXPECT_EQ(registers.nic_state, 7);
}

TEST(SegmentTest, Severity) {
  HealthBuffer health;
  EXPECT_EQ(health.severity(), 3);  // nobody says: an error
  for (int level = 0; level < 8; ++level) {
    health.rfr_severity = static_cast<uint8_t>(0x80 | 0x08 | level);
    EXPECT_EQ(health.severity(), level);
    EXPECT_TRUE(health.rfr());
    EXPECT_FALSE(health.crr());
  }
  health.rfr_severity = 0x47;  // not valid
  EXPECT_EQ(health.severity(), 3);
  EXPECT_TRUE(health.crr());
  EXPECT_EQ(SeverityText(0), "EMERGENCY");
  EXPECT_EQ(SeverityText(7), "DEBUG");
}

TEST(SegmentTest, Syndromes) {
  for (const int syndrome : {1, 7, 8, 9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 0x10, 0x12, 0x13}) {
    EXPECT_NE(SyndromeText(static_cast<uint8_t>(syndrome)), "unrecognized error") << syndrome;
  }
  for (const int syndrome : {2, 6, 0x11, 0x14, 0xff}) {
    EXPECT_EQ(SyndromeText(static_cast<uint8_t>(syndrome)), "unrecognized error") << syndrome;
  }
}

TEST(HealthPollTest, OrderOfSensors) {
  // Everything is wrong at once; then the first in order is mended, one after the other.
  Device device;
  device.Put(0x230, 0xffffffff);
  device.NicState(7);
  device.Syndrome(1, 0x80);
  const auto sensor = [&] {
    return CheckSensors(device.sample, DecodeSegment(device.sample.image));
  };
  EXPECT_EQ(sensor(), Sensor::kPciComm);
  device.Put(0x230, 0x100237d0);
  device.sample.status = Sample::Status::kNoAnswer;
  EXPECT_EQ(sensor(), Sensor::kPci);
  device.sample.status = Sample::Status::kRead;
  device.NicState(1);
  EXPECT_EQ(sensor(), Sensor::kNicDisabled);
  device.NicState(7);
  EXPECT_EQ(sensor(), Sensor::kNicSwReset);
  device.NicState(2);
  EXPECT_EQ(sensor(), Sensor::kSyndromeRfr);
  device.Syndrome(1, 0x00);  // firmware does not ask for recovery
  EXPECT_EQ(sensor(), Sensor::kNone);
  device.Syndrome(0, 0x80);
  EXPECT_EQ(sensor(), Sensor::kNone);
}

TEST(HealthPollTest, ThreeMissesExactly) {
  Device device;
  HealthPoll poll;
  poll.Look(device.sample);
  for (int look = 1; look <= 10; ++look) {
    const HealthPoll::Finding finding = poll.Look(device.sample);
    EXPECT_EQ(finding.has_missed, look == 3) << look;
    EXPECT_EQ(finding.report_firmware, look == 3) << look;
  }
  // It counts, and stops again: that is another.
  device.Count();
  EXPECT_FALSE(poll.Look(device.sample).report_firmware);
  EXPECT_EQ(poll.misses(), 0u);
  EXPECT_FALSE(poll.Look(device.sample).report_firmware);
  EXPECT_FALSE(poll.Look(device.sample).report_firmware);
  EXPECT_TRUE(poll.Look(device.sample).report_firmware);
}

TEST(HealthPollTest, ASyndromeIsReportedOnceAndAgainWhenItIsNew) {
  Device device;
  HealthPoll poll;
  const auto look = [&] {
    device.Count();
    return poll.Look(device.sample);
  };
  EXPECT_FALSE(look().report_firmware);
  device.Syndrome(1, 0);
  EXPECT_TRUE(look().report_firmware);
  EXPECT_FALSE(look().report_firmware);
  device.Syndrome(8, 0);
  EXPECT_TRUE(look().report_firmware);
  device.Syndrome(0, 0);
  EXPECT_FALSE(look().report_firmware);
  device.Syndrome(8, 0);
  EXPECT_TRUE(look().report_firmware);
}

TEST(HealthPollTest, MissesWithASyndromeAreOneReport) {
  Device device;
  HealthPoll poll;
  poll.Look(device.sample);
  poll.Look(device.sample);
  poll.Look(device.sample);
  device.Syndrome(7, 0);
  const HealthPoll::Finding finding = poll.Look(device.sample);
  EXPECT_TRUE(finding.has_missed);
  EXPECT_TRUE(finding.report_firmware);
  EXPECT_EQ(poll.syndrome(), 7);
  EXPECT_FALSE(poll.Look(device.sample).report_firmware);
}

TEST(HealthPollTest, AFatalErrorIsReportedOnceAndEndsWhenTheDeviceIsWell) {
  Device device;
  HealthPoll poll;
  poll.Look(device.sample);
  device.NicState(1);
  EXPECT_EQ(poll.Look(device.sample).fatal, Sensor::kNicDisabled);
  EXPECT_EQ(poll.Look(device.sample).fatal, Sensor::kNone);
  device.NicState(0);
  // A counter that stands still is not well.
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(poll.Look(device.sample).is_well_again);
  for (uint32_t i = 1; i <= HealthPoll::kWellLooks; ++i) {
    device.Count();
    EXPECT_EQ(poll.Look(device.sample).is_well_again, i == HealthPoll::kWellLooks);
  }
  poll.Restart();
  device.NicState(7);
  EXPECT_EQ(poll.Look(device.sample).fatal, Sensor::kNicSwReset);
}

TEST(HealthPollTest, WhatMustNotBeReadSaysNothing) {
  Device device;
  HealthPoll poll;
  device.sample.status = Sample::Status::kCannotRead;
  for (int i = 0; i < 10; ++i) {
    const HealthPoll::Finding finding = poll.Look(device.sample);
    EXPECT_EQ(finding.fatal, Sensor::kNone);
    EXPECT_FALSE(finding.report_firmware);
  }
  device.sample.status = Sample::Status::kNoReturn;
  EXPECT_EQ(poll.Look(device.sample).fatal, Sensor::kNoReturn);
}

}  // namespace
}  // namespace vmcoredd::mlx5
