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

struct Family {
  const char* name;
  const vmcoredd_plugin* plugin;
  const vmcoredd_register_list* state;
  const vmcoredd_register_list* all;
  std::vector<uint16_t> ids;            // some that are its own
  std::vector<uint16_t> other_ids;      // some of its vendor that are not
  std::vector<uint64_t> in_state;       // registers that the early dump must have
  std::vector<NamedRegisters> harmful;  // what changes by being read, or is a gateway
};

void PrintTo(const Family& family, std::ostream* out) { *out << family.name; }

std::vector<Family> Families() {
  const std::vector<NamedRegisters> gigabit = {
      {"EECD, FEXTNVM6; EERD, FEXTNVM5", 0, 0x10, 8},
      {"FLA", 0, 0x1c},
      {"MDIC", 0, 0x20},
      {"ICR: clears, acknowledges", 0, 0xc0},
      {"IMC: write-only", 0, 0xd8},
      {"EEMNGCTL", 0, 0x1010},
      {"I2CCMD, EEWR, I2CPARAMS", 0, 0x1028, 8},
      {"FLOP", 0, 0x103c},
      {"statistics: clear", 0, 0x4000, 0x200},
      {"PCS_LSTAT to PCS_LPABNP: latch", 0, 0x420c, 0x1c},
      {"SCVPC: a statistic", 0, 0x4228},
      {"WUPM: a packet", 0, 0x5a00, 0x80},
      {"RSSRK: secret", 0, 0x5c80, 40},
      {"FACTPS: clears", 0, 0x5b30},
      {"SWSM: taken by reading it", 0, 0x5b50},
      {"SWSM2, EXFWSM; SW_FW_SYNC", 0, 0x5b58, 8},
      {"host interface, HICR", 0, 0x8800, 0x800},
      {"time stamps: release, latch", 0, 0xb600, 0x100},
  };
  std::vector<NamedRegisters> e1000e = gigabit;
  e1000e.insert(e1000e.end(), {{"KMRNCTRLSTA: gateway", 0, 0x34},
                               {"RXCW: latches", 0, 0x180},
                               {"past the last register; shadow flash", 0, 0x5c80, 0x1a380}});
  std::vector<NamedRegisters> igb = gigabit;
  igb.insert(igb.end(), {{"MBVFICR, VFLRE", 0, 0xc80, 12},
                         {"P2VMAILBOX, VMBMEM", 0, 0x800, 0x440},
                         {"MPHY_STAT, MPHY_DATA: gateway", 0, 0xe0c, 8},
                         {"EIMC: write-only", 0, 0x1528},
                         {"EICR: clears, acknowledges", 0, 0x1580},
                         {"LVMMC: released by reading", 0, 0x3548},
                         {"WVBR: released by reading", 0, 0x3554},
                         {"flash and NVM of I210", 0, 0x12000, 0x200}});
  const std::vector<NamedRegisters> ixgbe = {
      {"PFMBICR", 0, 0x710, 16},
      {"EICR: clears, acknowledges", 0, 0x800},
      {"EIMC: write-only", 0, 0x888},
      {"QPRC, QBRC 0: clear", 0, 0x1030, 12},
      {"QPRC, QBRC 15: clear", 0, 0x13f0, 12},
      {"QPRDC 0: clears", 0, 0x1430},
      {"FCOERPDC: clears", 0, 0x241c},
      {"FCLAST, FCOEPRC, FCOEDWRC: clear", 0, 0x2424, 12},
      {"B2OGPRC: clears", 0, 0x2f90},
      {"RDMAM, RDMAD: a window", 0, 0x2f30, 8},
      {"PXON2OFFCNT: clear", 0, 0x3240, 0x20},
      {"RXBUFCTRL, RXBUFDATA: a window", 0, 0x3600, 0x20},
      {"PXONTXC to LXOFFTXC: clear", 0, 0x3f00, 0x6c},
      {"MPC, RNBC: clear", 0, 0x3fa0, 0x40},
      {"statistics: clear", 0, 0x4000, 0x200},
      {"PCS1GLSTA: latches", 0, 0x420c},
      {"HLREG1: latches", 0, 0x4244},
      {"MACA to MSRWD: MDIO", 0, 0x424c, 0x18},
      {"PCSS1, PCSS2, XPCSS: latch", 0, 0x4288, 12},
      {"MACS: latches", 0, 0x429c},
      {"LINKS: latches", 0, 0x42a4},
      {"ANLP1, ANLP2: latch", 0, 0x42b0, 8},
      {"MDFTFIFO1, MDFTFIFO2", 0, 0x42c4, 8},
      {"LINKS2: latches", 0, 0x4324},
      {"PFMAILBOX", 0, 0x4b00, 0x100},
      {"FCCRC: clears", 0, 0x5118},
      {"RXSATRL, RXSTMPH, RXSATRH: release", 0, 0x51a0, 12},
      {"RXSTMPL", 0, 0x51e8},
      {"RSSRK: secret", 0, 0x5c80, 40},
      {"QPTC, QBTC 0: clear", 0, 0x6030, 8},
      {"QBTC: clear", 0, 0x8700, 0x80},
      {"SSVPC, FCOEPTC, FCOEDWTC: clear", 0, 0x8780, 12},
      {"O2BSPC: clears", 0, 0x87b0},
      {"LSECTXKEY, LSECTX statistics", 0, 0x8a1c, 0x34},
      {"time stamps: release, latch", 0, 0x8c00, 0x100},
      {"LSECRXKEY, LSECRX statistics", 0, 0x8f20, 0x64},
      {"TXBUFCTRL, TXBUFDATA: a window", 0, 0xc600, 0x20},
      {"PXONRXC to MNGPTC: clear", 0, 0xcf00, 0x94},
      {"FDIRCMD: gateway", 0, 0xee2c},
      {"FDIRUSTAT to FDIRMISS: clear", 0, 0xee50, 16},
      {"SWSM: taken by reading it", 0, 0x10140},
      {"GSSR: taken by reading it", 0, 0x10160},
      {"SWSM of X550EM_a: taken by reading it", 0, 0x15f70},
      {"NVM, flash, MDIO, PCIe gateways, host interface", 0, 0x10000, 0x10000},
  };
  return {
      {"e1000e",
       vmcoredd_builtin_e1000e_entry(),
       &e1000e_state_registers,
       &e1000e_all_registers,
       {0x10d3, 0x105e, 0x15b7},
       {0x1521, 0x10fb, 0x100e, 0x10ca},
       {0x0, 0x8, 0x100, 0x400, 0x2800, 0x2810, 0x3800, 0x3818, 0x5400, 0x5404},
       e1000e},
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
       ixgbe},
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
  EXPECT_THAT(nic.TouchedOf(GetParam().harmful), testing::IsEmpty());
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

// The fixtures' dumps are made by an implementation of their own, of registers.list.
// e1000e has tests/golden/sysfs-qemu instead, captured from QEMU's.
class IntelFixtureTest : public IntelPluginTest {};

TEST_P(IntelFixtureTest, EachDumpIsThatOfTheFixtureByteForByte) {
  const std::string fixture = VMCOREDD_FIXTURES + std::string(GetParam().name) + "_bar0";
  const std::vector<uint8_t> image = ReadFixture(fixture);
  for (const auto& [what, section] : {std::pair("state", ".state"), {"registers", ".all"}}) {
    Nic nic(GetParam());
    nic.bars[0].bytes = image;
    ASSERT_EQ(nic.Collect(*GetParam().plugin, what), 0) << what;
    EXPECT_EQ(nic.payload, ReadFixture(fixture + section)) << what;
    EXPECT_EQ(nic.Payload32(0x5400), 0x12005452u) << what << ": RAL 0";
    EXPECT_EQ(nic.bars[0].bytes, image) << what;
  }
}

INSTANTIATE_TEST_SUITE_P(All, IntelPluginTest, testing::ValuesIn(Families()), [](const auto& one) {
  return std::string(one.param.name);
});

std::vector<Family> FamiliesWithFixture() {
  std::vector<Family> families = Families();
  std::erase_if(families, [](const Family& one) { return one.name == std::string("e1000e"); });
  return families;
}

INSTANTIATE_TEST_SUITE_P(All,
                         IntelFixtureTest,
                         testing::ValuesIn(FamiliesWithFixture()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace vmcoredd
