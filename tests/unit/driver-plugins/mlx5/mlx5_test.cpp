// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/driver-plugins/mlx5/gateway.h"

extern "C" const vmcoredd_plugin* vmcoredd_builtin_mlx5_entry(void);

namespace vmcoredd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const vmcoredd_plugin& Mlx5() { return *vmcoredd_builtin_mlx5_entry(); }

// Its initialisation segment is that of fixture/bar0.txt, with a syndrome.
struct WithSegment : ConnectX {
  WithSegment() { bars[0].bytes = ReadFixture(VMCOREDD_FIXTURES "mlx5_bar0"); }
  uint32_t Big32(uint64_t offset) const {
    return uint32_t{payload.at(offset)} << 24 | uint32_t{payload.at(offset + 1)} << 16 |
           uint32_t{payload.at(offset + 2)} << 8 | payload.at(offset + 3);
  }
  void Count(uint32_t value) {
    for (int i = 0; i < 4; ++i) {
      bars[0].bytes[0x1010 + i] = static_cast<uint8_t>(value >> (24 - 8 * i));
    }
  }
};

TEST(Mlx5Plugin, MatchesByIdAndKnowsVirtualFunctions) {
  ConnectX device;
  EXPECT_EQ(Mlx5().match(&device.host, &device.device), 100);
  device.device.device_id = 0x1003;  // mlx4
  EXPECT_EQ(Mlx5().match(&device.host, &device.device), 0);
  device.device.device_id = 0x1018;
  EXPECT_EQ(Mlx5().match(&device.host, &device.device), 100);
  ASSERT_EQ(device.Register(Mlx5()), 0);
  EXPECT_TRUE(device.Offer("iseg"));
  EXPECT_FALSE(device.Offer("crspace"));
  device.device.vendor_id = 0x8086;
  EXPECT_EQ(Mlx5().match(&device.host, &device.device), 0);
  EXPECT_THAT(device.accesses, IsEmpty());
}

TEST(Mlx5Plugin, OffersThePassiveSegmentEarlyAndTheRestLate) {
  ConnectX device;
  ASSERT_EQ(device.Register(Mlx5()), 0);
  ASSERT_EQ(device.dumps.size(), 3u);
  EXPECT_EQ(device.Offer("iseg")->dump_class, VMCOREDD_DUMP_PASSIVE);
  EXPECT_EQ(device.Offer("iseg")->flags, VMCOREDD_DUMP_EARLY);
  EXPECT_EQ(device.Offer("iseg")->size, 0x1048u);
  EXPECT_EQ(device.Offer("health")->dump_class, VMCOREDD_DUMP_PASSIVE);
  EXPECT_EQ(device.Offer("health")->flags, 0u);
  EXPECT_EQ(device.Offer("crspace")->dump_class, VMCOREDD_DUMP_SIDE_EFFECT);
  EXPECT_EQ(device.Offer("crspace")->flags, 0u);
  EXPECT_THAT(device.accesses, IsEmpty());
}

TEST(Mlx5Plugin, ReadsTheSegmentButNoDoorbellAndNoClearRegister) {
  WithSegment device;
  device.is_early = true;
  ASSERT_EQ(device.Collect(Mlx5(), "iseg"), 0);
  ASSERT_EQ(device.payload.size(), 0x1048u);
  EXPECT_EQ(device.payload, ReadFixture(VMCOREDD_FIXTURES "mlx5_bar0.iseg"));
  EXPECT_EQ(device.Big32(0x000), 0x00230010u);  // firmware 16.35
  EXPECT_EQ(device.Big32(0x004), 0x000507d0u);
  EXPECT_EQ(device.Big32(0x200), 0xa55e0000u);
  EXPECT_EQ(device.Big32(0x23c), 0x05010203u);  // irisc, syndrome, extended syndrome
  EXPECT_EQ(device.Big32(0x1010), 0x1234u);
  EXPECT_EQ(device.Big32(0x1044), 0x0badf00du);
  const std::vector<NamedRegisters> harmful = {
      {"rsvd0", 0, 0x08, 8},       {"cmd_dbell", 0, 0x18},
      {"rsvd1", 0, 0x1c, 0x1e0},   {"rsvd2", 0, 0x240, 0xdb8},
      {"rsvd3", 0, 0x1008, 8},     {"rsvd4", 0, 0x1014, 0x2c},
      {"rsvd5", 0, 0x1048, 0xfb8}, {"ieee1588_clk, ieee1588_clk_type", 0, 0x2000, 12},
      {"clr_intx", 0, 0x200c},     {"behind mlx5_init_seg", 0, 0x2010, 0xdff0}};
  EXPECT_THAT(device.TouchedOf(harmful), IsEmpty());
  EXPECT_THAT(device.HoleAt(0x18), HasSubstr("allow-list"));
  EXPECT_EQ(device.accesses.size(), 28u);
  EXPECT_THAT(device.Writes(), IsEmpty());
}

