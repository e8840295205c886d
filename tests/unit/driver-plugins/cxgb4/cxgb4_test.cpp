// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cxgb4_registers.h"
#include "tests/unit/driver-plugins/fake_host.h"

extern "C" const vmcoredd_plugin* vmcoredd_builtin_cxgb4_entry(void);

namespace vmcoredd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::string_literals;

constexpr uint32_t kWindowBase = 0x3068, kWindowOffset = 0x306c, kWindow = 0x1b800;
constexpr uint32_t kFirmware = 0x30b8, kLogPlace = 0x30d8;
constexpr uint32_t kWhoami = 0x19400, kEdcSize = 0x77c0, kMcSize = 0x77c8, kMc1Size = 0x7808;
constexpr uint32_t kMiB = 1 << 20;

const vmcoredd_plugin& Cxgb4() { return *vmcoredd_builtin_cxgb4_entry(); }

// An adapter whose memory shows in window 0 of BAR 0, where its address register says:
// 4 MiB of each embedded memory, then 16 MiB of external memory.
struct Adapter : FakeHost {
  explicit Adapter(uint16_t device_id = 0x5401) : FakeHost(4096) {
    device.vendor_id = 0x1425;
    device.device_id = device_id;
    Set32(0x00, uint32_t{device_id} << 16 | 0x1425);
    Set32(0x04, 0x00100006);
    Set32(0x10, 0xfb30000c);
    AddBar(0, 512 * 1024);
    SetRegister(0, kWhoami, device_id < 0x6000 ? 0x400 : 0x800);  // function 4
    const uint32_t base = device_id < 0x5000 ? 0xfb300000 + kWindow : kWindow;
    SetRegister(0, kWindowBase, base | 1);  // 2 KiB
    SetRegister(0, kWindowOffset, 0x00123800);
    SetRegister(0, kEdcSize, 0x01230004);
    SetRegister(0, kMcSize, 0x00080010);
    SetRegister(0, kMc1Size, 0x00180010);
    on_write = [](FakeHost& fake, const FakeAccess& access) {
      static_cast<Adapter&>(fake).Show(access);
    };
  }

  // What lies at an address of the adapter's memory.
  static uint32_t MemoryAt(uint64_t address) { return static_cast<uint32_t>(address * 7 + 3); }
  // A log of 128 entries in a memory, and that the firmware says so.
  void PlaceLog(uint32_t memory, uint32_t address) { SetRegister(0, kLogPlace, address | memory); }
  uint64_t shown = 0;
  uint32_t function = ~0u;
  bool is_stuck = false;
  bool is_read_only_after = false;  // the window is not put back

 private:
  void Show(const FakeAccess& access) {
    if (access.offset != kWindowOffset) return;
    if (is_stuck || (is_read_only_after && access.value == 0x00123800)) {
      SetRegister(0, kWindowOffset, 0x00ff0000);
      return;
    }
    shown = access.value & ~uint64_t{7};
    function = access.value & 7;
    for (uint32_t at = 0; at < 2048; at += 4) SetRegister(0, kWindow + at, MemoryAt(shown + at));
  }
};

constexpr uint32_t kLogBytes = 128 * 256;

TEST(Cxgb4Plugin, MatchesTheMainFunctionOfThreeGenerations) {
  for (const uint16_t id : {0x4401, 0x5401, 0x6401}) {
    Adapter adapter(id);
    EXPECT_EQ(Cxgb4().match(&adapter.host, &adapter.device), 100) << id;
  }
  for (const uint16_t id : {0x5001, 0x5501, 0x5801, 0x7401, 0x0031}) {
    Adapter adapter(id);
    EXPECT_EQ(Cxgb4().match(&adapter.host, &adapter.device), 0) << id;
  }
  Adapter adapter;
  adapter.device.vendor_id = 0x1af4;
  EXPECT_EQ(Cxgb4().match(&adapter.host, &adapter.device), 0);
}

TEST(Cxgb4Plugin, ReadsTheRegistersOfItsGeneration) {
  const struct {
    uint16_t id;
    const vmcoredd_register_list* list;
    uint64_t size;
  } kChips[] = {{0x4401, &cxgb4_t4_registers, 0x27e08},
                {0x5401, &cxgb4_t5_registers, 0x5130c},
                {0x6401, &cxgb4_t6_registers, 0x51328}};
  for (const auto& chip : kChips) {
    Adapter adapter(chip.id);
    adapter.FillBar(0, 0x10000000);
    ASSERT_EQ(adapter.Collect(Cxgb4(), "regs"), 0);
    ASSERT_EQ(adapter.payload.size(), chip.size);
    uint64_t registers = 0;
    for (uint32_t i = 0; i < chip.list->count; ++i) {
      const vmcoredd_register_range& range = chip.list->ranges[i];
      registers += range.count;
      EXPECT_EQ(adapter.Payload32(range.offset), 0x10000000 + range.offset);
    }
    EXPECT_EQ(adapter.accesses.size(), registers);
    EXPECT_THAT(adapter.Writes(), IsEmpty());
    EXPECT_EQ(adapter.Offer("regs")->dump_class, VMCOREDD_DUMP_PASSIVE);
    EXPECT_EQ(adapter.Offer("regs")->flags, 0u);
  }
}

