// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/unit/driver-plugins/host/fake_sysfs.h"

namespace vmcoredd {
namespace {

using ::testing::HasSubstr;

class BarServicesTest : public testing::Test {
 protected:
  // What reading the register at 0x10 answers, and why.
  std::pair<int64_t, std::string> Answer(const std::string& more = "") {
    FakeSession session(sysfs_, more);
    session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
    uint32_t value = 0;
    const int64_t got = session.Read32(0x10, &value);
    EXPECT_EQ(value, got == 1 ? 0x10u : 0u);
    return {got, session.reason()};
  }
  void ExpectRefusal(int error, const std::string& why) {
    const auto [got, reason] = Answer();
    EXPECT_EQ(got, error);
    EXPECT_THAT(reason, HasSubstr(why));
  }

  FakeSysfs sysfs_;
};

TEST_F(BarServicesTest, ReadsRegistersOfACapturedTree) {
  EXPECT_EQ(Answer().first, 1);
  FakeSession session(sysfs_);
  session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  uint8_t bytes[8];
  ASSERT_EQ(session.Read(0, 0x104, 2, bytes, 2), 2);
  EXPECT_EQ(bytes[0], 0x04);
  EXPECT_EQ(bytes[1], 0x01);
  EXPECT_EQ(bytes[2], 0);
  ASSERT_EQ(session.Read(0, 0xfff8, 8, bytes, 1), 1);
  EXPECT_EQ(bytes[0], 0xf8);
  EXPECT_EQ(bytes[4], 0xfc);
}

TEST_F(BarServicesTest, DescribesBarsWithoutTouchingThem) {
  FakeSession session(sysfs_);
  sysfs_.WriteBar0("");
  const auto describe = [&](uint32_t index, vmcoredd_bar* bar) {
    return session.session_.host.describe_bar(&session.session_.host, &session.session_.device,
                                              index, bar);
  };
  vmcoredd_bar bar{sizeof bar, 0, 0};
  EXPECT_EQ(describe(0, &bar), 0);
  EXPECT_EQ(bar.size, FakeSysfs::kBarSize);
  EXPECT_EQ(bar.flags, 0u);
  EXPECT_EQ(describe(1, &bar), -ENOENT);
  EXPECT_EQ(describe(2, &bar), -ENOENT);  // of which the tree has no image
  std::ofstream(sysfs_.DevicePath("resource2"));
  EXPECT_EQ(describe(2, &bar), 0);
  EXPECT_EQ(bar.flags, VMCOREDD_BAR_IO);
  EXPECT_EQ(bar.size, 32u);
  EXPECT_EQ(describe(6, &bar), -EINVAL);
  bar.struct_size = 0;
  EXPECT_EQ(describe(0, &bar), -EINVAL);
}

TEST_F(BarServicesTest, ANewerPluginsLargerBarIsFilledAsFarAsIsKnown) {
  FakeSession session(sysfs_);
  struct {
    vmcoredd_bar known;
    uint64_t newer;
    uint64_t guard;
  } bar{{sizeof(vmcoredd_bar) + 8, 0, 0}, 1, 0x4141414141414141};
  EXPECT_EQ(session.session_.host.describe_bar(&session.session_.host, &session.session_.device, 0,
                                               &bar.known),
            0);
  EXPECT_EQ(bar.known.struct_size, sizeof(vmcoredd_bar));
  EXPECT_EQ(bar.newer, 0u);
  EXPECT_EQ(bar.guard, 0x4141414141414141u);
}

TEST_F(BarServicesTest, ADeviceThatDoesNotAnswerIsLeftAlone) {
  sysfs_.SetDevice32(0, 0xffffffff);
  sysfs_.SetDevice32(4, 0xffffffff);
  ExpectRefusal(-ENODEV, "does not answer");
}

TEST_F(BarServicesTest, ADeviceThatIsNotInD0IsLeftAlone) {
  sysfs_.SetDevice32(0x44, 3);
  ExpectRefusal(-EHOSTDOWN, "D3");
}

TEST_F(BarServicesTest, ADeviceThatDoesNotDecodeMemoryIsLeftAlone) {
  sysfs_.SetDevice32(4, 0x00100004);
  ExpectRefusal(-ENXIO, "does not decode memory: its command register is 0x0004");
}

TEST_F(BarServicesTest, ABarWithoutAnAddressIsLeftAlone) {
  sysfs_.SetDevice32(0x10, 0);
  ExpectRefusal(-ENXIO, "BAR 0 is 0");
  sysfs_.SetDevice32(0x10, 4);  // 64 bits, of which the upper half may be all of it
  sysfs_.SetDevice32(0x14, 0);
  ExpectRefusal(-ENXIO, "BAR 0 is 0");
}

TEST_F(BarServicesTest, BarsThatAreNotMemoryAreLeftAlone) {
  FakeSession session(sysfs_);
  session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  uint32_t value;
  EXPECT_EQ(session.Read(2, 0, 4, &value, 1), -EOPNOTSUPP);
  EXPECT_THAT(session.reason(), HasSubstr("I/O"));
  EXPECT_EQ(session.Read(1, 0, 4, &value, 1), -ENOENT);
  EXPECT_EQ(session.Read(6, 0, 4, &value, 1), -EINVAL);
}

TEST_F(BarServicesTest, ABridgeThatIsOffIsSeenBeforeTheFirstLoad) {
  sysfs_.SetBridge32(4, 0x00000004);
  ExpectRefusal(-ENXIO, "bridge 0000:00:1c.0 above the device does not decode memory");
}

TEST_F(BarServicesTest, ABridgeThatDoesNotForwardTheAddressIsSeen) {
  sysfs_.SetBridge32(0x20, 0xfd10fd00);
  ExpectRefusal(-ENXIO, "0000:00:1c.0 above the device does not forward 0xfe000000");
  sysfs_.SetBridge32(0x20, 0xfe00fe00);
  EXPECT_EQ(Answer().first, 1);
  sysfs_.SetBridge32(0x20, 0x0000fff0);  // a window that is closed
  ExpectRefusal(-ENXIO, "does not forward");
  sysfs_.SetBridge32(0x24, 0xfe01fe01);  // the prefetchable one, 64 bits
  EXPECT_EQ(Answer().first, 1);
  sysfs_.SetBridge32(0x28, 1);
  sysfs_.SetBridge32(0x2c, 1);
  ExpectRefusal(-ENXIO, "does not forward");
  sysfs_.SetDevice32(0x10, 0xfe000004);
  sysfs_.SetDevice32(0x14, 1);
  EXPECT_EQ(Answer().first, 1);
}

TEST_F(BarServicesTest, ABridgeThatIsGoneIsSeen) {
  sysfs_.SetBridge32(0, 0xffffffff);
  sysfs_.SetBridge32(4, 0xffffffff);
  ExpectRefusal(-ENODEV, "bridge 0000:00:1c.0 above the device does not answer");
}

TEST_F(BarServicesTest, ReadsStayWithinTheBar) {
  FakeSession session(sysfs_);
  session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  uint32_t values[4];
  EXPECT_EQ(session.Read(0, 0xfffc, 4, values, 1), 1);
  EXPECT_EQ(session.Read(0, 0xfffc, 4, values, 2), -ERANGE);
  EXPECT_EQ(session.Read(0, 0x10000, 4, values, 1), -ERANGE);
  EXPECT_EQ(session.Read(0, ~uint64_t{3}, 4, values, 2), -ERANGE);
  EXPECT_EQ(session.Read(0, 2, 4, values, 1), -EINVAL);
  EXPECT_EQ(session.Read(0, 0, 3, values, 1), -EINVAL);
  EXPECT_EQ(session.Read(0, 0, 16, values, 1), -EINVAL);
}

TEST_F(BarServicesTest, AShortImageIsTheEndOfWhatWasCaptured) {
  sysfs_.WriteBar0(std::string(0x20, 'x'));
  FakeSession session(sysfs_);
  session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  uint32_t values[4];
  EXPECT_EQ(session.Read(0, 0x18, 4, values, 4), 2);
  EXPECT_THAT(session.reason(), HasSubstr("ends here"));
  EXPECT_EQ(session.Read(0, 0x20, 4, values, 1), -ENODATA);
  std::filesystem::remove(sysfs_.DevicePath("resource0"));
  ExpectRefusal(-ENODATA, "no image of BAR 0");
}

TEST_F(BarServicesTest, AllOnesOfADeviceThatAnswersAreAValue) {
  sysfs_.WriteBar0(std::string(0x20, '\xff'));
  FakeSession session(sysfs_);
  session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  uint32_t values[4];
  EXPECT_EQ(session.Read(0, 0, 4, values, 4), 4);
}

TEST_F(BarServicesTest, AllOnesOfADeviceThatIsGoneEndTheDump) {
  sysfs_.WriteBar0(std::string(8, 'x') + std::string(0x20, '\xff'));
  FakeSession session(sysfs_);
  session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  uint32_t values[4];
  EXPECT_EQ(session.Read(0, 0, 4, values, 1), 1);
  sysfs_.SetDevice32(0, 0xffffffff);
  sysfs_.SetDevice32(4, 0xffffffff);
  EXPECT_EQ(session.Read(0, 0, 4, values, 4), 2);
  EXPECT_THAT(session.reason(), HasSubstr("stopped answering at 0x8 of BAR 0"));
  EXPECT_EQ(session.Read(0, 0, 4, values, 1), -ENODEV);
}

TEST_F(BarServicesTest, TheTimeEndsARead) {
  FakeSession session(sysfs_, "deadline_ms=1\n");
  session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  ::usleep(2000);
  uint32_t value;
  EXPECT_EQ(session.Read32(0, &value), 0);
  EXPECT_THAT(session.reason(), HasSubstr("time was over"));
}

TEST_F(BarServicesTest, DumpsOfConfigurationSpaceReadNoBar) {
  FakeSession session(sysfs_);
  uint32_t value;
  session.Collect(VMCOREDD_DUMP_PASSIVE, VMCOREDD_DUMP_CONFIG_ONLY);
  EXPECT_EQ(session.Read32(0, &value), -EPERM);
  EXPECT_THAT(session.reason(), HasSubstr("configuration space only"));
}

TEST_F(BarServicesTest, MatchingTouchesNothing) {
  FakeSession session(sysfs_);
  uint32_t value;
  EXPECT_EQ(session.Read32(0, &value), -EPERM);
  session.session_.registering = 1;
  EXPECT_EQ(session.Read32(0, &value), 1);
}

TEST_F(BarServicesTest, EarlyOnlyEarlyDumpsReadBars) {
  FakeSession early(sysfs_, "phase=early\n");
  uint32_t value;
  EXPECT_TRUE(early.session_.host.flags & VMCOREDD_HOST_EARLY);
  early.session_.registering = 1;
  EXPECT_EQ(early.Read32(0, &value), -EPERM);
  early.session_.registering = 0;
  early.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  EXPECT_EQ(early.Read32(0, &value), -EPERM);
  EXPECT_THAT(early.reason(), HasSubstr("before the vmcore is safe"));
  early.Collect(VMCOREDD_DUMP_PASSIVE, VMCOREDD_DUMP_EARLY);
  EXPECT_EQ(early.Read32(0, &value), 1);
  FakeSession late(sysfs_, "phase=late\n");
  late.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  EXPECT_EQ(late.Read32(0, &value), 1);
}

TEST_F(BarServicesTest, APluginGetsNoMoreThanItOffered) {
  uint32_t value;
  FakeSession offered_late(sysfs_, "phase=early\ndump_flags=0\n");
  offered_late.Collect(VMCOREDD_DUMP_PASSIVE, VMCOREDD_DUMP_EARLY);
  EXPECT_EQ(offered_late.Read32(0, &value), -EPERM);
  FakeSession offered_config(sysfs_, "dump_flags=1\n");
  offered_config.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  EXPECT_EQ(offered_config.Read32(0, &value), -EPERM);
  FakeSession offered_passive(sysfs_, "class=0\n");
  offered_passive.Collect(VMCOREDD_DUMP_SIDE_EFFECT, 0);
  EXPECT_EQ(offered_passive.Write(0, 0, 4, 1), -EPERM);
}

TEST_F(BarServicesTest, OnlyRiskyDumpsWriteAndNeverToACapturedTree) {
  FakeSession session(sysfs_);
  session.session_.registering = 1;
  EXPECT_EQ(session.Write(0, 0, 4, 1), -EPERM);
  session.session_.registering = 0;
  session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  EXPECT_EQ(session.Write(0, 0, 4, 1), -EPERM);
  EXPECT_THAT(session.reason(), HasSubstr("only side-effect"));
  const auto& host = session.session_.host;
  EXPECT_EQ(host.write_config(&host, &session.session_.device, 4, 2, 6), -EPERM);
  session.Collect(VMCOREDD_DUMP_SIDE_EFFECT, 0);
  EXPECT_EQ(session.Write(0, 0, 4, 1), -EROFS);
  EXPECT_EQ(host.write_config(&host, &session.session_.device, 4, 2, 6), -EROFS);
  EXPECT_EQ(host.write_config(&host, &session.session_.device, 4, 8, 6), -EINVAL);
  EXPECT_EQ(host.write_config(&host, &session.session_.device, 256, 4, 6), -ERANGE);
}

TEST_F(BarServicesTest, ABadResourceFileIsAnError) {
  for (const char* text : {"", "nonsense\n", "0x0 0x0\n", "0x1 0x2 0x200\n0x1 0x2 0x200\n"}) {
    sysfs_.WriteResource(text);
    ExpectRefusal(-EIO, "\"resource\"");
  }
}

TEST_F(BarServicesTest, AnAddressThatLeadsElsewhereIsRefused) {
  FakeSession session(sysfs_);
  session.session_.device.address = "../devices/0000:01:00.0";
  session.Collect(VMCOREDD_DUMP_PASSIVE, 0);
  uint32_t value;
  EXPECT_LT(session.Read32(0, &value), 0);
}

TEST_F(BarServicesTest, VfioIsNeverOpenedHere) {
  auto [got, reason] = Answer("vfio=1\n");
  EXPECT_EQ(got, -EOPNOTSUPP);
  EXPECT_THAT(reason, HasSubstr("nobody holds the device"));
  // What the collector hands over has to be a VFIO device.
  std::tie(got, reason) = Answer("vfio=1\nvfio_fd=0\n");
  EXPECT_LT(got, 0);
  EXPECT_THAT(reason, HasSubstr("VFIO does not give BAR 0"));
}

// -- the mapped back-end, on a plain file ------------------------------------------

class BarWindowTest : public testing::Test {
 protected:
  void Open(int is_writable) {
    ASSERT_EQ(bar_window_open(&window_, sysfs_.DevicePath("resource0").c_str(),
                              FakeSysfs::kBarAddress, FakeSysfs::kBarSize, is_writable),
              0);
    window_.is_live = 1;
  }
  void TearDown() override { bar_window_close(&window_); }

