// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "tests/unit/readers/import/support.h"

namespace vmcoredd {
namespace {

std::string ConfigOf(const std::string& address) {
  return Golden("sysfs-qemu/sys/bus/pci/devices/" + address + "/config");
}

std::string HexLines(size_t count) {
  std::string text;
  char line[8];
  for (size_t i = 0; i < count; ++i) {
    std::snprintf(line, sizeof line, "%02zx:", i * 16);
    text += line;
    for (int byte = 0; byte < 16; ++byte) text += " 5a";
    text += '\n';
  }
  return text;
}

TEST(Lspci, IsTheConfigurationSpaceOfEveryDevice) {
  const std::string text = Golden("lspci-output/xxxx.txt");
  for (const size_t piece : {size_t{1}, SIZE_MAX}) {
    const Imported imported = Import(text, "lspci", {}, piece);
    ASSERT_TRUE(imported.is_clean());
    ASSERT_EQ(imported.sink.dumps.size(), 10u);
    for (const ImportedDump& dump : imported.sink.dumps) {
      EXPECT_EQ(dump.dump.bus, "pci");
      EXPECT_EQ(dump.dump.content, "pci-config");
      EXPECT_TRUE(dump.payload == ConfigOf(dump.dump.address)) << dump.dump.address;
      EXPECT_FALSE(dump.remarks.is_partial);
      EXPECT_TRUE(dump.remarks.holes.empty());
    }
  }
}

TEST(Lspci, MarksWhatXDoesNotShow) {
  const Imported imported = Import(Golden("lspci-output/D-vv-x.txt"), "lspci");
  ASSERT_TRUE(imported.is_clean());
  ASSERT_EQ(imported.sink.dumps.size(), 10u);
  for (const ImportedDump& dump : imported.sink.dumps) {
    ASSERT_EQ(dump.payload.size(), 256u);
    EXPECT_EQ(dump.payload.substr(0, 64), ConfigOf(dump.dump.address).substr(0, 64));
    EXPECT_EQ(dump.payload.substr(64), std::string(192, '\0'));
    ASSERT_EQ(dump.remarks.holes.size(), 1u);
    EXPECT_EQ(dump.remarks.holes[0].range, (ByteRange{64, 192}));
    EXPECT_TRUE(dump.remarks.is_partial);
  }
}

TEST(Lspci, KnowsAddresses) {
  for (const auto& [line, address] : std::initializer_list<std::pair<const char*, const char*>>{
           {"00:1f.2 SATA controller: x", "0000:00:1f.2"},
           {"0001:00:1F.2 x", "0001:00:1f.2"},
           {"10000:e1:00.0 x", "10000:e1:00.0"},
           {"00:1f.2", "0000:00:1f.2"}}) {
    const Imported imported = Import(std::string(line) + "\n" + HexLines(4) + "\n", "lspci");
    ASSERT_TRUE(imported.is_clean()) << line;
    EXPECT_EQ(imported.sink.dumps.at(0).dump.address, address);
  }
  for (const char* const none :
       {"00:1f.8 x", "0:1f.2 x", "000:00:1f.2 x", "00:1f.2x", "g0:00.0 x"}) {
    EXPECT_FALSE(Import(std::string(none) + "\n" + HexLines(4) + "\n", "lspci").result) << none;
  }
}

// Whatever is cut off is told, unless the cut is between two devices.
TEST(Lspci, CutAtEveryByteIsNeverWrongInSilence) {
  const std::string header = "00:00.0 Host bridge\n";
  const std::string text = header + HexLines(16) + "\n" + "00:01.0 Other\n" + HexLines(4) + "\n";
  const size_t second = text.find("00:01.0");
  for (size_t cut = 0; cut < text.size(); ++cut) {
    const Imported imported = Import(text.substr(0, cut), "lspci");
    EXPECT_EQ(imported.is_clean(), cut == second) << cut;
    if (!imported.result) {
      EXPECT_TRUE(imported.sink.dumps.empty());
      continue;
    }
    const std::string& payload = imported.sink.dumps.at(0).payload;
    ASSERT_EQ(payload.size(), 256u);
    const size_t bytes = std::min(payload.find('\0'), payload.size());
    EXPECT_EQ(payload.substr(0, bytes), std::string(bytes, '\x5a'));
    EXPECT_EQ(payload.substr(bytes), std::string(256 - bytes, '\0'));
    EXPECT_EQ(imported.sink.dumps[0].remarks.is_partial, cut < second) << cut;
  }
}

TEST(Lspci, DamageCostsItsDeviceOnly) {
  const std::string good = "00:02.0 z\n" + HexLines(16) + "\n";
  for (const char* const bad :
       {"20: 00\n", "00: 00\n", "10: 00 11\n",
        "10: 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a\n",
        "10: 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5a 5g\n", "junk\n"}) {
    const Imported imported =
        Import("00:01.0 y\n" + HexLines(1) + std::string(bad) + "\n" + good, "lspci");
    ASSERT_TRUE(imported.result) << bad;
    ASSERT_EQ(imported.sink.dumps.size(), 2u) << bad;
    EXPECT_TRUE(imported.sink.dumps[0].remarks.is_partial) << bad;
    EXPECT_EQ(imported.sink.dumps[0].payload.substr(0, 16), std::string(16, '\x5a'));
    EXPECT_EQ(imported.sink.dumps[1].payload, std::string(256, '\x5a'));
    EXPECT_FALSE(imported.sink.dumps[1].remarks.is_partial);
    EXPECT_EQ(imported.sink.reports.size(), 1u);
  }
  // A device without bytes among others.
  const Imported bare = Import(good + "00:03.0 y\n\n", "lspci");
  EXPECT_EQ(bare.sink.dumps.size(), 1u);
  EXPECT_EQ(bare.sink.reports.size(), 1u);
}

TEST(Lspci, SaysWhenThereIsNoConfigurationSpace) {
  const Imported imported = Import("00:01.0 y\n00:02.0 z\n", "lspci");
  ASSERT_FALSE(imported.result);
  EXPECT_EQ(imported.result.error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(Import("", "lspci").result.error().code(), ErrorCode::kNotRecognised);
}

}  // namespace
}  // namespace vmcoredd