// Names of t4_regs.h; where there is none, of the block.
std::vector<NamedRegisters> HarmfulRegisters() {
  std::vector<NamedRegisters> harmful = {
      {"PCIE_CFG_SPACE_DATA: a configuration read", 0, 0x3064},
      {"CIM_HOST_ACC_DATA", 0, 0x7b54},
      {"CIM_IBQ_DBG_DATA, CIM_OBQ_DBG_DATA", 0, 0x7b68, 8},
      {"CIM_PO_LA_DEBUGDATA to CIM_PI_LA_MADEBUGDATA", 0, 0x7b78, 16},
      {"TP_TM_PIO_DATA", 0, 0x7e1c},
      {"TP_PIO_DATA", 0, 0x7e44},
      {"TP_MIB_DATA", 0, 0x7e54},
      {"TP_DBG_LA_DATAL, TP_DBG_LA_DATAH", 0, 0x7ed8, 8},
      {"PM_RX_DBG_DATA", 0, 0x8fd4},
      {"PM_TX_DBG_DATA", 0, 0x8ff4},
      {"SMB FIFOs", 0, 0x19070, 8},
      {"SMB FIFOs", 0, 0x19084, 8},
      {"ULP_RX_LA_RDDATA", 0, 0x19244},
      {"SF_DATA", 0, 0x193f8},
      {"memory window 0", 0, kWindow, 2048},
  };
  for (uint32_t i = 0; i < 11; ++i) {
    harmful.push_back({"ULP_TX_LA_RDDATA: moves its read pointer", 0, 0x8ec4 + i * 0x10});
  }
  for (uint32_t begin = 0x1e000; begin < 0x20000; begin += 0x400) {
    harmful.push_back({"SGE_PF_KDOORBELL, SGE_PF_GTS", 0, begin, 8});
    harmful.push_back({"CIM_PF_MAILBOX_DATA, CIM_PF_MAILBOX_CTRL", 0, begin + 0x240, 0x44});
  }
  return harmful;
}

TEST(Cxgb4Plugin, NeverReadsMailboxesDoorbellsFifosAndDataPorts) {
  for (const uint16_t id : {0x4401, 0x5401, 0x6401}) {
    Adapter adapter(id);
    ASSERT_EQ(adapter.Collect(Cxgb4(), "regs"), 0);
    EXPECT_THAT(adapter.TouchedOf(HarmfulRegisters()), IsEmpty()) << std::hex << id;
  }
}

// Where the vendor's drivers differ, what both read is read.
TEST(Cxgb4Plugin, ReadsOnlyWhatAllDriversOfTheVendorRead) {
  const struct {
    uint16_t id;
    std::vector<NamedRegisters> disputed;
  } chips[] = {
      {0x4401, {{"0x11114", 0, 0x11114}}},
      {0x5401,
       {{"0x9810", 0, 0x9810, 16},
        {"0x9840", 0, 0x9840, 16},
        {"0xd000", 0, 0xd000},
        {"0x1a13c", 0, 0x1a13c, 0x54},
        {"port 0", 0, 0x30038},
        {"port 3", 0, 0x3c040}}},
      {0x6401, {{"0x1240", 0, 0x1240, 20}, {"port 0", 0, 0x32b1c}, {"port 1", 0, 0x36b1c}}},
  };
  for (const auto& chip : chips) {
    Adapter adapter(chip.id);
    ASSERT_EQ(adapter.Collect(Cxgb4(), "regs"), 0);
    EXPECT_THAT(adapter.TouchedOf(chip.disputed), IsEmpty()) << std::hex << chip.id;
  }
}

