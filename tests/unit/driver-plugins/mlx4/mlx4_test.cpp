// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/driver-plugins/fake_host.h"

extern "C" const vmcoredd_plugin* vmcoredd_builtin_mlx4_entry(void);

namespace vmcoredd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint32_t kSize = 1 << 20, kFilter = 0xf3f04, kHealth = 0x1f1a0, kLock = kHealth + 0x40;
constexpr uint32_t kVolatile = 0x80200;  // a semaphore: reading it takes it
constexpr uint32_t kFilterOff = 0x40000000, kLocked = 0x01000000;

const vmcoredd_plugin& Mlx4() { return *vmcoredd_builtin_mlx4_entry(); }

// A ConnectX-3 with one volatile register, which is safe to read only while the filter
// is on and the lock is set.
struct ConnectX3 : FakeHost {
  ConnectX3() : FakeHost(4096) {
    device.vendor_id = 0x15b3;
    device.device_id = 0x1003;
    Set32(0x00, 0x100315b3);
    Set32(0x04, 0x00100006);
    AddBar(0, kSize);
    FillBar(0, 0x40000);
    SetRegister(0, kFilter, 0x12345678 | kFilterOff);
    SetRegister(0, kLock, 0);
    options["mlx4.health-offset"] = "0x1f1a0";
    on_read = [this](FakeHost&, uint32_t, uint64_t offset) {
      if (offset != kVolatile) return;
      const bool is_blocked =
          !(GetRegister(0, kFilter) & kFilterOff) && GetRegister(0, kLock) == kLocked;
      SetRegister(0, kVolatile, is_blocked ? 0xe5ccdaba : 0);
      was_harmed = was_harmed || !is_blocked;
    };
  }
  bool IsRestored() const {
    return GetRegister(0, kFilter) == (0x12345678 | kFilterOff) && GetRegister(0, kLock) == 0;
  }
  bool was_harmed = false;
};

TEST(Mlx4Plugin, MatchesPhysicalFunctions) {
  ConnectX3 device;
  for (const uint16_t id : {0x1003, 0x1005, 0x1007, 0x1010}) {
    device.device.device_id = id;
    EXPECT_EQ(Mlx4().match(&device.host, &device.device), 100) << id;
  }
  for (const uint16_t id : {0x1002, 0x1004, 0x1011, 0x6340}) {
    device.device.device_id = id;
    EXPECT_EQ(Mlx4().match(&device.host, &device.device), 0) << id;
  }
}

TEST(Mlx4Plugin, OffersNothingWhenItDoesNotKnowTheHealthBuffer) {
  ConnectX3 device;
  device.options.clear();
  EXPECT_EQ(device.Register(Mlx4()), 0);
  EXPECT_THAT(device.dumps, IsEmpty());
  EXPECT_THAT(device.accesses, IsEmpty());
}

TEST(Mlx4Plugin, RefusesAPlaceThatCannotBe) {
  for (const char* text : {"", "x", "0", "0x1f1a2", "0x100000", "0xfffc0", "-4", "0x1000 "}) {
    ConnectX3 device;
    device.options["mlx4.health-offset"] = text;
    EXPECT_EQ(device.Register(Mlx4()), -EINVAL) << text;
    EXPECT_THAT(device.error_text, HasSubstr("mlx4.health-offset"));
  }
  ConnectX3 device;
  device.options["mlx4.health-offset"] = "0xfffbc";
  EXPECT_EQ(device.Register(Mlx4()), 0);
}

TEST(Mlx4Plugin, ReadsTheHealthBufferOfThisDevice) {
  ConnectX3 device;
  device.options["mlx4.health-offset"] = "0x1000";
  device.options["mlx4.health-offset.0000:00:04.0"] = "0x1f1a0";
  ASSERT_EQ(device.Collect(Mlx4(), "fw-health"), 0);
  ASSERT_EQ(device.payload.size(), 0x40u);
  EXPECT_EQ(device.Payload32(0), 0x40000 + kHealth);
  EXPECT_EQ(device.Payload32(0x3c), 0x40000 + kHealth + 0x3c);
  EXPECT_TRUE(device.IsRestored());
  EXPECT_EQ(device.Offer("fw-health")->dump_class, VMCOREDD_DUMP_SIDE_EFFECT);
  EXPECT_EQ(device.Offer("fw-health")->flags, 0u);
}

TEST(Mlx4Crspace, ReadsAllWithVolatileRegistersBlocked) {
  ConnectX3 device;
  ASSERT_EQ(device.Collect(Mlx4(), "cr-space"), 0);
  ASSERT_EQ(device.payload.size(), kSize);
  EXPECT_EQ(device.Payload32(0), 0x40000u);
  EXPECT_EQ(device.Payload32(kSize - 4), 0x40000 + kSize - 4);
  EXPECT_EQ(device.Payload32(kVolatile), 0xe5ccdabau);
  EXPECT_FALSE(device.was_harmed);
  EXPECT_TRUE(device.IsRestored());
  const auto writes = device.Writes();
  ASSERT_EQ(writes.size(), 4u);
  EXPECT_EQ(writes[0].offset, kFilter);
  EXPECT_EQ(writes[0].value, 0x12345678u & ~kFilterOff);
  EXPECT_EQ(writes[1].offset, kLock);
  EXPECT_EQ(writes[1].value, kLocked);
  EXPECT_EQ(writes[2].offset, kLock);
  EXPECT_EQ(writes[3].offset, kFilter);
}

