// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/unit/driver-plugins/fake_host.h"

extern "C" const vmcoredd_plugin* vmcoredd_builtin_generic_entry(void);

namespace vmcoredd {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const vmcoredd_plugin& Generic() { return *vmcoredd_builtin_generic_entry(); }

struct Device : FakeHost {
  Device() : FakeHost(256) {
    Set32(0, 0xcafe1234);
    device.vendor_id = 0x1234;
    device.device_id = 0xcafe;
    device.address = "0000:02:00.0";
    AddBar(0, 0x1000);
    AddBar(1, 32, VMCOREDD_BAR_IO);
    AddBar(2, 0x10000);
    FillBar(0, 0x33000000);
    FillBar(2, 0x44000000);
  }
  int Match() { return Generic().match(&host, &device); }
};

TEST(GenericPlugin, MatchesWhatTheConfigurationNames) {
  Device device;
  EXPECT_EQ(device.Match(), 0);
  device.options["generic.range.0"] = "1234:beef bar0 0x0,1";
  EXPECT_EQ(device.Match(), 0);
  device.options["generic.range.7"] = "1234:CAFE bar0 0x0,1";
  EXPECT_EQ(device.Match(), 10);
  device.options["generic.range.7"] = "0000:02:00.0 bar0 0x0,1";
  EXPECT_EQ(device.Match(), 10);
  device.options["generic.range.7"] = "0000:02:00.1 bar0 0x0,1";
  EXPECT_EQ(device.Match(), 0);
  EXPECT_TRUE(device.accesses.empty());
}

TEST(GenericPlugin, CollectsTheRangesAndNothingElse) {
  Device device;
  device.options["generic.range.3"] = "1234:cafe bar2  0x10,2 32,1\t0x100,2,1 0x108,1,8";
  ASSERT_EQ(device.Collect(Generic(), "range3"), 0);
  EXPECT_EQ(device.payload.size(), 0x110u);
  EXPECT_EQ(device.Payload32(0x10), 0x44000010u);
  EXPECT_EQ(device.Payload32(0x20), 0x44000020u);
  EXPECT_EQ(device.accesses.size(), 6u);
  EXPECT_EQ(device.accesses[3].width, 1u);
  EXPECT_EQ(device.accesses[5].width, 8u);
  // It knows no harmful registers: what the option does not name is never read.
  EXPECT_THAT(device.TouchedOf({{"before", 2, 0, 0x10},
                                {"between", 2, 0x18, 8},
                                {"another gap", 2, 0x24, 0xdc},
                                {"and another", 2, 0x102, 6},
                                {"behind", 2, 0x110, 0xfef0},
                                {"another BAR", 0, 0, 0x1000}}),
              IsEmpty());
  EXPECT_EQ(device.Offer("range3")->flags, 0u);
  EXPECT_EQ(device.Offer("range3")->dump_class, VMCOREDD_DUMP_PASSIVE);
}

TEST(GenericPlugin, TheRangesAreThoseOfTheFixtureByteForByte) {
  Device device;
  device.bars[2].bytes = ReadFixture(VMCOREDD_FIXTURES "generic_bar2");
  // Those of fixture/registers.list.
  device.options["generic.range.0"] =
      "1234:cafe bar2 0x0,4 0x101,3,1 0x1002,5,2 0x2000,2,8 0x7ffc,1 name=mem";
  ASSERT_EQ(device.Collect(Generic(), "mem"), 0);
  EXPECT_EQ(device.payload, ReadFixture(VMCOREDD_FIXTURES "generic_bar2.mem"));
  EXPECT_EQ(device.Payload32(0), 0x00c0ffeeu);
}

TEST(GenericPlugin, AnOptionSaysNameClassAndPhase) {
  Device device;
  device.options["generic.range.0"] = "1234:cafe bar0 0x0,1 early name=ctrl";
  device.options["generic.range.1"] = "1234:cafe bar0 0x4,1 class=side-effect";
  ASSERT_EQ(device.Register(Generic()), 0);
  ASSERT_EQ(device.dumps.size(), 2u);
  EXPECT_EQ(device.Offer("ctrl")->flags, VMCOREDD_DUMP_EARLY);
  EXPECT_EQ(device.Offer("range1")->dump_class, VMCOREDD_DUMP_SIDE_EFFECT);
}

TEST(GenericPlugin, EveryMistakeIsSaidWithItsOption) {
  const struct {
    const char* option;
    const char* said;
  } kWrong[] = {
      {"1234:cafe", "expected bar0 to bar5"},
      {"1234:cafe bar6 0,1", "expected bar0 to bar5"},
      {"1234:cafe 0,1", "expected bar0 to bar5"},
      {"1234:cafe bar0", "at least one ADDRESS,REGISTERS"},
      {"1234:cafe bar0 early", "at least one ADDRESS,REGISTERS"},
      {"1234:cafe bar0 0x10", "expected ADDRESS,REGISTERS[,WIDTH]"},
      {"1234:cafe bar0 0x10,", "expected ADDRESS,REGISTERS[,WIDTH]"},
      {"1234:cafe bar0 0xg,1", "expected ADDRESS,REGISTERS[,WIDTH]"},
      {"1234:cafe bar0 0x,1", "expected ADDRESS,REGISTERS[,WIDTH]"},
      {"1234:cafe bar0 0x10,-1", "expected ADDRESS,REGISTERS[,WIDTH]"},
      {"1234:cafe bar0 0x10,1,4,4", "more than three fields"},
      {"1234:cafe bar0 0x10,99999999999", "expected ADDRESS,REGISTERS[,WIDTH]"},
      {"1234:cafe bar0 0x10,1,3", "a width is 1, 2, 4 or 8"},
      {"1234:cafe bar0 0x10,0", "no register"},
      {"1234:cafe bar0 0x12,1", "no multiple of the width"},
      {"1234:cafe bar0 0x10,2 0x14,1", "overlaps or precedes"},
      {"1234:cafe bar0 0x10,1 0x8,1", "overlaps or precedes"},
      {"1234:cafe bar0 0x10,0xffffffff", "past the limit"},
      {"1234:cafe bar0 0xffc,2", "it ends past BAR 0, which has 0x1000 bytes"},
      {"1234:cafe bar1 0x0,1", "BAR 1: the BAR is one of I/O ports"},
      {"1234:cafe bar3 0x0,1", "BAR 3: the device has no such BAR"},
      {"1234:cafe bar0 0x0,1 late", "expected early"},
      {"1234:cafe bar0 0x0,1 class=safe", "expected early"},
      {"1234:cafe bar0 0x0,1 name=a/b", "expected early"},
      {"1234:cafe bar0 0x0,1 name=", "expected early"},
      {"1234:cafe bar0 0x0,1 name=abcdefghijklmnopqrstuvwxy", "expected early"},
      {"1234:cafe bar0 0x0,1 class=side-effect early", "only a passive dump"},
  };
  for (const auto& wrong : kWrong) {
    SCOPED_TRACE(wrong.option);
    Device device;
    device.options["generic.range.5"] = wrong.option;
    EXPECT_EQ(device.Match(), 10);
    EXPECT_LT(device.Register(Generic()), 0);
    EXPECT_THAT(device.error_text, HasSubstr("generic.range.5: "));
    EXPECT_THAT(device.error_text, HasSubstr(wrong.said));
    EXPECT_TRUE(device.dumps.empty());
    EXPECT_TRUE(device.accesses.empty());
  }
}

TEST(GenericPlugin, ADeviceThatIsNoneIsSaidForEveryDevice) {
  for (const char* option : {"", "nonsense", "12345:cafe bar0 0,1", "0000:02:00.0.0x bar0 0,1"}) {
    SCOPED_TRACE(option);
    Device device;
    device.options["generic.range.0"] = option;
    EXPECT_EQ(device.Match(), -EINVAL);
    EXPECT_THAT(device.error_text, HasSubstr("generic.range.0: expected VENDOR:DEVICE"));
  }
}

TEST(GenericPlugin, AMistakeCostsItsOwnOptionOnly) {
  Device device;
  device.options["generic.range.0"] = "nonsense";
  device.options["generic.range.1"] = "1234:cafe bar0 0x1,1";
  device.options["generic.range.2"] = "1234:cafe bar0 0x0,1";
  EXPECT_EQ(device.Match(), 10);
  ASSERT_EQ(device.Collect(Generic(), "range2"), 0);
  EXPECT_EQ(device.dumps.size(), 1u);
}

TEST(GenericPlugin, ThereIsALimitOfRanges) {
  Device device;
  std::string option = "1234:cafe bar2";
  for (int i = 0; i < 32; ++i) option += " " + std::to_string(i * 8) + ",1";
  device.options["generic.range.0"] = option;
  EXPECT_EQ(device.Register(Generic()), 0);
  device.options["generic.range.0"] = option + " 0x1000,1";
  EXPECT_EQ(device.Register(Generic()), -EINVAL);
  EXPECT_THAT(device.error_text, HasSubstr("more than 32 ranges"));
}

}  // namespace
}  // namespace vmcoredd
