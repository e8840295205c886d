// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <functional>

#include "tests/unit/driver-plugins/pci/pci_device.h"

extern "C" const vmcoredd_plugin* vmcoredd_builtin_pci_entry(void);

namespace vmcoredd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const vmcoredd_plugin& Pci() { return *vmcoredd_builtin_pci_entry(); }

// 65 vectors at 0x2000 of BAR 4, pending bits at 0x3000.
struct MsixDevice : PciDevice {
  static constexpr uint32_t kVectors = 65, kTable = kVectors * 16, kSize = kTable + 16;

  MsixDevice() : PciDevice(256) {
    FirstCap(0x50);
    Cap(0x50, 0x01, 0x70);
    Cap(0x70, 0x11, 0x00, 0x8000 | (kVectors - 1));
    Set32(0x74, 0x2000 | 4);
    Set32(0x78, 0x3000 | 4);
    AddBar(4, 0x4000);
    FillBar(4, 0x50000000);
  }
};

TEST(PciMsix, ReadsTheTableAndThePendingBitsBehindIt) {
  MsixDevice device;
  ASSERT_EQ(device.Collect(Pci(), "msix"), 0);
  ASSERT_EQ(device.payload.size(), MsixDevice::kSize);
  EXPECT_EQ(device.Offer("msix")->size, MsixDevice::kSize);
  EXPECT_EQ(device.Offer("msix")->dump_class, VMCOREDD_DUMP_PASSIVE);
  EXPECT_EQ(device.Offer("msix")->flags, 0u);
  EXPECT_EQ(device.Payload32(0), 0x50002000u);
  EXPECT_EQ(device.Payload32(MsixDevice::kTable - 4), 0x50002000 + MsixDevice::kTable - 4);
  EXPECT_EQ(device.Payload32(MsixDevice::kTable), 0x50003000u);
  EXPECT_EQ(device.Payload32(MsixDevice::kTable + 12), 0x5000300cu);
  EXPECT_EQ(device.accesses.size(), MsixDevice::kSize / 4);
  EXPECT_FALSE(device.WasTouched(4, 0, 0x2000));
  EXPECT_FALSE(device.WasTouched(4, 0x2000 + MsixDevice::kTable, 0x1000 - MsixDevice::kTable));
  EXPECT_THAT(device.perturbed, IsEmpty());
}

TEST(PciMsix, KnowsTheLargestTable) {
  MsixDevice device;
  device.Cap(0x70, 0x11, 0x00, 0x7ff);
  device.Set32(0x74, 0x0000 | 2);
  device.Set32(0x78, 0x8000 | 2);
  device.AddBar(2, 0x8100);
  ASSERT_EQ(device.Collect(Pci(), "msix"), 0);
  EXPECT_EQ(device.payload.size(), 2048u * 16 + 256);
  // With one byte less it does not fit.
  device.AddBar(2, 0x80ff);
  ASSERT_EQ(device.Register(Pci()), 0);
  EXPECT_FALSE(device.Offer("msix"));
}

TEST(PciMsix, IsNotOfferedWhereItCannotBe) {
  const auto offers = [](const std::function<void(MsixDevice&)>& change) {
    MsixDevice device;
    change(device);
    EXPECT_EQ(device.Register(Pci()), 0);
    EXPECT_THAT(device.accesses, IsEmpty());
    return device.Offer("msix") != nullptr;
  };
  EXPECT_TRUE(offers([](MsixDevice&) {}));
  EXPECT_FALSE(offers([](MsixDevice& d) { d.bars.clear(); }));
  EXPECT_FALSE(offers([](MsixDevice& d) { d.bars[4].flags = VMCOREDD_BAR_IO; }));
  EXPECT_FALSE(offers([](MsixDevice& d) { d.Set32(0x74, 0x2000 | 7); }));
  EXPECT_FALSE(offers([](MsixDevice& d) { d.Set32(0x74, 0xfffffff8 | 4); }));
  EXPECT_FALSE(offers([](MsixDevice& d) { d.Cap(0x50, 0x01, 0x50); }));
  EXPECT_FALSE(offers([](MsixDevice& d) { d.Cap(0x50, 0x01, 0xfc), d.Cap(0xfc, 0x11, 0); }));
  EXPECT_FALSE(
      offers([](MsixDevice& d) { d.host.struct_size = offsetof(vmcoredd_host, describe_bar); }));
}

TEST(PciMsix, KeepsWhatItHasWhenTheDeviceGoesAway) {
  MsixDevice device;
  device.vanish_after = 100;
  EXPECT_EQ(device.Collect(Pci(), "msix"), -ENODATA);
  EXPECT_EQ(device.payload.size(), MsixDevice::kSize);
  EXPECT_EQ(device.Payload32(4 * 99), 0x50002000u + 4 * 99);
  EXPECT_THAT(device.HoleAt(4 * 100), HasSubstr("stopped answering"));
  EXPECT_THAT(device.HoleAt(MsixDevice::kSize - 1), HasSubstr("stopped answering"));
}

TEST(PciMsix, SaysThatABoundDriverHasWrittenTheTable) {
  MsixDevice device;
  device.host.flags = VMCOREDD_HOST_CRASH_KERNEL;
  device.device.driver = "e1000e";
  ASSERT_EQ(device.Collect(Pci(), "msix"), 0);
  EXPECT_THAT(device.perturbed, ElementsAre(StartsWith("msix-table: a driver was bound")));
}

TEST(PciMsix, IsRefusedBeforeTheVmcoreIsSafe) {
  MsixDevice device;
  device.is_early = true;
  EXPECT_EQ(device.Collect(Pci(), "msix"), -EPERM);
  EXPECT_THAT(device.accesses, IsEmpty());
}

}  // namespace
}  // namespace vmcoredd
