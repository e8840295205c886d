// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "readers/import/region_assembly.h"
#include "tests/unit/readers/import/support.h"

namespace vmcoredd {
namespace {

TEST(RegionText, IsTheRegionWhateverThePieces) {
  const std::string text = Golden("devlink-output/region-dump-600.txt");
  for (const size_t piece : {size_t{1}, size_t{61}, SIZE_MAX}) {
    const Imported imported = Import(text, "region", "text", piece);
    ASSERT_TRUE(imported.is_clean());
    ASSERT_EQ(imported.sink.dumps.size(), 1u);
    const ImportedDump& dump = imported.sink.dumps[0];
    EXPECT_TRUE(dump.payload == SampleRegion());
    EXPECT_EQ(dump.dump.kind, SavedKind::kRegion);
    EXPECT_EQ(dump.dump.content, "devlink-region");
    EXPECT_EQ(dump.dump.first_address, 0u);
    EXPECT_FALSE(dump.remarks.is_partial);
    EXPECT_TRUE(dump.remarks.warnings.empty());
  }
}

TEST(RegionText, BeginsAtItsFirstAddress) {
  const Imported unaligned =
      Import(Golden("devlink-output/region-read-unaligned.txt"), "region", "text");
  ASSERT_TRUE(unaligned.is_clean());
  EXPECT_EQ(unaligned.sink.dumps[0].dump.first_address, 5u);
  EXPECT_EQ(unaligned.sink.dumps[0].payload, Counting(20));
  const Imported high = Import(Golden("devlink-output/region-read-over4g.txt"), "region", "text");
  ASSERT_TRUE(high.is_clean());
  EXPECT_EQ(high.sink.dumps[0].dump.first_address, uint64_t{1} << 32);
}

// A cut file gives a beginning of the region. It is told, unless it was cut between two
// lines, where nothing can tell: the lines that are left are whole.
TEST(RegionText, CutAtEveryByteIsNeverWrongInSilence) {
  const std::string text = Golden("devlink-output/region-dump-600.txt");
  const std::string whole = SampleRegion();
  for (size_t cut = 0; cut < text.size(); ++cut) {
    const Imported imported = Import(text.substr(0, cut), "region", "text");
    const bool at_line = cut != 0 && text[cut - 1] == '\n';
    EXPECT_EQ(imported.is_clean(), at_line) << cut;
    if (imported.sink.dumps.empty()) {
      EXPECT_FALSE(imported.result) << cut;
      continue;
    }
    const ImportedDump& dump = imported.sink.dumps[0];
    EXPECT_TRUE(whole.starts_with(dump.payload)) << cut;
    EXPECT_EQ(dump.remarks.is_partial, !at_line) << cut;
    // Every byte that is there with both digits.
    const size_t in_line = (cut - cut / 66 * 66);
    const size_t digits = in_line > 17 ? in_line - 17 : 0;
    EXPECT_EQ(dump.payload.size(), std::min<size_t>(600, cut / 66 * 16 + (digits + 1) / 3)) << cut;
  }
}

TEST(RegionText, TakesTheGroupsOfTheKernelsDocumentation) {
  const Imported imported = Import(
      "0000000000000000 0014 95dc 0014 9514 0035 1670 0034 db30\n"
      "0000000000000010 0000 0000 ffff ff04 0029 8c00 0028 8c\n",
      "region", "text");
  ASSERT_TRUE(imported.is_clean());
  const ImportedDump& dump = imported.sink.dumps[0];
  EXPECT_EQ(dump.payload.substr(0, 8), std::string("\0\x14\x95\xdc\0\x14\x95\x14", 8));
  EXPECT_EQ(dump.payload.size(), 31u);
  ASSERT_EQ(dump.remarks.warnings.size(), 1u);
  EXPECT_NE(dump.remarks.warnings[0].find("order"), std::string::npos);
  // Cut within a group: the first byte of it is certain.
  const Imported cut = Import("0000000000000000 0014 95dc 00149\n", "region", "text");
  EXPECT_FALSE(cut.result);
  const Imported half = Import("0000000000000000 0014 95dc 001", "region", "text");
  EXPECT_EQ(half.sink.dumps[0].payload, std::string("\0\x14\x95\xdc\0", 5));
  EXPECT_FALSE(half.is_clean());
}

TEST(RegionText, MakesHolesOfGaps) {
  const Imported imported = Import(
      "0000000000000010 01 02 \n"
      "0000000000000020 03 04 \n"
      "0000000000000022 05 \n",
      "region", "text");
  ASSERT_TRUE(imported.result);
  const ImportedDump& dump = imported.sink.dumps[0];
  EXPECT_EQ(dump.dump.first_address, 0x10u);
  EXPECT_EQ(dump.payload,
            std::string("\1\2", 2) + std::string(14, '\0') + std::string("\3\4\5", 3));
  ASSERT_EQ(dump.remarks.holes.size(), 1u);
  EXPECT_EQ(dump.remarks.holes[0].range, (ByteRange{2, 14}));
  EXPECT_TRUE(dump.remarks.is_partial);
  EXPECT_EQ(imported.sink.reports.size(), 1u);
}

TEST(RegionText, StopsWhereAddressesGoBack) {
  for (const char* const bad : {"000000000000000f 03 \n", "0000000000000000 03 \n"}) {
    const Imported imported =
        Import("0000000000000000 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f \n" +
                   std::string(bad) + "0000000000000010 10 \n",
               "region", "text");
    ASSERT_TRUE(imported.result);
    EXPECT_EQ(imported.sink.dumps[0].payload, Counting(16));
    EXPECT_TRUE(imported.sink.dumps[0].remarks.is_partial);
    ASSERT_EQ(imported.sink.reports.size(), 1u);
    EXPECT_NE(imported.sink.reports[0].message().find("line 2: "), std::string::npos);
    EXPECT_EQ(imported.sink.reports[0].offset(), 66u);
  }
}

TEST(RegionText, StopsAtWhatIsNoLine) {
  for (const char* const bad :
       {"0000000000000001 0g \n", "0000000000000001 0x\n", "0000000000000001\n", "000001 00 \n",
        "0000000000000001 000 \n", "0000000000000001 00  01 \n",
        "0000000000000001 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 \n", "\x1b[31m\n",
        "00000000000000001 00 \n"}) {
    const Imported imported = Import("0000000000000000 ff \n" + std::string(bad), "region", "text");
    ASSERT_TRUE(imported.result) << bad;
    EXPECT_EQ(imported.sink.dumps[0].payload, "\xff") << bad;
    EXPECT_TRUE(imported.sink.dumps[0].remarks.is_partial) << bad;
    ASSERT_EQ(imported.sink.reports.size(), 1u) << bad;
    EXPECT_EQ(imported.sink.reports[0].code(), ErrorCode::kCorrupt);
    // Alone, it is not of the format.
    EXPECT_FALSE(Import(bad, "region", "text").result) << bad;
  }
}

TEST(RegionText, KeepsToOneGrouping) {
  const Imported imported =
      Import("0000000000000000 ff \n0000000000000001 0001 \n", "region", "text");
  EXPECT_EQ(imported.sink.dumps.at(0).payload, "\xff");
  EXPECT_EQ(imported.sink.reports.size(), 1u);
}

TEST(RegionText, DoesNotWriteForHours) {
  const Imported far = Import("0000000000000000 00 \nffffffffffffff00 00 \n", "region", "text");
  ASSERT_TRUE(far.result);
  EXPECT_EQ(far.sink.dumps[0].payload.size(), 1u);
  EXPECT_EQ(far.sink.reports.size(), 1u);
  const Imported end = Import("ffffffffffffffff 00 \n", "region", "text");
  EXPECT_FALSE(end.is_clean());
  // The limit is of all gaps together.
  const Imported sum = Import("0000000000000000 00 \n0000000003000000 00 \n0000000006000000 00 \n",
                              "region", "text");
  EXPECT_EQ(sum.sink.dumps[0].payload.size(), 0x3000001u);
  EXPECT_FALSE(sum.is_clean());
}

TEST(RegionText, ListsNoMoreHolesThanAManifestTakes) {
  std::string text;
  char line[32];
  for (unsigned i = 0; i < 1100; ++i) {
    std::snprintf(line, sizeof line, "%016x aa \n", i * 2);
    text += line;
  }
  const Imported imported = Import(text, "region", "text");
  EXPECT_EQ(imported.sink.dumps[0].payload.size(), 2199u);
  EXPECT_EQ(imported.sink.dumps[0].remarks.holes.size(), kMaxListedHoles);
  EXPECT_EQ(imported.sink.dumps[0].remarks.warnings.size(), 2u);
}

TEST(RegionText, KnowsWhatDevlinkSaysOnStandardError) {
  const Imported imported =
      Import("kernel answers: Message too long\n0000000000000000 00 \n", "region", "text");
  ASSERT_TRUE(imported.result);
  EXPECT_EQ(imported.sink.dumps[0].payload.size(), 1u);
  EXPECT_EQ(imported.sink.reports.size(), 1u);
}

TEST(RegionText, PassesOnWhatTheSinkAndTheStreamSay) {
  const std::string text = Golden("devlink-output/region-dump-600.txt");
  PieceStream stream(text, SIZE_MAX);
  stream.FailWith(Error(ErrorCode::kTruncated, "gzip ends"));
  TextInput in(stream);
  RecordingSink sink;
  ASSERT_TRUE(SavedFormats()[1].import(in, sink));
  EXPECT_EQ(sink.dumps[0].payload.size(), 600u);
  EXPECT_TRUE(sink.dumps[0].remarks.is_partial);
  EXPECT_EQ(sink.reports.size(), 1u);

  PieceStream again(text, SIZE_MAX);
  TextInput whole(again);
  RecordingSink full;
  full.max_bytes = 100;
  EXPECT_EQ(SavedFormats()[1].import(whole, full).error().code(), ErrorCode::kIo);
}

}  // namespace
}  // namespace vmcoredd
