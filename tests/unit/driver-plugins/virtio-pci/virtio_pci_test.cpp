// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/unit/driver-plugins/fake_host.h"

extern "C" const vmcoredd_plugin* vmcoredd_builtin_virtio_pci_entry(void);

namespace vmcoredd {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const vmcoredd_plugin& Virtio() { return *vmcoredd_builtin_virtio_pci_entry(); }

// A device as QEMU makes it: common at 0 of BAR 4, ISR at 0x1000, device configuration
// at 0x2000, notifications at 0x3000. queue_select is a window onto the queues.
struct VirtioDevice : FakeHost {
  VirtioDevice() : FakeHost(256) {
    Set32(0, 0x10411af4);
    Set32(4, 0x00100006);
    config[0x34] = 0x40;
    device.vendor_id = 0x1af4;
    device.device_id = 0x1041;
    Cap(0x40, 0x50, 1, 4, 0, 0x1000);
    Cap(0x50, 0x60, 3, 4, 0x1000, 0x1000);
    Cap(0x60, 0x70, 4, 4, 0x2000, 0x1000);
    Cap(0x70, 0x00, 2, 4, 0x3000, 0x1000);
    AddBar(4, 0x4000);
    FillBar(4, 0x22000000);
    SetRegister(4, 0x12, 3, 2);  // num_queues
    SetRegister(4, 0x14, 0x0f, 1);
    SetRegister(4, 0x16, 1, 2);  // queue_select
    on_read = [](FakeHost& fake, uint32_t, uint64_t offset) {
      if (offset < 0x18 || offset >= 0x38) return;
      const uint64_t queue = fake.GetRegister(4, 0x16, 2);
      fake.SetRegister(4, 0x18, 256 + queue, 2);
      fake.SetRegister(4, 0x20, 0x100000 * (queue + 1));
    };
  }
  void Cap(uint8_t at, uint8_t next, uint8_t type, uint8_t bar, uint32_t offset, uint32_t length) {
    Set32(at, 0x09u | uint32_t{next} << 8 | 16u << 16 | uint32_t{type} << 24);
    Set32(at + 4, bar);
    Set32(at + 8, offset);
    Set32(at + 12, length);
  }
};

// Wherever the device's configuration is.
const std::vector<NamedRegisters> kHarmful = {{"ISR: clears", 4, 0x1000, 0x1000},
                                              {"notifications", 4, 0x3000, 0x1000}};

TEST(VirtioPciPlugin, MatchesVirtioDevices) {
  VirtioDevice device;
  EXPECT_EQ(Virtio().match(&device.host, &device.device), 50);
  device.device.device_id = 0x1100;  // QEMU's own devices have the vendor id too
  EXPECT_EQ(Virtio().match(&device.host, &device.device), 0);
}

TEST(VirtioPciPlugin, OffersWhatTheCapabilitiesTell) {
  VirtioDevice device;
  device.is_early = true;
  ASSERT_EQ(device.Register(Virtio()), 0);
  EXPECT_TRUE(device.accesses.empty()) << "no BAR is read to offer";
  ASSERT_NE(device.Offer("common"), nullptr);
  EXPECT_EQ(device.Offer("common")->flags, VMCOREDD_DUMP_EARLY);
  EXPECT_EQ(device.Offer("common")->dump_class, VMCOREDD_DUMP_PASSIVE);
  EXPECT_EQ(device.Offer("common")->size, 0x3cu);
  EXPECT_EQ(device.Offer("device")->size, 24u);
  EXPECT_EQ(device.Offer("queues")->dump_class, VMCOREDD_DUMP_SIDE_EFFECT);
}

TEST(VirtioPciPlugin, ReadsEachFieldOfTheCommonConfigurationWithItsOwnWidth) {
  VirtioDevice device;
  device.is_early = true;
  ASSERT_EQ(device.Collect(Virtio(), "common"), 0);
  EXPECT_EQ(device.payload.size(), 0x3cu);
  EXPECT_EQ(device.payload[0x14], 0x0f);
  EXPECT_EQ(device.payload[0x16], 1);
  EXPECT_EQ(device.Payload32(0x20), 0x200000u);
  EXPECT_TRUE(device.Writes().empty()) << "queue_select stays as it was";
  for (const FakeAccess& access : device.accesses) {
    const uint64_t at = access.offset;
    EXPECT_EQ(access.bar, 4u);
    EXPECT_EQ(access.width, at == 0x14 || at == 0x15                 ? 1u
                            : at < 0x10 || (at >= 0x20 && at < 0x38) ? 4u
                                                                     : 2u)
        << at;
  }
  EXPECT_THAT(device.TouchedOf(kHarmful), IsEmpty());
}

TEST(VirtioPciPlugin, StructuresAreThoseOfTheFixtureByteForByte) {
  const std::vector<uint8_t> image = ReadFixture(VMCOREDD_FIXTURES "virtio-pci_bar4");
  for (const auto& [what, section] : {std::pair("common", ".common"), {"device", ".net"}}) {
    VirtioDevice device;
    device.on_read = nullptr;
    device.bars[4].bytes = image;
    ASSERT_EQ(device.Collect(Virtio(), what), 0) << what;
    EXPECT_EQ(device.payload,
              ReadFixture(VMCOREDD_FIXTURES "virtio-pci_bar4" + std::string(section)))
        << what;
    EXPECT_EQ(device.bars[4].bytes, image) << what;
  }
}

TEST(VirtioPciPlugin, AnOlderCommonConfigurationIsShorter) {
  VirtioDevice device;
  device.Cap(0x40, 0x50, 1, 4, 0, 0x38);
  ASSERT_EQ(device.Collect(Virtio(), "common"), 0);
  EXPECT_EQ(device.payload.size(), 0x38u);
  EXPECT_FALSE(device.WasTouched(4, 0x38, 4));
  device.Cap(0x40, 0x50, 1, 4, 0, 0x20);
  EXPECT_EQ(device.Register(Virtio()), -EINVAL);
  EXPECT_THAT(device.error_text, HasSubstr("shorter"));
}

TEST(VirtioPciPlugin, ReadsEachFieldOfADeviceConfigurationWithItsOwnWidth) {
  VirtioDevice device;  // network
  ASSERT_EQ(device.Collect(Virtio(), "device"), 0);
  const std::vector<std::pair<uint64_t, uint32_t>> fields = {
      {0, 1}, {1, 1},  {2, 1},  {3, 1},  {4, 1},  {5, 1},  {6, 2},
      {8, 2}, {10, 2}, {12, 4}, {16, 1}, {17, 1}, {18, 2}, {20, 4}};
  ASSERT_EQ(device.accesses.size(), fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    EXPECT_EQ(device.accesses[i].offset, 0x2000 + fields[i].first);
    EXPECT_EQ(device.accesses[i].width, fields[i].second);
  }
  EXPECT_THAT(device.TouchedOf(kHarmful), IsEmpty());
}

TEST(VirtioPciPlugin, WhatIsForWritingInDeviceConfigurationsIsNotRead) {
  const struct {
    uint16_t id, subsystem;
    uint64_t size;
    NamedRegisters harmful;
  } types[] = {{0x1043, 0, 8, {"emerg_wr", 4, 0x2008, 4}},
               {0x1050, 0, 16, {"events_clear", 4, 0x2004, 4}},
               {0x1009, 9, 34, {"past the tag", 4, 0x2022, 0xfde}},
               {0x1003, 3, 8, {"emerg_wr", 4, 0x2008, 4}},  // transitional
               {0x1001, 2, 72, {"past the end", 4, 0x2048, 0xfb8}}};
  for (const auto& type : types) {
    VirtioDevice device;
    device.device.device_id = type.id;
    device.Set32(0x2c, uint32_t{type.subsystem} << 16 | 0x1af4);
    ASSERT_EQ(device.Collect(Virtio(), "device"), 0);
    EXPECT_EQ(device.payload.size(), type.size);
    EXPECT_THAT(device.TouchedOf({type.harmful}), IsEmpty());
    EXPECT_THAT(device.TouchedOf(kHarmful), IsEmpty());
  }
}

TEST(VirtioPciPlugin, ATypeOfUnknownFieldsHasNoDeviceDump) {
  for (const uint16_t id : {0x1044, 0x1052, 0x107f}) {  // entropy, input, none
    VirtioDevice device;
    device.device.device_id = id;
    ASSERT_EQ(device.Register(Virtio()), 0);
    EXPECT_EQ(device.Offer("device"), nullptr) << id;
    EXPECT_NE(device.Offer("common"), nullptr) << id;
  }
}

TEST(VirtioPciPlugin, TheDeviceConfigurationIsReadWhereItsCapabilitySays) {
  VirtioDevice device;
  device.Cap(0x60, 0x70, 4, 4, 0x2000, 8);
  ASSERT_EQ(device.Collect(Virtio(), "device"), 0);
  EXPECT_EQ(device.payload.size(), 8u);
  EXPECT_EQ(device.Payload32(4), 0x22002004u);
  EXPECT_FALSE(device.WasTouched(4, 0x2008, 0x1000));
  EXPECT_FALSE(device.WasTouched(4, 0, 0x2000));
}

TEST(VirtioPciPlugin, QueuesAreReadThroughTheWindowWhichIsPutBack) {
  VirtioDevice device;
  ASSERT_EQ(device.Collect(Virtio(), "queues"), 0);
  ASSERT_EQ(device.payload.size(), 3u * 0x20);
  for (uint32_t queue = 0; queue < 3; ++queue) {
    EXPECT_EQ(device.Payload32(queue * 0x20) & 0xffff, 256 + queue);
    EXPECT_EQ(device.Payload32(queue * 0x20 + 8), 0x100000 * (queue + 1));
  }
  ASSERT_EQ(device.Writes().size(), 4u);
  for (const FakeAccess& write : device.Writes()) {
    EXPECT_EQ(write.offset, 0x16u);
    EXPECT_EQ(write.width, 2u);
  }
  EXPECT_EQ(device.GetRegister(4, 0x16, 2), 1u);
  EXPECT_THAT(device.TouchedOf(kHarmful), IsEmpty());
}

TEST(VirtioPciPlugin, ADeviceThatDiesAmongTheQueuesKeepsTheFirst) {
  VirtioDevice device;
  device.vanish_after = 2 + 10 + 3;
  EXPECT_LT(device.Collect(Virtio(), "queues"), 0);
  EXPECT_EQ(device.payload.size(), 0x20u);
  EXPECT_THAT(device.warnings, Contains(HasSubstr("could not be written back")));
}

TEST(VirtioPciPlugin, ALegacyDeviceIsSaidToBeOne) {
  VirtioDevice device;
  device.config[0x34] = 0;
  EXPECT_EQ(device.Register(Virtio()), -ENOENT);
  EXPECT_THAT(device.error_text, HasSubstr("legacy"));
  device.Set32(4, 6);
  EXPECT_EQ(device.Register(Virtio()), -ENOENT);
}

TEST(VirtioPciPlugin, CapabilitiesThatLieCostNothing) {
  VirtioDevice device;
  device.Cap(0x40, 0x50, 1, 9, 0, 0x1000);  // no such BAR: passed over
  EXPECT_EQ(device.Register(Virtio()), -ENOENT);
  device.Cap(0x40, 0x40, 7, 4, 0, 0x1000);  // a loop
  EXPECT_EQ(device.Register(Virtio()), -ENOENT);
  device.Cap(0x40, 0x00, 1, 4, 0xfffffff0, 0xffffffff);  // far outside
  ASSERT_EQ(device.Register(Virtio()), 0);
  EXPECT_EQ(device.Offer("common")->size, 0x3cu);
  EXPECT_EQ(device.Collect(Virtio(), "common"), -ERANGE);
  device.fail_from = 0x34;
  EXPECT_EQ(device.Register(Virtio()), -EIO);
}

}  // namespace
}  // namespace vmcoredd