TEST(Mlx5Plugin, KeepsWhatItReadOfASegmentThatGoesAway) {
  WithSegment device;
  device.vanish_after = 10;
  EXPECT_EQ(device.Collect(Mlx5(), "iseg"), -ENODATA);
  EXPECT_EQ(device.Big32(0x000), 0x00230010u);
  EXPECT_EQ(device.payload.size(), 0x1048u);
  EXPECT_THAT(device.HoleAt(0x1010), HasSubstr("stopped answering"));
}

TEST(Mlx5Plugin, SeesAFirmwareThatCounts) {
  WithSegment device;
  uint32_t reads = 0;
  device.on_read = [&](FakeHost& fake, uint32_t, uint64_t offset) {
    if (offset == 0x1010) static_cast<WithSegment&>(fake).Count(++reads < 3 ? 0x77 : 0x78);
  };
  ASSERT_EQ(device.Collect(Mlx5(), "health"), 0);
  ASSERT_EQ(device.payload.size(), 16u);
  EXPECT_EQ(device.Big32(0), 0x77u);
  EXPECT_EQ(device.Big32(4), 0x78u);
  EXPECT_GE(device.Big32(8), 100u);
  EXPECT_EQ(device.Big32(12), 3u);
  EXPECT_THAT(device.warnings, IsEmpty());
}

TEST(Mlx5Plugin, SaysThatAFirmwareDoesNotCount) {
  WithSegment device;
  device.remaining_ms = 10000;
  ASSERT_EQ(device.Collect(Mlx5(), "health"), 0);
  EXPECT_EQ(device.Big32(0), device.Big32(4));
  EXPECT_GE(device.Big32(8), 2100u);
  EXPECT_THAT(device.warnings, ElementsAre(HasSubstr("firmware does not count")));
}

TEST(Mlx5Plugin, SaysWhenTheTimeIsTooShortForAVerdict) {
  WithSegment device;
  device.remaining_ms = 150;
  ASSERT_EQ(device.Collect(Mlx5(), "health"), 0);
  EXPECT_EQ(device.Big32(12), 1u);
  EXPECT_THAT(device.warnings, ElementsAre(HasSubstr("too short")));
}

// A CR space with holes between 0x10 and 0x100, and at its end.
struct WithCrspace : ConnectX {
  WithCrspace() {
    crspace_size = 0x4000;
    for (uint32_t at = 0; at < 0x10; at += 4) crspace[at] = 0xc0000000 | at;
    for (uint32_t at = 0x100; at < 0x3000; at += 4) crspace[at] = 0xc0000000 | at;
  }
  bool IsReleased() const {
    const auto held = semaphores.find(0x20);
    return gateway_holder == 0 && (held == semaphores.end() || held->second == 0);
  }
};

TEST(Mlx5Crspace, WalksWhatTheGatewayEnumerates) {
  WithCrspace device;
  device.polls_until_ready = 3;
  ASSERT_EQ(device.Collect(Mlx5(), "crspace"), 0) << device.error_text;
  ASSERT_EQ(device.payload.size(), 0x4000u);
  for (const auto& [address, value] : device.crspace) {
    ASSERT_EQ(device.Payload32(address), value) << "at " << address;
  }
  ASSERT_EQ(device.holes.size(), 2u);
  EXPECT_EQ(device.holes.at(0x10).size, 0xf0u);
  EXPECT_EQ(device.holes.at(0x3000).size, 0x1000u);
  EXPECT_THAT(device.holes.at(0x10).reason, HasSubstr("not enumerated"));
  EXPECT_EQ(device.Payload32(0x10), 0u);
  EXPECT_EQ(device.reads_of_crspace, device.crspace.size());
  EXPECT_TRUE(device.IsReleased());
  EXPECT_THAT(device.warnings, IsEmpty());
  for (const FakeAccess& write : device.Writes()) {
    EXPECT_EQ(write.kind, FakeAccess::Kind::kConfigWrite);
    EXPECT_GE(write.offset, ConnectX::kControl);
    EXPECT_LT(write.offset, ConnectX::kCap + 0x18);
  }
}

TEST(Mlx5Crspace, ReportsAGatewayThatTheDeadKernelHolds) {
  WithCrspace device;
  device.gateway_holder = 0x4711;
  EXPECT_EQ(device.Collect(Mlx5(), "crspace"), -EBUSY);
  EXPECT_THAT(device.error_text, HasSubstr("held with 0x00004711"));
  EXPECT_THAT(device.Writes(), IsEmpty());  // it is not taken away from anyone
  EXPECT_THAT(device.payload, IsEmpty());
}

TEST(Mlx5Crspace, ReportsADumpOrResetUnderWay) {
  WithCrspace device;
  device.semaphores[0x20] = 0x99;
  EXPECT_EQ(device.Collect(Mlx5(), "crspace"), -EBUSY);
  EXPECT_THAT(device.error_text, HasSubstr("0x00000099"));
  EXPECT_EQ(device.semaphores[0x20], 0x99u);
  EXPECT_EQ(device.gateway_holder, 0u);
  EXPECT_EQ(device.reads_of_crspace, 0u);
}

