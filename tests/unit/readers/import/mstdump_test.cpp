// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "tests/unit/readers/import/support.h"

namespace vmcoredd {
namespace {

TEST(Mstdump, PutsRegistersAtTheirAddresses) {
  const Imported imported = Import(
      "0x00000004 0x11223344\n"
      "0x00000008 0xbadacce5\n"
      "0x00001000 0x00000001\n",
      "mstdump", {}, 1);
  ASSERT_TRUE(imported.is_clean());
  const ImportedDump& dump = imported.sink.dumps.at(0);
  EXPECT_EQ(dump.dump.kind, SavedKind::kRegisters);
  EXPECT_EQ(dump.dump.content, "register-image");
  EXPECT_FALSE(dump.dump.first_address);
  ASSERT_EQ(dump.payload.size(), 0x1004u);
  EXPECT_EQ(dump.payload.substr(0, 12),
            std::string("\0\0\0\0\x44\x33\x22\x11\xe5\xcc\xda\xba", 12));
  EXPECT_EQ(dump.payload.substr(0x1000), std::string("\1\0\0\0", 4));
  ASSERT_EQ(dump.remarks.holes.size(), 2u);
  EXPECT_EQ(dump.remarks.holes[0].range, (ByteRange{0, 4}));
  EXPECT_EQ(dump.remarks.holes[1].range, (ByteRange{12, 0x1000 - 12}));
  EXPECT_FALSE(dump.remarks.is_partial);
}

TEST(Mstdump, TakesAnyOrderAndTheLastValue) {
  const Imported imported = Import(
      "0x00000008 0x00000002\n"
      "0x00000000 0x00000001\n"
      "0x00000008 0x00000003\n"
      "0x00000000 0x00000001\n",
      "mstdump");
  ASSERT_TRUE(imported.is_clean());
  const ImportedDump& dump = imported.sink.dumps.at(0);
  EXPECT_EQ(dump.payload, std::string("\1\0\0\0\0\0\0\0\3\0\0\0", 12));
  ASSERT_EQ(dump.remarks.warnings.size(), 1u);
  EXPECT_NE(dump.remarks.warnings[0].find("another value: 1,"), std::string::npos);
}

TEST(Mstdump, BeginsFarFrom0WhereAddressesAre) {
  const Imported imported = Import("0xfffffff8 0x00000001\n0xfffffffc 0x00000002\n", "mstdump");
  ASSERT_TRUE(imported.is_clean());
  const ImportedDump& dump = imported.sink.dumps.at(0);
  EXPECT_EQ(dump.dump.first_address, 0xfffffff8u);
  EXPECT_EQ(dump.payload, std::string("\1\0\0\0\2\0\0\0", 8));
  EXPECT_TRUE(dump.remarks.holes.empty());
}

TEST(Mstdump, StopsAtWhatIsWrong) {
  for (const char* const bad :
       {"0x00000006 0x00000000\n", "0x04000000 0x00000000\n", "0x00000004 0x0000000\n",
        "0x00000004  0x00000000\n", "00000004 00000000\n", "0x00000004\n",
        "0x00000004 0x0000000g\n", "0x00000004 0x00000000 x\n", "0X00000004 0x00000000\n"}) {
    const Imported imported =
        Import("0x00000000 0x00000007\n" + std::string(bad) + "0x00000008 0x00000007\n", "mstdump");
    ASSERT_TRUE(imported.result) << bad;
    EXPECT_EQ(imported.sink.dumps.at(0).payload.size(), 4u) << bad;
    EXPECT_TRUE(imported.sink.dumps[0].remarks.is_partial);
    ASSERT_EQ(imported.sink.reports.size(), 1u);
    EXPECT_EQ(imported.sink.reports[0].offset(), 22u);
  }
  EXPECT_FALSE(Import("", "mstdump").result);
}

TEST(Mstdump, CutAtEveryByteIsNeverWrongInSilence) {
  const std::string text = "0x00000000 0x04030201\n0x00000004 0x08070605\n";
  const std::string whole("\1\2\3\4\5\6\7\10", 8);
  for (size_t cut = 0; cut < text.size(); ++cut) {
    const Imported imported = Import(text.substr(0, cut), "mstdump");
    EXPECT_EQ(imported.is_clean(), cut == 22) << cut;
    if (imported.sink.dumps.empty()) continue;
    EXPECT_EQ(imported.sink.dumps[0].payload, whole.substr(0, cut >= 43 ? 8 : 4)) << cut;
  }
}

TEST(Mstdump, ListsNoMoreHolesThanAManifestTakes) {
  std::string text;
  char line[32];
  for (unsigned i = 0; i < 2000; ++i) {
    std::snprintf(line, sizeof line, "0x%08x 0x%08x\n", i * 8, i);
    text += line;
  }
  const Imported imported = Import(text, "mstdump");
  ASSERT_TRUE(imported.is_clean());
  EXPECT_EQ(imported.sink.dumps[0].remarks.holes.size(), kMaxListedHoles);
  EXPECT_EQ(imported.sink.dumps[0].remarks.warnings.size(), 1u);
}

}  // namespace
}  // namespace vmcoredd
