// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/device_names.h"

#include <gtest/gtest.h>

#include <string>

namespace vmcoredd {
namespace {

TEST(DeviceOfTest, IsWhatTheManifestSays) {
  const Properties both = {{"bus", "pci"}, {"address", "0000:01:00.0"}};
  EXPECT_EQ(DeviceOf(both, "x"), DeviceName("pci", "0000:01:00.0"));
  EXPECT_EQ(DeviceOf({{"address", "0000:01:00.0"}}, "x"), DeviceName("pci", "0000:01:00.0"));
  EXPECT_EQ(DeviceOf({{"bus", "netdevsim"}, {"address", "netdevsim10"}}, "x"),
            DeviceName("netdevsim", "netdevsim10"));
}

TEST(DeviceOfTest, IsWhatTheNameSaysWithoutAManifest) {
  EXPECT_EQ(DeviceOf({}, "cxgb4_0000:82:00.4"), DeviceName("pci", "0000:82:00.4"));
  EXPECT_EQ(DeviceOf({}, "pci_10000:e1:00.0_msix"), DeviceName("pci", "10000:e1:00.0"));
  EXPECT_EQ(DeviceOf({}, "sim_netdevsim10_dummy"), DeviceName("", "netdevsim10"));
  EXPECT_EQ(DeviceOf({}, "blob"), DeviceName("", "blob"));
  EXPECT_EQ(DeviceOf({}, ""), DeviceName("", ""));
}

TEST(PciAddressTest, IsFoundOnlyWhole) {
  EXPECT_EQ(FindPciAddress("pcieport 0000:00:04.0: AER"), "0000:00:04.0");
  EXPECT_EQ(FindPciAddress("[0000:00:04.0]"), "0000:00:04.0");
  for (const char* const none : {"", "0000:00:04", "000:00:04.0", "0000:00:04.8", "0000:0g:04.0",
                                 "x0000:00:04.0a", "a:0000:00:04.00"}) {
    EXPECT_FALSE(FindPciAddress(none).has_value()) << none;
  }
}

TEST(MergeIdentityTest, TheCrashWinsOverTheBaseline) {
  ReportDevice device;
  MergeIdentity(device, {{"driver", "mlx5_core"}, {"running.fw", "16"}, {"region", "x"}}, true);
  MergeIdentity(device, {{"driver", "new"}, {"vendor", "15b3"}}, false);
  MergeIdentity(device, {{"driver", "old"}, {"serial", "1"}}, true);
  EXPECT_EQ(PropertyOf(device.identity, "driver"), "new");
  EXPECT_EQ(PropertyOf(device.identity, "running.fw"), "16");
  EXPECT_EQ(PropertyOf(device.identity, "serial"), "1");
  EXPECT_EQ(PropertyOf(device.identity, "region"), "");
}

}  // namespace
}  // namespace vmcoredd
