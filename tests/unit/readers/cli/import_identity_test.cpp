// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/import_identity.h"

#include <gtest/gtest.h>

#include "vmcoredd/format/dump_name.h"

namespace vmcoredd::cli {
namespace {

SavedDump Saved(SavedKind kind) {
  SavedDump dump;
  dump.kind = kind;
  return dump;
}

ImportIdentity Device() {
  ImportIdentity said;
  said.bus = "pci";
  said.address = "0000:00:05.0";
  return said;
}

std::string NameOf(const SavedDump& dump, const ImportIdentity& said, const char* path = "-") {
  const auto identified = IdentifyDump(dump, said, path);
  return identified ? identified->name : identified.error().message();
}

TEST(ImportIdentity, NamesFollowTheFormat) {
  ImportIdentity said = Device();
  said.region = "cr-space";
  said.snapshot = "3";
  EXPECT_EQ(NameOf(Saved(SavedKind::kRegion), said), "devlink_0000:00:05.0_cr-space@3");
  said.port = "1";
  said.driver = "mlx5_core";
  EXPECT_EQ(NameOf(Saved(SavedKind::kRegion), said), "mlx5_core_0000:00:05.0_p1_cr-space@3");
  said.snapshot = "live";
  EXPECT_EQ(NameOf(Saved(SavedKind::kRegion), said), "mlx5_core_0000:00:05.0_p1_cr-space@live");
  said.reporter = "tx";
  EXPECT_EQ(NameOf(Saved(SavedKind::kHealthDump), said), "mlx5_core_0000:00:05.0_p1_tx");
  EXPECT_EQ(NameOf(Saved(SavedKind::kDiagnosis), said), "mlx5_core_0000:00:05.0_p1_tx.diagnose");
  said.source = "mine";
  EXPECT_EQ(NameOf(Saved(SavedKind::kDiagnosis), said), "mine_0000:00:05.0_p1_tx.diagnose");
  EXPECT_EQ(NameOf(Saved(SavedKind::kRegisters), Device()), "mstdump_0000:00:05.0");
  SavedDump config = Saved(SavedKind::kPciConfig);
  config.bus = "pci";
  config.address = "0000:01:00.0";
  EXPECT_EQ(NameOf(config, {}), "pci_0000:01:00.0");
  SavedDump state = Saved(SavedKind::kHealthState);
  state.many_devices = true;
  EXPECT_EQ(NameOf(state, {}), "devlink_all_health.show");
}

TEST(ImportIdentity, PropertiesSayWhatIsKnown) {
  ImportIdentity said = Device();
  said.region = "nvm";
  said.snapshot = "1";
  said.firmware = "1.2";
  SavedDump dump = Saved(SavedKind::kRegion);
  dump.content = "devlink-region";
  dump.first_address = 0x100;
  const auto identified = IdentifyDump(dump, said, "-");
  ASSERT_TRUE(identified);
  EXPECT_EQ(identified->content, "devlink-region");
  EXPECT_EQ(identified->device, (Properties{{"bus", "pci"},
                                            {"address", "0000:00:05.0"},
                                            {"region", "nvm"},
                                            {"snapshot", "1"},
                                            {"region_offset", "256"},
                                            {"firmware", "1.2"}}));
}

TEST(ImportIdentity, NothingIsGuessed) {
  ImportIdentity said;
  const SavedDump region = Saved(SavedKind::kRegion);
  EXPECT_NE(NameOf(region, said).find("--device"), std::string::npos);
  said = Device();
  EXPECT_NE(NameOf(region, said).find("--region"), std::string::npos);
  said.region = "r";
  EXPECT_NE(NameOf(region, said).find("--snapshot"), std::string::npos);
  EXPECT_NE(NameOf(Saved(SavedKind::kHealthDump), said).find("--reporter"), std::string::npos);
  EXPECT_NE(NameOf(Saved(SavedKind::kRaw), Device()).find("--source"), std::string::npos);
  // Two who say different things.
  SavedDump config = Saved(SavedKind::kPciConfig);
  config.bus = "pci";
  config.address = "0000:01:00.0";
  EXPECT_NE(NameOf(config, Device()).find("--device"), std::string::npos);
}

TEST(ImportIdentity, TheTextsOwnWordCounts) {
  SavedDump dump = Saved(SavedKind::kRegion);
  dump.bus = "pci";
  dump.address = "0000:00:05.0";
  dump.port = "2";
  dump.region = "nvm";
  dump.snapshot = "live";
  dump.time = "2026-11-29T02:49:13+01:00";
  const auto identified = IdentifyDump(dump, {}, "pci_0000:00:06.0_other_snap1.txt");
  ASSERT_TRUE(identified) << identified.error().message();
  EXPECT_EQ(identified->name, "devlink_0000:00:05.0_p2_nvm@live");
  EXPECT_EQ(identified->time, "2026-11-29T01:49:13Z");
  ImportIdentity said;
  said.time = "2025-01-01T00:00:00Z";
  EXPECT_EQ(IdentifyDump(dump, said, "-")->time, said.time);
  said = Device();
  said.region = "nvm";
  said.snapshot = "live";
  said.port = "2";
  EXPECT_TRUE(IdentifyDump(dump, said, "-"));
  for (std::string ImportIdentity::*const one :
       {&ImportIdentity::region, &ImportIdentity::snapshot, &ImportIdentity::port}) {
    ImportIdentity other = said;
    other.*one = "3";
    EXPECT_NE(NameOf(dump, other).find("says something else"), std::string::npos);
  }
  dump.time = "\x1b[31m";
  const auto timeless = IdentifyDump(dump, said, "-");
  ASSERT_TRUE(timeless);
  EXPECT_EQ(timeless->time, "");
  EXPECT_EQ(
      timeless->warnings,
      std::vector<std::string>{"the text says that it was made at \\x1b[31m, which is no time"});
}

TEST(ImportIdentity, RawBytesAreWhatSomebodySays) {
  ImportIdentity said = Device();
  said.source = "igb";
  EXPECT_EQ(NameOf(Saved(SavedKind::kRaw), said), "igb_0000:00:05.0");
  said = Device();
  said.region = "r";
  said.snapshot = "7";
  const auto region = IdentifyDump(Saved(SavedKind::kRaw), said, "-");
  ASSERT_TRUE(region);
  EXPECT_EQ(region->name, "devlink_0000:00:05.0_r@7");
  EXPECT_EQ(region->content, "devlink-region");
}

TEST(ImportIdentity, HostileNamesAreSafe) {
  ImportIdentity said = Device();
  said.snapshot = "1";
  for (const char* const bad : {"a/b", "..", "a b", "\x1b[m", "a\\b", "\xff"}) {
    said.region = bad;
    said.address = bad;
    const auto identified = IdentifyDump(Saved(SavedKind::kRegion), said, "-");
    ASSERT_TRUE(identified);
    EXPECT_TRUE(CheckDumpName(identified->name)) << bad;
  }
}

TEST(ImportIdentity, FileNamesSayWhatTheySayClearly) {
  const auto said = [](std::string_view path) {
    const ImportIdentity is = IdentityOfFileName(path);
    return is.bus + '|' + is.address + '|' + is.region + '|' + is.snapshot;
  };
  EXPECT_EQ(said("pci_0000:00:05.0_cr-space_snap1"), "pci|0000:00:05.0|cr-space|1");
  EXPECT_EQ(said("/a_b/pci_0000:00:05.0_a_b_snap22.txt.gz"), "pci|0000:00:05.0|a_b|22");
  EXPECT_EQ(said("netdevsim_netdevsim1_dummy_snap0.json"), "netdevsim|netdevsim1|dummy|0");
  for (const char* const unclear :
       {"netdevsim_a_b_c_snap0", "pci_0000:00:05.0_snap1", "pci_0000:00:05.0_x_snap", "x_snap1",
        "pci__x_snap1", "_a_b_snap1", "pci_0000:00:05.0_x_snap1a", "region.txt", "-", "",
        "pci_0000:00:05.0__snap1", "pci_0000:00:05.0_x_snap99999999999"}) {
    EXPECT_EQ(said(unclear), "|||") << unclear;
  }
  EXPECT_EQ(NameOf(Saved(SavedKind::kRegion), {}, "x/pci_0000:00:05.0_cr-space_snap1.txt"),
            "devlink_0000:00:05.0_cr-space@1");
  // The command line comes first.
  ImportIdentity option;
  option.snapshot = "9";
  EXPECT_EQ(NameOf(Saved(SavedKind::kRegion), option, "pci_0000:00:05.0_cr-space_snap1.txt"),
            "devlink_0000:00:05.0_cr-space@9");
}

TEST(ImportIdentity, ChecksWhatAPersonWrote) {
  for (const char* const bad : {"pci", "/x", "pci/", "pci/x/1"}) {
    ImportIdentity said;
    EXPECT_FALSE(CheckIdentity(said, bad)) << bad;
  }
  ImportIdentity said;
  said.snapshot = "x";
  EXPECT_FALSE(CheckIdentity(said, ""));
  said.snapshot = "live";
  said.port = "-1";
  EXPECT_FALSE(CheckIdentity(said, ""));
  said.port = "65535";
  said.time = "2026-11-20T12:04:09+02:00";
  ASSERT_TRUE(CheckIdentity(said, "pci/0000:00:05.0"));
  EXPECT_EQ(said.address, "0000:00:05.0");
  EXPECT_EQ(said.time, "2026-11-20T10:04:09Z");
}

TEST(UtcTime, TakesRfc3339) {
  EXPECT_EQ(UtcTime("2026-11-20T12:04:09Z"), "2026-11-20T12:04:09Z");
  EXPECT_EQ(UtcTime("2024-02-29T23:30:00.25-01:00"), "2024-03-01T00:30:00.25Z");
  for (const char* const bad :
       {"", "2026-11-20", "2026-11-20 12:04:09Z", "2026-11-20T12:04:09", "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T12:04:09.Z",
        "2026-11-20T12:04:09+2:00", "2026-11-20T12:04:09+99:00", "2026-11-20T12:04:09Zx",
        "x026-11-20T12:04:09Z", "2026-11-20T12:04:09.12345678901Z"}) {
    EXPECT_FALSE(UtcTime(bad)) << bad;
  }
}

}  // namespace
}  // namespace vmcoredd::cli
