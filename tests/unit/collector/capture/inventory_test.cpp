// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(Inventory, ReadsWhatSysfsSaysOfADevice) {
  TempFolder root;
  AddPciDevice(root.path(), "0000:00:04.0", PlainConfig(4096));
  fs::create_symlink("../../../bus/pci/drivers/e1000e",
                     root / "sys/bus/pci/devices/0000:00:04.0/driver");
  const auto inventory = ReadInventory(root.path());
  ASSERT_TRUE(inventory);
  ASSERT_EQ(inventory->devices.size(), 1u);
  EXPECT_EQ(inventory->devices[0].config_size, 4096u);
  EXPECT_THAT(
      inventory->devices[0].ToProperties(),
      ElementsAre(Pair("bus", "pci"), Pair("address", "0000:00:04.0"), Pair("vendor", "0x8086"),
                  Pair("device", "0x10d3"), Pair("subsystem_vendor", "0x1af4"),
                  Pair("subsystem_device", "0x1100"), Pair("class", "0x020000"),
                  Pair("revision", "0x03"), Pair("driver", "e1000e")));
}

TEST(Inventory, OrdersByAddressAndFollowsTheLinksOfSysfs) {
  TempFolder root;
  AddPciDevice(root.path(), "0000:00:1f.0", PlainConfig(256));
  AddPciDevice(root / "elsewhere", "0000:00:02.0", PlainConfig(256));
  fs::create_symlink("../../../../elsewhere/sys/bus/pci/devices/0000:00:02.0",
                     root / "sys/bus/pci/devices/0000:00:02.0");
  const auto inventory = ReadInventory(root.path());
  ASSERT_TRUE(inventory);
  ASSERT_EQ(inventory->devices.size(), 2u);
  EXPECT_EQ(inventory->devices[0].address, "0000:00:02.0");
  EXPECT_EQ(inventory->devices[0].vendor_id, 0x8086);
  EXPECT_EQ(inventory->devices[1].address, "0000:00:1f.0");
}

TEST(Inventory, WhatIsMissingOrNonsenseReadsAsZero) {
  TempFolder root;
  const std::string device = root / "sys/bus/pci/devices/0000:00:04.0/";
  WriteFile(device + "vendor", "nonsense\n");
  WriteFile(device + "class", "");
  const auto inventory = ReadInventory(root.path());
  ASSERT_TRUE(inventory);
  ASSERT_EQ(inventory->devices.size(), 1u);
  EXPECT_EQ(inventory->devices[0].vendor_id, 0);
  EXPECT_EQ(inventory->devices[0].class_code, 0u);
  EXPECT_EQ(inventory->devices[0].config_size, 0u);
}

TEST(Inventory, DoesNotFollowAConfigThatIsALink) {
  TempFolder root;
  const std::string device = root / "sys/bus/pci/devices/0000:00:04.0";
  fs::create_directories(device);
  fs::create_symlink("/etc/passwd", device + "/config");
  const auto inventory = ReadInventory(root.path());
  ASSERT_TRUE(inventory);
  EXPECT_EQ(inventory->devices[0].config_size, 0u);
}

TEST(Inventory, SkipsNamesThatAreNoAddressesAndSaysSo) {
  TempFolder root;
  AddPciDevice(root.path(), "0000:00:04.0", PlainConfig(256));
  AddPciDevice(root.path(), "evil\n\x1b[2J", PlainConfig(256));
  WriteFile(root / "sys/bus/pci/devices/0000:00:05.0", "a file");
  const auto inventory = ReadInventory(root.path());
  ASSERT_TRUE(inventory);
  EXPECT_EQ(inventory->devices.size(), 1u);
  EXPECT_THAT(inventory->warnings,
              testing::UnorderedElementsAre(HasSubstr("\"evil\\x0a\\x1b[2J\" is no PCI address"),
                                            HasSubstr("cannot open device 0000:00:05.0")));
}

TEST(Inventory, ATreeWithoutPciIsAnError) {
  TempFolder root;
  const auto inventory = ReadInventory(root.path());
  ASSERT_FALSE(inventory);
  EXPECT_EQ(inventory.error().code(), ErrorCode::kIo);
}

TEST(IsPciAddress, KnowsAddresses) {
  for (const char* text : {"0000:00:00.0", "10000:e1:1f.7", "0000:ff:1f.7"}) {
    EXPECT_TRUE(IsPciAddress(text)) << text;
  }
  for (const char* text : {"", "0000:00:00", "000:00:00.0", "0000:00:00.00", "0000:00:00.0 ",
                           "0000:0:00.0", "0000-00:00.0", "0000:00:00.g", "../0000:00:00.0"}) {
    EXPECT_FALSE(IsPciAddress(text)) << text;
  }
}

}  // namespace
}  // namespace vmcoredd