TEST(Cxgb4Devlog, CopiesTheLogThroughTheWindowAndPutsItBack) {
  for (const uint16_t id : {0x4401, 0x5401, 0x6401}) {
    Adapter adapter(id);
    adapter.PlaceLog(1, 0x12350);  // not where a window begins
    ASSERT_EQ(adapter.Collect(Cxgb4(), "devlog"), 0) << adapter.error_text;
    ASSERT_EQ(adapter.payload.size(), kLogBytes);
    for (uint32_t at = 0; at < kLogBytes; at += 4) {
      ASSERT_EQ(adapter.Payload32(at), Adapter::MemoryAt(4 * kMiB + 0x12350 + at)) << at;
    }
    EXPECT_THAT(adapter.holes, IsEmpty());
    EXPECT_THAT(adapter.warnings, IsEmpty());
    const auto writes = adapter.Writes();
    ASSERT_EQ(writes.size(), 18u);  // 17 windows and back
    EXPECT_EQ(writes[0].value, (4 * kMiB + 0x12000) | (id < 0x5000 ? 0u : 4u));
    for (const FakeAccess& write : writes) EXPECT_EQ(write.offset, kWindowOffset);
    EXPECT_EQ(adapter.GetRegister(0, kWindowOffset), 0x00123800u);
  }
}

// Of fixture/bar0.txt: memory, whose window does not move.
TEST(Cxgb4Devlog, ReadsTheLogOfTheFixture) {
  Adapter adapter;
  adapter.on_write = nullptr;
  adapter.bars[0].bytes = ReadFixture(VMCOREDD_FIXTURES "cxgb4_bar0");
  const std::vector<uint8_t> before = adapter.bars[0].bytes;
  ASSERT_EQ(adapter.Collect(Cxgb4(), "devlog"), 0) << adapter.error_text;
  ASSERT_EQ(adapter.payload.size(), kLogBytes);
  const std::string log(adapter.payload.begin(), adapter.payload.end());
  EXPECT_EQ(log.substr(7 * 256 + 16, 5), "fatal");
  EXPECT_EQ(log.substr(15 * 256 + 16, 26), "fatal: watchdog of cpu %u\0"s);
  EXPECT_EQ(adapter.bars[0].bytes, before);
  EXPECT_EQ(adapter.Writes().size(), 17u);
  EXPECT_THAT(adapter.warnings, ElementsAre(HasSubstr("evaluation 5")));
}

TEST(Cxgb4Regs, AreThoseOfTheFixtureByteForByte) {
  Adapter adapter;
  adapter.bars[0].bytes = ReadFixture(VMCOREDD_FIXTURES "cxgb4_bar0");
  ASSERT_EQ(adapter.Collect(Cxgb4(), "regs"), 0) << adapter.error_text;
  EXPECT_EQ(adapter.payload, ReadFixture(VMCOREDD_FIXTURES "cxgb4_bar0.t5"));
}

TEST(Cxgb4Devlog, FindsEachMemory) {
  const struct {
    uint32_t memory;
    uint64_t begin;
  } kMemories[] = {{0, 0}, {1, 4 * kMiB}, {2, 8 * kMiB}, {3, 24 * kMiB}};
  for (const auto& memory : kMemories) {
    Adapter adapter;
    adapter.PlaceLog(memory.memory, 0x40000);
    ASSERT_EQ(adapter.Collect(Cxgb4(), "devlog"), 0) << adapter.error_text;
    EXPECT_EQ(adapter.Payload32(0), Adapter::MemoryAt(memory.begin + 0x40000));
  }
}

TEST(Cxgb4Devlog, KnowsTheLargestLog) {
  Adapter adapter;
  adapter.PlaceLog(2, 0x40000 | 0xf0000000);
  ASSERT_EQ(adapter.Collect(Cxgb4(), "devlog"), 0);
  EXPECT_EQ(adapter.payload.size(), 2048u * 256);
}

TEST(Cxgb4Devlog, IsSideEffectAndLate) {
  Adapter adapter;
  ASSERT_EQ(adapter.Register(Cxgb4()), 0);
  EXPECT_EQ(adapter.Offer("devlog")->dump_class, VMCOREDD_DUMP_SIDE_EFFECT);
  EXPECT_EQ(adapter.Offer("devlog")->flags, 0u);
  EXPECT_THAT(adapter.accesses, IsEmpty());
}

TEST(Cxgb4Devlog, TellsWhatTheFirmwareReports) {
  Adapter adapter;
  adapter.PlaceLog(0, 0x1000);
  adapter.SetRegister(0, kFirmware, 0x85000000);
  ASSERT_EQ(adapter.Collect(Cxgb4(), "devlog"), 0);
  EXPECT_THAT(adapter.warnings, ElementsAre("the firmware reports an error: PCIE_FW 0x85000000, "
                                            "evaluation 5"));
}

TEST(Cxgb4Devlog, WritesNothingWhenItDoesNotKnowWhereTheLogIs) {
  const struct {
    uint32_t place;
    int error;
    const char* why;
  } kPlaces[] = {{0, -ENODATA, "does not say where"},
                 {0x00040004, -EOPNOTSUPP, "memory of type 4"},
                 {0x0fff0000, -ERANGE, "not within memory 0 of 4 MiB"},
                 {0x003f8010 | 0xf0000000, -ERANGE, "not within"}};
  for (const auto& place : kPlaces) {
    Adapter adapter;
    adapter.SetRegister(0, kLogPlace, place.place);
    EXPECT_EQ(adapter.Collect(Cxgb4(), "devlog"), place.error);
    EXPECT_THAT(adapter.error_text, HasSubstr(place.why));
    EXPECT_THAT(adapter.Writes(), IsEmpty());
    EXPECT_THAT(adapter.payload, IsEmpty());
  }
}

