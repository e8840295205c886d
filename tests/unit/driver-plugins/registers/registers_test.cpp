// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "registertest_registers.h"
#include "tests/unit/driver-plugins/fake_host.h"

extern "C" const vmcoredd_plugin* vmcoredd_builtin_registertest_entry(void);

namespace vmcoredd {
namespace {

using ::testing::ElementsAre;

const vmcoredd_plugin& Tables() { return *vmcoredd_builtin_registertest_entry(); }

struct Device : FakeHost {
  Device() : FakeHost(256) {
    Set32(0, 0x12345678);
    AddBar(0, 0x1000);
    AddBar(2, 0x100);
    FillBar(0, 0xa0000000);
    FillBar(2, 0xb0000000);
  }
};

TEST(RegisterList, BecomesTheTableThatItSays) {
  const vmcoredd_register_list& plain = registertest_plain_registers;
  ASSERT_EQ(plain.count, 3u);
  EXPECT_EQ(plain.dump_class, VMCOREDD_DUMP_PASSIVE);
  EXPECT_EQ(plain.ranges[2].offset, 256u);
  EXPECT_EQ(plain.ranges[2].count, 3u);
  EXPECT_EQ(plain.ranges[2].width, 4u);
  EXPECT_EQ(plain.ranges[2].bar, 0u);
  const vmcoredd_register_list& mixed = registertest_mixed_registers;
  ASSERT_EQ(mixed.count, 6u);
  EXPECT_EQ(mixed.dump_class, VMCOREDD_DUMP_SIDE_EFFECT);
  EXPECT_EQ(mixed.ranges[0].width, 8u);
  EXPECT_EQ(mixed.ranges[5].bar, 0u);
  EXPECT_EQ(vmcoredd_registers_size(&mixed, 2), 0x20u);
  EXPECT_EQ(vmcoredd_registers_size(&mixed, 0), 4u);
  EXPECT_EQ(vmcoredd_registers_size(&mixed, 1), 0u);
}

TEST(RegisterList, IsAnImageWithHolesWhereNothingWasRead) {
  Device device;
  ASSERT_EQ(device.Collect(Tables(), "plain"), 0);
  ASSERT_EQ(device.payload.size(), 256u + 12);
  EXPECT_EQ(device.Payload32(0x10), 0xa0000010u);
  EXPECT_EQ(device.Payload32(0x18), 0xa0000018u);
  EXPECT_EQ(device.Payload32(0x108), 0xa0000108u);
  ASSERT_EQ(device.holes.size(), 2u);
  EXPECT_EQ(device.holes.at(0).size, 0x10u);
  EXPECT_EQ(device.holes.at(0x1c).size, 0x100u - 0x1c);
  EXPECT_EQ(device.HoleAt(0x20), "not on the allow-list");
  EXPECT_EQ(device.accesses.size(), 6u);
  EXPECT_FALSE(device.WasTouched(0, 0, 0x10));
  EXPECT_FALSE(device.WasTouched(0, 0x1c, 0x100 - 0x1c));
  EXPECT_EQ(device.Offer("plain")->flags, VMCOREDD_DUMP_EARLY);
  EXPECT_EQ(device.Offer("plain")->size, 268u);
  EXPECT_EQ(device.Offer("plain")->priority, 3);
}

TEST(RegisterList, ReadsWithTheWidthsThatItSaysInOrder) {
  Device device;
  ASSERT_EQ(device.Collect(Tables(), "mixed"), 0);
  std::vector<std::pair<uint64_t, uint32_t>> seen;
  for (const FakeAccess& access : device.accesses) {
    EXPECT_EQ(access.bar, 2u);
    seen.emplace_back(access.offset, access.width);
  }
  using P = std::pair<uint64_t, uint32_t>;
  EXPECT_THAT(seen, ElementsAre(P{0, 8}, P{8, 4}, P{12, 4}, P{0x10, 1}, P{0x12, 2}, P{0x18, 8}));
  EXPECT_EQ(device.payload.size(), 0x20u);
  EXPECT_EQ(device.HoleAt(0x11), "not on the allow-list");
}

TEST(RegisterList, AFailureMakesTheRestOneHole) {
  Device device;
  device.AddBar(0, 0x104);  // the last range reaches past its end
  EXPECT_EQ(device.Collect(Tables(), "plain"), -ERANGE);
  EXPECT_EQ(device.payload.size(), 268u);
  ASSERT_EQ(device.holes.size(), 2u);
  EXPECT_EQ(device.holes.at(0x1c).size, 268u - 0x1c);
  EXPECT_EQ(device.HoleAt(0x1c), "past the end of the BAR");
}

TEST(RegisterList, KeepsWhatWasReadWhenTheDeviceVanishes) {
  Device device;
  device.vanish_after = 4;
  EXPECT_EQ(device.Collect(Tables(), "plain"), -ENODATA);
  EXPECT_EQ(device.Payload32(0x100), 0xa0000100u);
  EXPECT_EQ(device.HoleAt(0x104), "the device stopped answering, or the time was over");
  EXPECT_EQ(device.payload.size(), 268u);
}

TEST(RegisterList, WritesNothingWhenTheFirstReadFails) {
  Device device;
  device.refuse_bars = -EBUSY;
  EXPECT_EQ(device.Collect(Tables(), "plain"), -EBUSY);
  EXPECT_TRUE(device.payload.empty());
  EXPECT_TRUE(device.holes.empty());
}

TEST(RegisterList, AnOlderHostWithoutBarsIsSaidSo) {
  Device device;
  device.host.struct_size = offsetof(vmcoredd_host, describe_bar);
  EXPECT_EQ(device.Collect(Tables(), "plain"), -ENOSYS);
  EXPECT_STREQ(vmcoredd_register_error(-ENOSYS), "the host cannot read BARs");
}

TEST(RegisterList, ABaseMovesTheReadsNotTheImage) {
  Device device;
  ASSERT_EQ(device.Register(Tables()), 0);
  ASSERT_EQ(vmcoredd_collect_registers(&device.host, &device.device, &registertest_plain_registers,
                                       0, 0x400, 0x18, &device.sink),
            0);
  EXPECT_EQ(device.payload.size(), 0x18u);
  EXPECT_EQ(device.Payload32(0x10), 0xa0000410u);
  EXPECT_EQ(device.accesses.size(), 2u);
  uint64_t value = 0;
  ASSERT_EQ(vmcoredd_read_register(&device.host, &device.device, 2, 8, 8, &value), 0);
  EXPECT_EQ(value, 0xb000000cb0000008u);
}

TEST(FakeHostItself, RefusesWhatTheRealOneRefuses) {
  Device device;
  device.is_early = true;
  EXPECT_EQ(device.Collect(Tables(), "plain"), 0);
  EXPECT_EQ(device.Collect(Tables(), "mixed"), -EPERM);
  EXPECT_EQ(device.host.write_register(&device.host, &device.device, 0, 0, 4, 1), -EPERM);
  uint32_t word = 0;
  const auto read = [&](uint32_t bar, uint64_t offset, uint32_t width) {
    return device.host.read_registers(&device.host, &device.device, bar, offset, width, &word, 1);
  };
  EXPECT_EQ(read(0, 2, 4), -EINVAL);
  EXPECT_EQ(read(0, 0, 3), -EINVAL);
  EXPECT_EQ(read(1, 0, 4), -ENOENT);
  EXPECT_EQ(read(0, 0x1000, 4), -ERANGE);
  device.AddBar(1, 32, VMCOREDD_BAR_IO);
  EXPECT_EQ(read(1, 0, 4), -EOPNOTSUPP);
  device.ones.push_back({0, 0, 4});
  EXPECT_EQ(read(0, 0, 4), 1);
  EXPECT_EQ(word, 0xffffffffu);
}

}  // namespace
}  // namespace vmcoredd
