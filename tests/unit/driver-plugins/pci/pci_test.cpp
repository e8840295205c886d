// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/driver-plugins/pci/pci_device.h"

extern "C" const vmcoredd_plugin* vmcoredd_builtin_pci_entry(void);

namespace vmcoredd {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const vmcoredd_plugin& Pci() { return *vmcoredd_builtin_pci_entry(); }

TEST(PciPlugin, MatchesPciDevicesWithConfigurationSpaceOnly) {
  PciDevice device(256);
  EXPECT_EQ(Pci().match(&device.host, &device.device), 1);
  device.device.config_size = 0;
  EXPECT_EQ(Pci().match(&device.host, &device.device), 0);
  device.device.config_size = 256;
  device.device.bus = "usb";
  EXPECT_EQ(Pci().match(&device.host, &device.device), 0);
  EXPECT_THAT(device.reads, IsEmpty());
}

TEST(PciPlugin, ReadsOnlyTheHeaderOfADeviceWithoutCapabilities) {
  PciDevice device(256);
  EXPECT_EQ(device.Collect(Pci()), 0);
  ASSERT_EQ(device.payload.size(), 256u);
  EXPECT_TRUE(
      std::equal(device.config.begin(), device.config.begin() + 64, device.payload.begin()));
  EXPECT_THAT(device.ReadPast(64), IsEmpty());
  ASSERT_EQ(device.holes.size(), 1u);
  EXPECT_EQ(device.holes.at(64).size, 192u);
  EXPECT_EQ(device.payload[64], 0);
}

TEST(PciPlugin, ReadsEachCapabilityAtItsOffsetAndNothingBetween) {
  PciDevice device(256);
  device.FirstCap(0x50);
  device.Cap(0x50, 0x01, 0x70);          // power management: 8 bytes
  device.Cap(0x70, 0x11, 0x90);          // MSI-X: 12 bytes
  device.Cap(0x90, 0x05, 0xb0, 0x0180);  // MSI, 64-bit, maskable: 24 bytes
  device.Cap(0xb0, 0x10, 0x00, 0x0002);  // PCI Express v2 endpoint: 0x34 bytes
  ASSERT_EQ(device.Register(Pci()), 0);
  device.reads.clear();
  EXPECT_EQ(device.dumps[0].collect(&device.host, &device.device, nullptr, &device.sink), 0);
  std::vector<uint32_t> expected;
  const auto add = [&](uint32_t begin, uint32_t size) {
    for (uint32_t at = begin; at < begin + size; at += 4) expected.push_back(at);
  };
  add(0x50, 8);
  add(0x70, 12);
  add(0x90, 24);
  add(0xb0, 0x34);
  EXPECT_EQ(device.ReadPast(64), expected);
  EXPECT_EQ(device.payload[0x54], 0xa5);
  EXPECT_EQ(device.payload[0x58], 0);
  EXPECT_THAT(device.warnings, IsEmpty());
  for (const auto& [offset, count] : device.reads) {
    // The command is read after the walk as well.
    EXPECT_EQ(count, offset == 4 ? 2 : 1) << "at " << offset;
  }
}

TEST(PciPlugin, LeavesVpdDataAndVendorRegistersAlone) {
  PciDevice device(256);
  device.FirstCap(0x50);
  device.Cap(0x50, 0x03, 0x60);          // VPD
  device.Cap(0x60, 0x09, 0x00, 0x0514);  // vendor-specific, 20 bytes, virtio's window type
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_THAT(device.ReadPast(64), ElementsAre(0x50u, 0x60u));
  EXPECT_EQ(device.holes.at(0x54).size, 4u);
  EXPECT_EQ(device.holes.at(0x54).reason, "vital product data");
  EXPECT_EQ(device.holes.at(0x64).size, 16u);
  EXPECT_THAT(device.holes.at(0x64).reason, HasSubstr("vendor-specific"));
  EXPECT_THAT(device.holes.at(0x74).reason, HasSubstr("no known capability"));
}

TEST(PciPlugin, NeverReadsGatewaysAndDataPorts) {
  PciDevice device(4096);
  device.FirstCap(0x40);
  device.Cap(0x40, 0x03, 0x48);
  device.Cap(0x48, 0x09, 0x60, 0x0518);  // virtio's window, 24 bytes
  device.Cap(0x60, 0x0c, 0x70);
  device.Cap(0x70, 0x12, 0x80);
  device.Cap(0x80, 0x09, 0x00, 0x0018);  // mlx5's gateway, 24 bytes
  device.ExtCap(0x100, 0x2e, 0x140);
  device.ExtCap(0x140, 0x0b, 0x180);
  device.Set32(0x144, 0x02000000);  // 32 bytes
  device.ExtCap(0x180, 0x23, 0);
  device.Set32(0x184, 0x02000000);
  ASSERT_EQ(device.Collect(Pci()), 0);
  const struct {
    const char* name;
    uint32_t begin, end;
  } harmful[] = {{"vital product data", 0x44, 0x48},
                 {"virtio: pci_cfg_data reads a BAR", 0x4c, 0x60},
                 {"hot-plug controller: data", 0x64, 0x68},
                 {"SATA: index and data", 0x78, 0x80},
                 {"mlx5: control to data", 0x84, 0x98},
                 {"Intel NICs: IOADDR and IODATA", 0x98, 0xa0},
                 {"DOE: mailboxes", 0x110, 0x118},
                 {"extended vendor-specific", 0x148, 0x160},
                 {"DVSEC", 0x18c, 0x1a0}};
  for (const auto& one : harmful) {
    for (uint32_t at = one.begin; at < one.end; at += 4) {
      EXPECT_FALSE(device.WasRead(at)) << one.name << ", " << std::hex << at;
    }
  }
  EXPECT_TRUE(device.WasRead(0x74) && device.WasRead(0x10c)) << "what is known is read";
  EXPECT_THAT(device.accesses, IsEmpty()) << "neither BARs, nor writes";
}

TEST(PciPlugin, ReadsOnlyTheFirstDoubleWordOfAnUnknownCapability) {
  PciDevice device(256);
  device.FirstCap(0x50);
  device.Cap(0x50, 0x66, 0x00);
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_THAT(device.ReadPast(64), ElementsAre(0x50u));
}

TEST(PciPlugin, NeverReadsACapabilityIntoTheNextOne) {
  PciDevice device(256);
  device.FirstCap(0x40);
  device.Cap(0x40, 0x10, 0x48, 0x0002);  // claims 0x34 bytes
  device.Cap(0x48, 0x03, 0x00);          // VPD right behind
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_THAT(device.ReadPast(64), ElementsAre(0x40u, 0x44u, 0x48u));
}

TEST(PciPlugin, StopsAtACapabilityListThatLoops) {
  PciDevice device(256);
  device.FirstCap(0x50);
  device.Cap(0x50, 0x01, 0x60);
  device.Cap(0x60, 0x01, 0x50);
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_THAT(device.warnings, ElementsAre("the capability list comes back to 0x50"));
  EXPECT_EQ(device.payload.size(), 256u);
}

TEST(PciPlugin, SurvivesAListThroughEveryPossibleOffset) {
  PciDevice device(256);
  device.FirstCap(0x40);
  for (uint32_t at = 0x40; at < 0x100; at += 4) {
    device.Cap(at, 0x02, static_cast<uint8_t>(at == 0xfc ? 0x40 : at + 4));
  }
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_EQ(device.ReadPast(64).size(), 48u);
  EXPECT_THAT(device.warnings, ElementsAre(HasSubstr("comes back to 0x40")));
}

TEST(PciPlugin, StopsAtACapabilityListIntoTheHeader) {
  PciDevice device(256);
  device.FirstCap(0x50);
  device.Cap(0x50, 0x01, 0x10);
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_THAT(device.warnings, ElementsAre(HasSubstr("points into the header, to 0x10")));
  EXPECT_THAT(device.ReadPast(64), ElementsAre(0x50u, 0x54u));
}

TEST(PciPlugin, IgnoresTheLowBitsOfPointers) {
  PciDevice device(256);
  device.FirstCap(0x53);
  device.Cap(0x50, 0x01, 0x62);
  device.Cap(0x60, 0x01, 0x00);
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_THAT(device.ReadPast(64), ElementsAre(0x50u, 0x54u, 0x60u, 0x64u));
}

TEST(PciPlugin, StopsWhereTheListReadsAsAllOnes) {
  PciDevice device(256);
  device.FirstCap(0x50);
  device.Set32(0x50, 0xffffffff);
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_THAT(device.warnings, ElementsAre(HasSubstr("all ones at 0x50")));
}

TEST(PciPlugin, ADeviceThatIsGoneGivesNoDumpAndAReason) {
  PciDevice device(4096);
  std::fill(device.config.begin(), device.config.end(), 0xff);
  EXPECT_EQ(device.Collect(Pci()), -ENODEV);
  EXPECT_THAT(device.error_text, HasSubstr("0xffff"));
  EXPECT_THAT(device.dumps, IsEmpty());
  EXPECT_THAT(device.ReadPast(8), IsEmpty());
}

TEST(PciPlugin, ADeviceThatAnswersRetryGivesNoDump) {
  PciDevice device(256);
  device.Set32(0, 0xffff0001);
  EXPECT_EQ(device.Collect(Pci()), -ENODEV);
  EXPECT_THAT(device.error_text, HasSubstr("retry"));
}

TEST(PciPlugin, AVirtualFunctionHasVendorFfffAndIsThere) {
  PciDevice device(256);
  device.Set32(0, 0xffffffff);
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_EQ(device.payload.size(), 256u);
}

TEST(PciPlugin, ADeviceThatDiesDuringTheWalkIsSaidSo) {
  PciDevice device(4096);
  device.FirstCap(0x50);
  device.Cap(0x50, 0x01, 0x00);
  device.dies_at = 0x54;
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_THAT(device.warnings, Contains(HasSubstr("stopped answering")));
}

TEST(PciPlugin, WalksTheListOfABridge) {
  PciDevice device(256);
  device.HeaderType(0x81);  // a bridge, of a device with several functions
  device.FirstCap(0x40);
  device.Cap(0x40, 0x10, 0x00, 0x0042);  // root port, version 2
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_EQ(device.ReadPast(64).size(), 0x3cu / 4);
}

TEST(PciPlugin, FindsTheListOfACardBusBridge) {
  PciDevice device(256);
  device.HeaderType(2);
  device.Set32(0x04, 0x00100000);
  device.config[0x14] = 0xa0;
  device.config[0x34] = 0x50;  // means something else here
  device.Cap(0xa0, 0x01, 0x00);
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_THAT(device.ReadPast(64), ElementsAre(0x40u, 0x44u, 0xa0u, 0xa4u));
}

TEST(PciPlugin, AnUnknownHeaderTypeIsNotWalked) {
  PciDevice device(4096);
  device.HeaderType(3);
  device.FirstCap(0x50);
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_THAT(device.ReadPast(64), IsEmpty());
  EXPECT_THAT(device.warnings, ElementsAre(HasSubstr("header type 3")));
}

TEST(PciPlugin, WalksExtendedCapabilities) {
  PciDevice device(4096);
  device.ExtCap(0x100, 0x01, 0x160);  // AER
  device.ExtCap(0x160, 0x03, 0xff0);  // serial number
  device.ExtCap(0xff0, 0x7e, 0x000);  // unknown
  EXPECT_EQ(device.Collect(Pci()), 0);
  ASSERT_EQ(device.payload.size(), 4096u);
  std::vector<uint32_t> expected;
  for (uint32_t at = 0x100; at < 0x148; at += 4) expected.push_back(at);
  expected.insert(expected.end(), {0x160, 0x164, 0x168, 0xff0});
  EXPECT_EQ(device.ReadPast(0x100), expected);
  EXPECT_THAT(device.warnings, IsEmpty());
}

TEST(PciPlugin, ZeroOrAllOnesAt0x100IsNoExtendedCapability) {
  for (const uint32_t nothing : {0u, 0xffffffffu}) {
    PciDevice device(4096);
    device.Set32(0x100, nothing);
    EXPECT_EQ(device.Collect(Pci()), 0);
    EXPECT_THAT(device.ReadPast(0x100), ElementsAre(0x100u));
    EXPECT_THAT(device.warnings, IsEmpty());
  }
}

TEST(PciPlugin, StopsAtAnExtendedListThatLoopsOrPointsLow) {
  PciDevice loop(4096);
  loop.ExtCap(0x100, 0x03, 0x140);
  loop.ExtCap(0x140, 0x03, 0x100);
  EXPECT_EQ(loop.Collect(Pci()), 0);
  EXPECT_THAT(loop.warnings, ElementsAre(HasSubstr("comes back to 0x100")));

  PciDevice low(4096);
  low.ExtCap(0x100, 0x03, 0x0f0);
  EXPECT_EQ(low.Collect(Pci()), 0);
  EXPECT_THAT(low.warnings, ElementsAre(HasSubstr("points to 0xf0, below 0x100")));
}

TEST(PciPlugin, SurvivesAnExtendedListOfMaximalLength) {
  PciDevice device(4096);
  for (uint32_t at = 0x100; at < 0x1000; at += 4) {
    device.ExtCap(at, 0x01, static_cast<uint16_t>(at == 0xffc ? 0x100 : at + 4));
  }
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_EQ(device.payload.size(), 4096u);
  EXPECT_THAT(device.warnings, ElementsAre(HasSubstr("comes back to")));
}

TEST(PciPlugin, ExtendedLengthsComeFromTheCapability) {
  PciDevice device(4096);
  device.ExtCap(0x100, 0x02, 0x200);  // virtual channels: two more than the first
  device.Set32(0x104, 2);
  device.ExtCap(0x200, 0x0b, 0x300);  // vendor-specific: header only
  device.Set32(0x204, 0x01800000);
  device.ExtCap(0x300, 0x2e, 0x000);  // data object exchange: not the mailbox
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_TRUE(device.WasRead(0x100 + 0x10 + 3 * 12 - 4));
  EXPECT_FALSE(device.WasRead(0x100 + 0x10 + 3 * 12));
  EXPECT_TRUE(device.WasRead(0x204));
  EXPECT_FALSE(device.WasRead(0x208));
  EXPECT_THAT(device.holes.at(0x208).reason, HasSubstr("vendor-specific"));
  EXPECT_EQ(device.holes.at(0x208).size, 0x18u - 8);
  EXPECT_TRUE(device.WasRead(0x30c));
  EXPECT_FALSE(device.WasRead(0x310));
  EXPECT_FALSE(device.WasRead(0x314));
}

TEST(PciPlugin, ReadsEverythingWhenAskedTo) {
  PciDevice device(4096);
  device.FirstCap(0x50);
  device.Cap(0x50, 0x03, 0x00);
  device.options["pci.full"] = "1";
  EXPECT_EQ(device.Collect(Pci()), 0);
  EXPECT_EQ(device.payload, device.config);
  EXPECT_THAT(device.holes, IsEmpty());
}

TEST(PciPlugin, WhatCannotBeReadIsAHoleAndAnError) {
  PciDevice device(256);  // what a user without privileges sees
  device.FirstCap(0x50);
  device.Cap(0x50, 0x01, 0x00);
  device.fail_from = 0x40;
  EXPECT_EQ(device.Collect(Pci()), -EIO);
  EXPECT_EQ(device.payload.size(), 256u);
  EXPECT_EQ(device.holes.at(0x50).reason, "could not be read");
}

TEST(PciPlugin, SaysWhatEnumerationChangedInACrashKernelOnly) {
  for (const uint32_t flags : {0u, VMCOREDD_HOST_CRASH_KERNEL}) {
    PciDevice device(4096);
    device.FirstCap(0x50);
    device.Cap(0x50, 0x05, 0x60);
    device.Cap(0x60, 0x11, 0x70);
    device.Cap(0x70, 0x10, 0x00, 0x0002);
    device.ExtCap(0x100, 0x01, 0x200);
    device.ExtCap(0x200, 0x10, 0x000);
    device.host.flags = flags;
    EXPECT_EQ(device.Collect(Pci()), 0);
    if (flags == 0) {
      EXPECT_THAT(device.perturbed, IsEmpty());
    } else {
      EXPECT_THAT(device.perturbed,
                  ElementsAre(StartsWith("msi-enable:"), StartsWith("msix-enable:"),
                              StartsWith("pcie-device-control:"), StartsWith("aer-status:"),
                              StartsWith("sriov-vf-enable:")));
    }
  }
}

TEST(PciPlugin, ReadsConfigurationSpaceOnlyForItsMainDump) {
  PciDevice device(256);
  ASSERT_EQ(device.Register(Pci()), 0);
  ASSERT_EQ(device.dumps.size(), 1u);
  EXPECT_EQ(device.dumps[0].flags, VMCOREDD_DUMP_CONFIG_ONLY);
}

TEST(PciPlugin, ReadsTheHeaderLogOfAer) {
  PciDevice device(4096);
  device.ExtCap(0x100, 0x01, 0x000);
  for (uint32_t at = 0x104; at < 0x148; at += 4) device.Set32(at, 0xae000000 | at);
  EXPECT_EQ(device.Collect(Pci()), 0);
  for (uint32_t at = 0x11c; at < 0x12c; at += 4) EXPECT_EQ(device.Payload32(at), 0xae000000 | at);
  EXPECT_EQ(device.Payload32(0x104), 0xae000104u);  // uncorrectable status
  EXPECT_EQ(device.Payload32(0x144), 0xae000144u);  // the prefix log's end
}

}  // namespace
}  // namespace vmcoredd
