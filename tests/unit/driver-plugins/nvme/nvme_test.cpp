// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "tests/unit/driver-plugins/fake_host.h"

extern "C" const vmcoredd_plugin* vmcoredd_builtin_nvme_entry(void);

namespace vmcoredd {
namespace {

using ::testing::IsEmpty;

const vmcoredd_plugin& Nvme() { return *vmcoredd_builtin_nvme_entry(); }

struct Controller : FakeHost {
  Controller() : FakeHost(4096) {
    Set32(0, 0x00101b36);
    device.vendor_id = 0x1b36;
    device.device_id = 0x0010;
    device.class_code = 0x010802;
    AddBar(0, 0x4000);
    FillBar(0, 0xc0000000);
    Has(kAll);
  }
  // What CAP says that there is.
  static constexpr uint32_t kBoot = 1u << 13, kPersistent = 1u << 24, kBuffer = 1u << 25,
                            kReadyWithMedia = 1u << 27, kReadyIndependent = 1u << 28;
  static constexpr uint32_t kAll = kBoot | kPersistent | kBuffer | kReadyWithMedia;
  void Has(uint32_t bits) { SetRegister(0, 4, bits | 0x20); }
};

// Never, whatever CAP says.
const std::vector<NamedRegisters> kHarmful = {
    {"INTMS, INTMC: undefined with MSI-X", 0, 0x0c, 8},
    {"reserved", 0, 0x18},
    {"NSSR", 0, 0x20},
    {"NSSD", 0, 0x64},
    {"reserved, before PMR", 0, 0x6c, 0xd94},
    {"reserved, behind PMR", 0, 0xe1c, 0x1e4},
    {"doorbells", 0, 0x1000, 0x3000},
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
  for (const uint32_t offset : {0x00, 0x14, 0x1c, 0x24, 0x28, 0x2c, 0x30, 0x68, 0xe18}) {
    EXPECT_EQ(controller.Payload32(offset), 0xc0000000u + offset);
  }
  // CAP is two loads, the lower half first, like the driver's lo_hi_readq().
  EXPECT_EQ(controller.accesses[0], (FakeAccess{FakeAccess::Kind::kRead, 0, 0, 4, 0xc0000000}));
  EXPECT_EQ(controller.accesses[1],
            (FakeAccess{FakeAccess::Kind::kRead, 0, 4, 4, Controller::kAll | 0x20}));
  EXPECT_EQ(controller.Payload32(4), Controller::kAll | 0x20);
  EXPECT_EQ(controller.accesses.size(), 2u + 29);
  EXPECT_THAT(controller.TouchedOf(kHarmful), IsEmpty());
  EXPECT_TRUE(controller.Writes().empty());
  EXPECT_EQ(controller.HoleAt(0x18), "not on the allow-list");
}

TEST(NvmePlugin, ReadsWhatIsOptionalOnlyIfTheControllerHasIt) {
  const std::vector<NamedRegisters> optional = {
      {"boot", 0, 0x40, 16}, {"buffer", 0, 0x50, 20}, {"ready", 0, 0x68}, {"PMR", 0, 0xe00, 28}};
  const struct {
    uint32_t cap;
    std::vector<std::string> read;
  } cases[] = {{0, {}},
               {Controller::kBoot, {"boot"}},
               {Controller::kBuffer, {"buffer"}},
               {Controller::kReadyWithMedia, {"ready"}},
               {Controller::kReadyIndependent, {"ready"}},
               {Controller::kPersistent, {"PMR"}},
               {Controller::kBoot | Controller::kPersistent, {"boot", "PMR"}}};
  for (const auto& one : cases) {
    Controller controller;
    controller.Has(one.cap);
    ASSERT_EQ(controller.Collect(Nvme(), "controller"), 0);
    EXPECT_EQ(controller.TouchedOf(optional), one.read) << one.cap;
    EXPECT_THAT(controller.TouchedOf(kHarmful), IsEmpty());
    EXPECT_TRUE(controller.WasTouched(0, 0x3c)) << "CMBSZ";
    EXPECT_EQ(controller.payload.size(), 0xe1cu);
  }
}

TEST(NvmePlugin, KeepsWhatItGotWhenTheControllerVanishes) {
  Controller controller;
  controller.vanish_after = 6;  // CAP twice, VS, CC
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
