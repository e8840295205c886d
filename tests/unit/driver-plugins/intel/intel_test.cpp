// SPDX-License-Identifier: LGPL-2.1-or-later
// The plugins of the three families of Intel NICs: tables, so one set of tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e1000e_registers.h"
#include "igb_registers.h"
#include "ixgbe_registers.h"
#include "tests/unit/driver-plugins/fake_host.h"

extern "C" {
const vmcoredd_plugin* vmcoredd_builtin_e1000e_entry(void);
const vmcoredd_plugin* vmcoredd_builtin_igb_entry(void);
const vmcoredd_plugin* vmcoredd_builtin_ixgbe_entry(void);
}

namespace vmcoredd {
namespace {

struct Range {
  uint64_t begin, size;
};

struct Family {
  const char* name;
  const vmcoredd_plugin* plugin;
  const vmcoredd_register_list* state;
  const vmcoredd_register_list* all;
  std::vector<uint16_t> ids;        // some that are its own
  std::vector<uint16_t> other_ids;  // some of its vendor that are not
  std::vector<uint64_t> in_state;   // registers that the early dump must have
  std::vector<Range> forbidden;     // what changes by being read, or is a gateway
};

void PrintTo(const Family& family, std::ostream* out) { *out << family.name; }

std::vector<Family> Families() {
  // Of both gigabit families: ICR, NVM and PHY gateways, statistics, semaphores that
  // are taken by reading them, time stamps that are released by it.
  const std::vector<Range> gigabit = {{0x10, 8},       {0x20, 4},   {0xc0, 4},      {0xd8, 4},
                                      {0x4000, 0x200}, {0x5b50, 4}, {0xb600, 0x100}};
  std::vector<Range> igb = gigabit;
  igb.insert(igb.end(), {{0x1580, 4}, {0x1528, 4}, {0x3554, 4}, {0x3548, 4}, {0x8800, 0x800}});
  return {
      {"e1000e",
       vmcoredd_builtin_e1000e_entry(),
       &e1000e_state_registers,
       &e1000e_all_registers,
       {0x10d3, 0x105e, 0x15b7},
       {0x1521, 0x10fb, 0x100e, 0x10ca},
       {0x0, 0x8, 0x100, 0x400, 0x2800, 0x2810, 0x3800, 0x3818, 0x5400, 0x5404},
       gigabit},
      {"igb",
       vmcoredd_builtin_igb_entry(),
       &igb_state_registers,
       &igb_all_registers,
       {0x1521, 0x10c9, 0x1533},
       {0x10d3, 0x10fb, 0x10ca},
       {0x0, 0x8, 0x100, 0x400, 0x2800, 0x3800, 0x5400, 0x5404},
       igb},
      {"ixgbe",
       vmcoredd_builtin_ixgbe_entry(),
       &ixgbe_state_registers,
       &ixgbe_all_registers,
       {0x10fb, 0x1528, 0x1563},
       {0x10d3, 0x1521, 0x10b6, 0x10ed},
       {0x0, 0x8, 0x3000, 0x4a80, 0x1000, 0x1010, 0x6000, 0x5400, 0x5404},
       {{0x800, 4},
        {0x888, 4},
        {0x1030, 8},
        {0x2f90, 4},
        {0x4000, 0x200},
        {0x425c, 8},
        {0x42a4, 4},
        {0x8c00, 0x100},
        {0x10010, 0x200},
        {0x10110, 0x60}}},
  };
}

class IntelPluginTest : public testing::TestWithParam<Family> {
 protected:
  struct Nic : FakeHost {
    explicit Nic(const Family& family) : FakeHost(4096) {
      Set32(0, 0x8086 | uint32_t{family.ids[0]} << 16);
      device.vendor_id = 0x8086;
      device.device_id = family.ids[0];
      device.class_code = 0x020000;
      AddBar(0, 0x20000);
      FillBar(0, 0x11000000);
    }
  };
};

TEST_P(IntelPluginTest, MatchesItsOwnDevicesOnly) {
  Nic nic(GetParam());
  for (const uint16_t id : GetParam().ids) {
    nic.device.device_id = id;
    EXPECT_EQ(GetParam().plugin->match(&nic.host, &nic.device), 100) << std::hex << id;
  }
  for (const uint16_t id : GetParam().other_ids) {
    nic.device.device_id = id;
    EXPECT_EQ(GetParam().plugin->match(&nic.host, &nic.device), 0) << std::hex << id;
  }
  nic.device.device_id = GetParam().ids[0];
  nic.device.vendor_id = 0x15b3;
  EXPECT_EQ(GetParam().plugin->match(&nic.host, &nic.device), 0);
}

TEST_P(IntelPluginTest, OffersASmallEarlyDumpAndALargerLateOne) {
  Nic nic(GetParam());
  ASSERT_EQ(nic.Register(*GetParam().plugin), 0);
  ASSERT_EQ(nic.dumps.size(), 2u);
  ASSERT_NE(nic.Offer("state"), nullptr);
  ASSERT_NE(nic.Offer("registers"), nullptr);
  EXPECT_EQ(nic.Offer("state")->flags, VMCOREDD_DUMP_EARLY);
  EXPECT_EQ(nic.Offer("registers")->flags, 0u);
  for (const vmcoredd_dump& dump : nic.dumps) EXPECT_EQ(dump.dump_class, VMCOREDD_DUMP_PASSIVE);
  EXPECT_TRUE(nic.accesses.empty());
}

TEST_P(IntelPluginTest, TheEarlyDumpHasControlRingsAndAddressInFewReads) {
  Nic nic(GetParam());
  nic.is_early = true;
  ASSERT_EQ(nic.Collect(*GetParam().plugin, "state"), 0);
  for (const uint64_t offset : GetParam().in_state) {
    EXPECT_EQ(nic.Payload32(offset), 0x11000000u + offset) << std::hex << offset;
  }
  EXPECT_LE(nic.accesses.size(), 32u);
  EXPECT_EQ(nic.Collect(*GetParam().plugin, "registers"), -EPERM);
}

TEST_P(IntelPluginTest, NothingIsReadThatChangesByIt) {
  Nic nic(GetParam());
  ASSERT_EQ(nic.Collect(*GetParam().plugin, "state"), 0);
  ASSERT_EQ(nic.Collect(*GetParam().plugin, "registers"), 0);
  for (const Range& range : GetParam().forbidden) {
    EXPECT_FALSE(nic.WasTouched(0, range.begin, range.size)) << std::hex << range.begin;
  }
  EXPECT_TRUE(nic.Writes().empty());
  for (const FakeAccess& access : nic.accesses) {
    ASSERT_EQ(access.width, 4u);
    ASSERT_EQ(access.bar, 0u);
  }
}

TEST_P(IntelPluginTest, WhatIsReadEarlyIsReadLateToo) {
  Nic nic(GetParam());
  ASSERT_EQ(nic.Collect(*GetParam().plugin, "registers"), 0);
  const vmcoredd_register_list& state = *GetParam().state;
  for (uint32_t i = 0; i < state.count; ++i) {
    EXPECT_TRUE(nic.WasTouched(0, state.ranges[i].offset)) << std::hex << state.ranges[i].offset;
  }
  EXPECT_EQ(nic.payload.size(), vmcoredd_registers_size(GetParam().all, 0));
}

INSTANTIATE_TEST_SUITE_P(All, IntelPluginTest, testing::ValuesIn(Families()), [](const auto& one) {
  return std::string(one.param.name);
});

}  // namespace
}  // namespace vmcoredd