TEST(Mlx5Crspace, GivesUpOnAGatewayThatNeverAnswers) {
  WithCrspace device;
  device.silent_at = 0x2000;
  EXPECT_EQ(device.Collect(Mlx5(), "crspace"), -ETIMEDOUT);
  EXPECT_THAT(device.error_text, HasSubstr("did not answer for address 0x2000"));
  ASSERT_EQ(device.payload.size(), 0x4000u);
  EXPECT_EQ(device.Payload32(0x1ffc), 0xc0001ffcu);
  EXPECT_THAT(device.HoleAt(0x2000), HasSubstr("did not answer"));
  EXPECT_TRUE(device.IsReleased());
}

TEST(Mlx5Crspace, StopsWhenTheDeviceGoesAway) {
  WithCrspace device;
  device.vanish_at = 0x1000;
  EXPECT_EQ(device.Collect(Mlx5(), "crspace"), -ENODEV);
  EXPECT_THAT(device.error_text, HasSubstr("stopped answering"));
  EXPECT_EQ(device.Payload32(0xffc), 0xc0000ffcu);
  EXPECT_THAT(device.HoleAt(0x1000), HasSubstr("stopped answering"));
  EXPECT_THAT(device.warnings, testing::Not(IsEmpty()));  // nothing could be given back
}

TEST(Mlx5Crspace, StopsInTimeToGiveTheSemaphoresBack) {
  WithCrspace device;
  device.ms_per_read = 10;
  EXPECT_EQ(device.Collect(Mlx5(), "crspace"), -ETIME);
  EXPECT_THAT(device.error_text, HasSubstr("time was over"));
  EXPECT_GE(device.reads_of_crspace, 64u);
  EXPECT_LT(device.reads_of_crspace, 200u);
  EXPECT_EQ(device.payload.size(), 0x4000u);
  EXPECT_TRUE(device.IsReleased());
}

TEST(Mlx5Crspace, StopsAtAnEnumerationThatGoesBackwards) {
  WithCrspace device;
  device.wrong_next_at = 0x100;
  EXPECT_EQ(device.Collect(Mlx5(), "crspace"), -EIO);
  EXPECT_EQ(device.Payload32(0x100), 0xc0000100u);
  EXPECT_THAT(device.HoleAt(0x104), HasSubstr("follows 0x100"));
  EXPECT_TRUE(device.IsReleased());
}

TEST(Mlx5Crspace, TellsOfNoMoreHolesThanADumpMayHave) {
  ConnectX device;
  device.crspace_size = 0x20000;
  for (uint32_t at = 0; at < 0x10000; at += 8) device.crspace[at] = 0xc0000000 | at;
  device.crspace[0x18000] = 1;
  ASSERT_EQ(device.Collect(Mlx5(), "crspace"), 0) << device.error_text;
  ASSERT_EQ(device.payload.size(), 0x20000u);
  EXPECT_EQ(device.holes.size(), 502u);  // and a large one, and the end
  EXPECT_THAT(device.HoleAt(0x17ffc), HasSubstr("not enumerated"));
  for (const auto& [address, value] : device.crspace) {
    ASSERT_EQ(device.Payload32(address), value) << "at " << address;
  }
  EXPECT_EQ(device.Payload32(500 * 8 - 4), 0u);
  EXPECT_EQ(device.Payload32(500 * 8 + 4), 0xbadacce5u);
  EXPECT_THAT(device.warnings, ElementsAre(HasSubstr("from 0xfa4 on")));
}

TEST(Mlx5Crspace, RefusesASizeThatCannotBe) {
  for (const uint32_t size : {0u, 0x20000000u}) {
    WithCrspace device;
    device.crspace_size = size;
    EXPECT_EQ(device.Collect(Mlx5(), "crspace"), -EIO);
    EXPECT_THAT(device.error_text, HasSubstr("bytes"));
    EXPECT_THAT(device.payload, IsEmpty());
    EXPECT_TRUE(device.IsReleased());
  }
}

TEST(Mlx5Crspace, SaysWhenFirmwareDoesNotOpenTheSpace) {
  WithCrspace device;
  device.has_crspace = false;
  EXPECT_EQ(device.Collect(Mlx5(), "crspace"), -EOPNOTSUPP);
  EXPECT_THAT(device.error_text, HasSubstr("no address space 0x7"));
  EXPECT_TRUE(device.IsReleased());
}

TEST(Mlx5Crspace, IsNotOfferedWithoutAGateway) {
  ConnectX device;
  device.Set32(ConnectX::kCap, 0x00100009);  // too short
  ASSERT_EQ(device.Register(Mlx5()), 0);
  EXPECT_FALSE(device.Offer("crspace"));
  device.Set32(0x40, 0x00034001);  // a list that loops, without one
  ASSERT_EQ(device.Register(Mlx5()), 0);
  EXPECT_FALSE(device.Offer("crspace"));
}

TEST(Mlx5Plugin, RefusesADeadDevice) {
  ConnectX device;
  std::fill(device.config.begin(), device.config.end(), 0xff);
  EXPECT_EQ(device.Register(Mlx5()), -ENODEV);
  EXPECT_THAT(device.error_text, HasSubstr("does not answer"));
}

}  // namespace
}  // namespace vmcoredd
