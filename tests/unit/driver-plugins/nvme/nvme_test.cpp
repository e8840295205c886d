// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "tests/unit/driver-plugins/fake_host.h"

extern "C" const vmcoredd_plugin* vmcoredd_builtin_nvme_entry(void);

namespace vmcoredd {
namespace {

const vmcoredd_plugin& Nvme() { return *vmcoredd_builtin_nvme_entry(); }

struct Controller : FakeHost {
  Controller() : FakeHost(4096) {
    Set32(0, 0x00101b36);
    device.vendor_id = 0x1b36;
    device.device_id = 0x0010;
    device.class_code = 0x010802;
    AddBar(0, 0x4000);
    FillBar(0, 0xc0000000);
  }
};

TEST(NvmePlugin, MatchesEveryNvmeIoControllerByItsClass) {
  Controller controller;
  EXPECT_EQ(Nvme().match(&controller.host, &controller.device), 50);
  controller.device.vendor_id = 0x144d;
  EXPECT_EQ(Nvme().match(&controller.host, &controller.device), 50);
  controller.device.class_code = 0x010601;  // AHCI
  EXPECT_EQ(Nvme().match(&controller.host, &controller.device), 0);
  EXPECT_TRUE(controller.accesses.empty());
}

TEST(NvmePlugin, OffersOnePassiveDumpThatIsWorthBeingEarly) {
  Controller controller;
  ASSERT_EQ(controller.Register(Nvme()), 0);
  ASSERT_EQ(controller.dumps.size(), 1u);
  EXPECT_EQ(controller.dumps[0].flags, VMCOREDD_DUMP_EARLY);
  EXPECT_EQ(controller.dumps[0].dump_class, VMCOREDD_DUMP_PASSIVE);
  EXPECT_TRUE(controller.accesses.empty());
}

TEST(NvmePlugin, ReadsThePropertiesInDoubleWordsAndNothingElse) {
  Controller controller;
  controller.is_early = true;
  ASSERT_EQ(controller.Collect(Nvme(), "controller"), 0);
  ASSERT_EQ(controller.payload.size(), 0xe1cu);
  for (const uint32_t offset : {0x00, 0x04, 0x14, 0x1c, 0x24, 0x28, 0x2c, 0x30, 0x68, 0xe18}) {
    EXPECT_EQ(controller.Payload32(offset), 0xc0000000u + offset);
  }
  // CAP is two loads, the lower half first, like the driver's lo_hi_readq().
  EXPECT_EQ(controller.accesses[0], (FakeAccess{FakeAccess::Kind::kRead, 0, 0, 4, 0xc0000000}));
  EXPECT_EQ(controller.accesses[1], (FakeAccess{FakeAccess::Kind::kRead, 0, 4, 4, 0xc0000004}));
  EXPECT_FALSE(controller.WasTouched(0, 0x18, 4)) << "reserved";
  EXPECT_FALSE(controller.WasTouched(0, 0x20, 4)) << "NSSR";
  EXPECT_FALSE(controller.WasTouched(0, 0x1000, 0x3000)) << "doorbells";
  EXPECT_TRUE(controller.Writes().empty());
  EXPECT_EQ(controller.HoleAt(0x18), "not on the allow-list");
}

TEST(NvmePlugin, KeepsWhatItGotWhenTheControllerVanishes) {
  Controller controller;
  controller.vanish_after = 6;  // behind CC
  EXPECT_LT(controller.Collect(Nvme(), "controller"), 0);
  EXPECT_EQ(controller.Payload32(0x14), 0xc0000014u);
  EXPECT_EQ(controller.payload.size(), 0xe1cu);
  EXPECT_NE(controller.HoleAt(0x1c), "not on the allow-list");
  EXPECT_EQ(controller.HoleAt(0x28), controller.HoleAt(0xe00));
}

TEST(NvmePlugin, ADeadControllerGivesNoDump) {
  Controller controller;
  controller.refuse_bars = -ENODEV;
  EXPECT_EQ(controller.Collect(Nvme(), "controller"), -ENODEV);
  EXPECT_TRUE(controller.payload.empty());
}

}  // namespace
}  // namespace vmcoredd