  FakeSysfs sysfs_;
  bar_window window_{};
};

TEST_F(BarWindowTest, LoadsAndStoresEachWidth) {
  Open(1);
  uint64_t value = 0;
  for (const uint32_t width : {1u, 2u, 4u, 8u}) {
    value = 0;
    ASSERT_EQ(bar_window_load(&window_, 0x8120, width, &value), 0);
    EXPECT_EQ(value, width == 1 ? 0x20 : width == 8 ? 0x812400008120 : 0x8120);
    ASSERT_EQ(bar_window_store(&window_, 0x8308 + 16 * width, width, 0x1122334455667788), 0);
    value = 0;
    ASSERT_EQ(bar_window_load(&window_, 0x8308 + 16 * width, width, &value), 0);
    EXPECT_EQ(value, 0x1122334455667788 & (width == 8 ? ~0ull : (1ull << (8 * width)) - 1));
    ASSERT_EQ(bar_window_load(&window_, 0x8308 + 16 * width + width, 1, &value), 0);
    EXPECT_NE(value & 0xff, 0x88 - width * 0x11) << "the store was wider than " << width;
  }
}

TEST_F(BarWindowTest, AMappingThatLostItsFileIsAnErrorNotGarbage) {
  Open(0);
  uint32_t value = 0;
  ASSERT_EQ(bar_window_load(&window_, 0x8000, 4, &value), 0);
  ASSERT_EQ(::truncate(sysfs_.DevicePath("resource0").c_str(), 0x1000), 0);
  EXPECT_EQ(bar_window_load(&window_, 0x8000, 4, &value), -EIO);
  EXPECT_EQ(bar_window_load(&window_, 0x9000, 4, &value), -EIO);
  EXPECT_EQ(bar_window_load(&window_, 0x10, 4, &value), 0);
  EXPECT_EQ(value, 0x10u);
}

TEST_F(BarWindowTest, AnotherBusErrorStillEndsTheProcess) {
  Open(0);
  uint32_t value = 0;
  ASSERT_EQ(bar_window_load(&window_, 0, 4, &value), 0);
  EXPECT_EXIT(::raise(SIGBUS); ::raise(SIGBUS), testing::KilledBySignal(SIGBUS), "");
}

TEST_F(BarWindowTest, ABarSmallerThanAPageIsFoundInIt) {
  Open(0);
  window_.skip = 0x340;
  window_.size = 0x40;
  uint32_t value = 0;
  ASSERT_EQ(bar_window_load(&window_, 0x10, 4, &value), 0);
  EXPECT_EQ(value, 0x350u);
}

}  // namespace
}  // namespace vmcoredd