TEST(Cxgb4Devlog, WritesNothingWhenTheWindowIsNotSetUp) {
  // Never set up; another BAR; past the end; larger than any.
  for (const uint32_t base : {0u, 0x1b901u, 0x7fc00u | 1, 0x10000u | 0x20}) {
    Adapter adapter;
    adapter.PlaceLog(0, 0x1000);
    adapter.SetRegister(0, kWindowBase, base);
    EXPECT_EQ(adapter.Collect(Cxgb4(), "devlog"), -ENXIO) << std::hex << base;
    EXPECT_THAT(adapter.error_text, HasSubstr("not set up"));
    EXPECT_THAT(adapter.Writes(), IsEmpty());
  }
}

TEST(Cxgb4Devlog, DoesNotReadThroughAWindowThatDoesNotMove) {
  Adapter adapter;
  adapter.PlaceLog(0, 0x1000);
  adapter.is_stuck = true;
  EXPECT_EQ(adapter.Collect(Cxgb4(), "devlog"), -EIO);
  EXPECT_THAT(adapter.error_text, HasSubstr("did not move: wrote 0x00001004, found 0x00ff0000"));
  EXPECT_FALSE(adapter.WasTouched(0, kWindow, 2048));
  EXPECT_THAT(adapter.payload, IsEmpty());
}

TEST(Cxgb4Devlog, SaysThatTheWindowCouldNotBePutBack) {
  Adapter adapter;
  adapter.PlaceLog(0, 0x1000);
  adapter.is_read_only_after = true;
  EXPECT_EQ(adapter.Collect(Cxgb4(), "devlog"), 0);
  EXPECT_EQ(adapter.payload.size(), kLogBytes);
  EXPECT_THAT(adapter.warnings, ElementsAre(HasSubstr("could not be put back")));
}

TEST(Cxgb4Devlog, KeepsWhatItHasWhenTheAdapterGoesAway) {
  Adapter adapter;
  adapter.PlaceLog(0, 0x1000);
  adapter.vanish_after = 2000;
  EXPECT_EQ(adapter.Collect(Cxgb4(), "devlog"), -ENODATA);
  EXPECT_THAT(adapter.error_text, HasSubstr("stopped answering"));
  ASSERT_EQ(adapter.payload.size(), kLogBytes);
  EXPECT_EQ(adapter.Payload32(0x1000), Adapter::MemoryAt(0x2000));
  ASSERT_EQ(adapter.holes.size(), 1u);
  EXPECT_GT(adapter.holes.begin()->first, 0x1800u);
  EXPECT_THAT(adapter.holes.begin()->second.reason, HasSubstr("stopped answering"));
}

TEST(Cxgb4Devlog, RefusesADeadAdapter) {
  Adapter adapter;
  std::fill(adapter.config.begin(), adapter.config.end(), 0xff);
  EXPECT_EQ(adapter.Collect(Cxgb4(), "devlog"), -ENODEV);
  EXPECT_THAT(adapter.payload, IsEmpty());
  EXPECT_EQ(adapter.Collect(Cxgb4(), "regs"), -ENODEV);
}

TEST(Cxgb4Devlog, IsNotConfusedByARegisterOfAllOnes) {
  Adapter adapter;
  adapter.ones.push_back({0, kLogPlace, kLogPlace + 4});
  EXPECT_EQ(adapter.Collect(Cxgb4(), "devlog"), -ENODATA);
  EXPECT_THAT(adapter.error_text, HasSubstr("0xffffffff"));
}

TEST(Cxgb4Devlog, StopsInTime) {
  Adapter adapter;
  adapter.PlaceLog(0, 0x1000);
  adapter.on_read = [](FakeHost& fake, uint32_t, uint64_t offset) {
    if (offset >= kWindow && fake.remaining_ms > 1) --fake.remaining_ms;
  };
  EXPECT_EQ(adapter.Collect(Cxgb4(), "devlog"), -ETIME);
  EXPECT_THAT(adapter.error_text, HasSubstr("time was over"));
  EXPECT_THAT(adapter.HoleAt(kLogBytes - 4), HasSubstr("time was over"));
  EXPECT_EQ(adapter.payload.size(), kLogBytes);
  EXPECT_EQ(adapter.GetRegister(0, kWindowOffset), 0x00123800u);
}

}  // namespace
}  // namespace vmcoredd
