// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/phase_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/capture/collect_config.h"

namespace vmcoredd {
namespace {

using ::testing::HasSubstr;

constexpr char kName[] = "test_0000:02:00.0";

class PhasePolicyTest : public testing::Test {
 protected:
  PhasePolicyTest() {
    device_.address = "0000:02:00.0";
    settings_.early_bar = true;
  }
  Turn TurnIn(Phase phase, uint32_t flags) {
    settings_.phase = phase;
    Offer offer;
    offer.flags = flags;
    const Decision decision = Decide(device_, offer, kName, settings_);
    reason_ = decision.reason;
    EXPECT_EQ(reason_.empty(), decision.turn == Turn::kNow || decision.turn == Turn::kAlready);
    return decision.turn;
  }

  Device device_;
  CaptureSettings settings_;
  std::string reason_;
};

TEST_F(PhasePolicyTest, OutsideOfACrashKernelEverythingIsNow) {
  device_.driver = "e1000e";
  EXPECT_EQ(TurnIn(Phase::kAll, 0), Turn::kNow);
  EXPECT_EQ(TurnIn(Phase::kAll, VMCOREDD_DUMP_EARLY), Turn::kNow);
}

TEST_F(PhasePolicyTest, EarlyIsConfigurationAndWhatCannotWait) {
  EXPECT_EQ(TurnIn(Phase::kEarly, VMCOREDD_DUMP_CONFIG_ONLY), Turn::kNow);
  EXPECT_EQ(TurnIn(Phase::kEarly, VMCOREDD_DUMP_EARLY), Turn::kNow);
  EXPECT_EQ(TurnIn(Phase::kEarly, 0), Turn::kLater);
  settings_.early_bar = false;
  EXPECT_EQ(TurnIn(Phase::kEarly, VMCOREDD_DUMP_EARLY), Turn::kLater);
  EXPECT_EQ(TurnIn(Phase::kEarly, VMCOREDD_DUMP_EARLY | VMCOREDD_DUMP_CONFIG_ONLY), Turn::kNow);
}

TEST_F(PhasePolicyTest, AHeldDeviceCanWait) {
  settings_.held = {device_.address};
  EXPECT_EQ(TurnIn(Phase::kEarly, VMCOREDD_DUMP_EARLY), Turn::kLater);
  EXPECT_EQ(TurnIn(Phase::kEarly, VMCOREDD_DUMP_CONFIG_ONLY), Turn::kNow);
  EXPECT_EQ(TurnIn(Phase::kLate, VMCOREDD_DUMP_EARLY), Turn::kNow);
}

TEST_F(PhasePolicyTest, LateIsWhatNoDriverHas) {
  EXPECT_EQ(TurnIn(Phase::kLate, 0), Turn::kNow);
  EXPECT_EQ(TurnIn(Phase::kLate, VMCOREDD_DUMP_CONFIG_ONLY), Turn::kNow);
  device_.driver = "e1000e";
  EXPECT_EQ(TurnIn(Phase::kLate, 0), Turn::kNever);
  EXPECT_THAT(reason_, HasSubstr("e1000e"));
  EXPECT_EQ(TurnIn(Phase::kLate, VMCOREDD_DUMP_CONFIG_ONLY), Turn::kNever);
  EXPECT_EQ(TurnIn(Phase::kEarly, VMCOREDD_DUMP_EARLY), Turn::kNever);
  EXPECT_EQ(TurnIn(Phase::kEarly, VMCOREDD_DUMP_CONFIG_ONLY), Turn::kNow);
}

TEST_F(PhasePolicyTest, WhatIsThereIsNotRepeated) {
  settings_.taken = {kName};
  EXPECT_EQ(TurnIn(Phase::kLate, 0), Turn::kAlready);
}

TEST_F(PhasePolicyTest, VfioIsLateAndByADriverOfOurOwn) {
  settings_.vfio = {device_.address};
  device_.driver = "vfio-pci";
  EXPECT_EQ(TurnIn(Phase::kEarly, VMCOREDD_DUMP_EARLY), Turn::kLater);
  EXPECT_EQ(TurnIn(Phase::kLate, 0), Turn::kNow);
}

}  // namespace
}  // namespace vmcoredd