TEST(Mlx4Crspace, BothDumpsAreThoseOfTheFixtureByteForByte) {
  const std::vector<uint8_t> image = ReadFixture(VMCOREDD_FIXTURES "mlx4_bar0");
  for (const auto& [what, section] :
       {std::pair("fw-health", ".health"), {"cr-space", ".crspace"}}) {
    ConnectX3 device;
    device.on_read = nullptr;
    device.bars[0].bytes = image;
    ASSERT_EQ(device.Collect(Mlx4(), what), 0) << what;
    std::vector<uint8_t> expected =
        ReadFixture(VMCOREDD_FIXTURES "mlx4_bar0" + std::string(section));
    if (what == std::string("cr-space")) {
      expected.at(kFilter + 3) &= ~0x40;  // the filter is on, ...
      expected.at(kLock + 3) = 1;         // ... and the lock is set, while it is read
    }
    EXPECT_EQ(device.payload, expected) << what;
    EXPECT_EQ(device.bars[0].bytes, image) << what;
  }
}

TEST(Mlx4Crspace, NeverReadsSemaphoresThatAreTakenByIt) {
  const std::vector<NamedRegisters> harmful = {{"MLX4_OWNER_BASE", 0, 0x8069c},
                                               {"MLX4_SEM_OFFSET", 0, 0xf03fc}};
  ConnectX3 device;
  ASSERT_EQ(device.Collect(Mlx4(), "cr-space"), 0);
  EXPECT_THAT(device.TouchedOf(harmful), IsEmpty());
  for (const NamedRegisters& one : harmful) {
    EXPECT_THAT(device.HoleAt(one.offset), HasSubstr("taken by reading")) << one.name;
    EXPECT_EQ(device.HoleAt(one.offset - 4), "");
    EXPECT_EQ(device.HoleAt(one.offset + 4), "");
    EXPECT_EQ(device.Payload32(one.offset + 4), 0x40000 + one.offset + 4);
  }
  EXPECT_EQ(device.holes.size(), 2u);
  ASSERT_EQ(device.payload.size(), kSize);
}

TEST(Mlx4Crspace, LeavesAFilterThatIsOnAlone) {
  ConnectX3 device;
  device.SetRegister(0, kFilter, 0x12345678 & ~kFilterOff);
  ASSERT_EQ(device.Collect(Mlx4(), "cr-space"), 0);
  EXPECT_FALSE(device.was_harmed);
  EXPECT_EQ(device.Writes().size(), 2u);
}

TEST(Mlx4Crspace, KeepsWhatItHasWhenTheDeviceGoesAway) {
  ConnectX3 device;
  device.vanish_after = 5000;
  EXPECT_EQ(device.Collect(Mlx4(), "cr-space"), -ENODATA);
  EXPECT_EQ(device.payload.size(), kSize);
  EXPECT_EQ(device.Payload32(0x1000), 0x41000u);
  EXPECT_THAT(device.HoleAt(kSize - 4), HasSubstr("stopped answering"));
  EXPECT_THAT(device.warnings, ElementsAre(HasSubstr("could not be allowed again")));
}

TEST(Mlx4Crspace, StopsInTimeToUnblock) {
  ConnectX3 device;
  device.on_read = [](FakeHost& fake, uint32_t, uint64_t) {
    if (fake.remaining_ms > 1) --fake.remaining_ms;
  };
  EXPECT_EQ(device.Collect(Mlx4(), "cr-space"), -ETIME);
  EXPECT_THAT(device.HoleAt(kSize - 4), HasSubstr("time was over"));
  EXPECT_TRUE(device.IsRestored());
}

TEST(Mlx4Crspace, WritesNothingToADeadDevice) {
  ConnectX3 device;
  std::fill(device.config.begin(), device.config.end(), 0xff);
  EXPECT_EQ(device.Collect(Mlx4(), "cr-space"), -ENODEV);
  EXPECT_THAT(device.Writes(), IsEmpty());
  EXPECT_THAT(device.payload, IsEmpty());
}

TEST(Mlx4Crspace, RefusesABarThatIsTooSmall) {
  ConnectX3 device;
  device.AddBar(0, 0x80000);
  EXPECT_EQ(device.Register(Mlx4()), -EINVAL);
  device.bars.clear();
  EXPECT_EQ(device.Register(Mlx4()), -ENOENT);
}

}  // namespace
}  // namespace vmcoredd
