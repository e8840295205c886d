// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/import/region_header.h"

#include <gtest/gtest.h>

#include "tests/unit/readers/import/support.h"

namespace vmcoredd {
namespace {

using internal::RegionHeader;

RegionHeader HeaderOf(std::string_view text) {
  RegionHeader header;
  PieceStream stream(text, SIZE_MAX);
  TextInput in(stream);
  while (const auto line = in.ReadLine()) header.Take(*line);
  return header;
}

std::string Said(const RegionHeader& header) {
  std::string text = header.bus + '|' + header.address + '|' + header.port + '|' + header.region +
                     '|' + header.snapshot + '|' + header.time;
  if (const auto range = header.range()) {
    text += '|' + std::to_string(range->offset) + '+' + std::to_string(range->size);
  }
  return text;
}

Imported ImportHeaded(std::string_view header, std::string_view lines) {
  return Import("# device pci/0000:00:05.0\n" + std::string(header) + std::string(lines), "region",
                "text");
}

TEST(RegionHeader, SaysWhatTheTextIsOf) {
  EXPECT_EQ(Said(HeaderOf("# device pci/0000:00:05.0/2\n# region a\\x20b\n# snapshot 7\n"
                          "# size 600\n# time 2026-11-29T01:49:13Z\n# byte-order little\n")),
            "pci|0000:00:05.0|2|a b|7|2026-11-29T01:49:13Z|0+600");
  EXPECT_EQ(Said(HeaderOf("# device a/b\n# snapshot none\n# size 600\n# address 5\n")),
            "a|b|||live||5+595");
  EXPECT_EQ(Said(HeaderOf("# device a/b\n# size 600\n# address 5\n# length 20\n")), "a|b|||||5+20");
}

TEST(RegionHeader, CommentsOfOthersSayNothing) {
  for (const char* const text :
       {"# size 600\n", "#device a/b\n", "# taken by hand\n# region r\n", "#\n"}) {
    const RegionHeader header = HeaderOf(text);
    EXPECT_EQ(Said(header), "|||||") << text;
    EXPECT_TRUE(header.problems().empty()) << text;
  }
  // Of an output without a byte, which stands in front of another one.
  EXPECT_EQ(Said(HeaderOf("# device a/b\n# region r\n# size 4\n# device c/d\n")), "c|d||||");
}

TEST(RegionHeader, WhatCannotBeUnderstoodIsTold) {
  for (const char* const bad :
       {"# size\n", "# size 6 00\n", "# size 0x10\n", "# size -1\n",
        "# size 18446744073709551616\n", "# snapshot first\n", "# snapshot 12345678901\n",
        "# region a\\zb\n", "# region \n", "# region \x1b[31m\n", "# length x\n",
        "# device nothing\n", "# device a/b/c\n", "# device a//1\n", "# device /b\n"}) {
    const RegionHeader header = HeaderOf("# device a/b\n" + std::string(bad));
    EXPECT_EQ(header.problems().size(), 1U) << bad;
    EXPECT_FALSE(header.range()) << bad;
    EXPECT_TRUE(header.region.empty() && header.snapshot.empty()) << bad;
  }
  std::string many = "# device a/b\n";
  for (int i = 0; i < 100; ++i) many += "# size x\n";
  EXPECT_EQ(HeaderOf(many).problems().size(), 8U);
  EXPECT_EQ(HeaderOf("# device a/b\n# region " + std::string(5000, 'r') + '\n').region, "");
  // They end up as warnings; the bytes are not damaged by them.
  const Imported imported = ImportHeaded("# size x\n", "0000000000000000 00 \n");
  ASSERT_TRUE(imported.is_clean());
  EXPECT_EQ(imported.sink.dumps.at(0).remarks.warnings.size(), 1U);
}

TEST(RegionHeader, RangesThatCannotBeAreNone) {
  for (const char* const text :
       {"# address 5\n", "# size 5\n# address 6\n", "# size 0\n", "# length 0\n",
        "# size 5\n# address 5\n", "# address 18446744073709551615\n# length 2\n"}) {
    EXPECT_FALSE(HeaderOf("# device a/b\n" + std::string(text)).range()) << text;
  }
}

TEST(RegionHeader, TheDumpHasWhatItSays) {
  const Imported text = Import(Golden("devlink-header/region-dump-600.txt"), "region", "text", 3);
  ASSERT_TRUE(text.is_clean());
  const ImportedDump& dump = text.sink.dumps.at(0);
  EXPECT_EQ(dump.payload, SampleRegion());
  EXPECT_EQ(dump.dump.bus, "pci");
  EXPECT_EQ(dump.dump.address, "0000:00:05.0");
  EXPECT_EQ(dump.dump.region, "cr-space");
  EXPECT_EQ(dump.dump.snapshot, "1");
  EXPECT_TRUE(dump.remarks.warnings.empty());
  const Imported read = Import(Golden("devlink-header/region-read-20.txt"), "region", "text");
  ASSERT_TRUE(read.is_clean());
  EXPECT_EQ(read.sink.dumps.at(0).dump.first_address, 5U);
  EXPECT_EQ(read.sink.dumps.at(0).dump.snapshot, "live");
}

// With a header, no cut looks whole, and none of the bytes is wrong.
TEST(RegionHeader, EveryCutIsTold) {
  const std::string text = Golden("devlink-header/region-dump-600.txt");
  const std::string whole = SampleRegion();
  size_t partial = 0;
  for (size_t cut = 0; cut < text.size(); ++cut) {
    const Imported imported = Import(text.substr(0, cut), "region", "text");
    EXPECT_FALSE(imported.is_clean()) << cut;
    if (imported.sink.dumps.empty()) continue;
    ++partial;
    const ImportedDump& dump = imported.sink.dumps[0];
    EXPECT_TRUE(dump.remarks.is_partial) << cut;
    ASSERT_EQ(dump.payload.size(), 600U) << cut;
    // Cut behind the last byte, and not behind its line.
    if (dump.remarks.holes.empty()) {
      EXPECT_EQ(dump.payload, whole) << cut;
      continue;
    }
    ASSERT_EQ(dump.remarks.holes.size(), 1U) << cut;
    const ByteRange hole = dump.remarks.holes[0].range;
    EXPECT_EQ(hole.End(), 600U) << cut;
    EXPECT_EQ(dump.payload.substr(0, hole.offset), whole.substr(0, hole.offset)) << cut;
    EXPECT_EQ(dump.payload.substr(hole.offset), std::string(hole.size, '\0')) << cut;
  }
  EXPECT_GT(partial, 2000U);
  EXPECT_EQ(Import(Golden("devlink-header/region-dump-600-cut.txt"), "region", "text")
                .sink.dumps.at(0)
                .remarks.holes.at(0)
                .range,
            (ByteRange{496, 104}));
}

TEST(RegionHeader, WhatIsMissingInFrontIsAHoleToo) {
  const Imported imported =
      ImportHeaded("# size 8\n", "0000000000000002 02 03 \n0000000000000005 05 \n");
  const ImportedDump& dump = imported.sink.dumps.at(0);
  EXPECT_EQ(dump.payload, std::string("\0\0\2\3\0\5\0\0", 8));
  EXPECT_EQ(dump.dump.first_address, 0U);
  ASSERT_EQ(dump.remarks.holes.size(), 3U);
  EXPECT_EQ(dump.remarks.holes[0].range, (ByteRange{0, 2}));
  EXPECT_EQ(dump.remarks.holes[1].range, (ByteRange{4, 1}));
  EXPECT_EQ(dump.remarks.holes[2].range, (ByteRange{6, 2}));
  ASSERT_EQ(imported.sink.reports.size(), 2U);
  EXPECT_EQ(imported.sink.reports[0].message(),
            "1 bytes are missing, in 1 gap between the addresses");
  EXPECT_EQ(imported.sink.reports[1].message(),
            "expected 8 bytes from address 0x0 on, found 4 from address 0x2 on");
}

TEST(RegionHeader, WhatIsTooMuchIsKeptAndTold) {
  const Imported behind = ImportHeaded("# size 1\n", "0000000000000000 00 01 \n");
  EXPECT_EQ(behind.sink.dumps.at(0).payload, Counting(2));
  ASSERT_EQ(behind.sink.reports.size(), 1U);
  EXPECT_EQ(behind.sink.reports[0].code(), ErrorCode::kCorrupt);
  const Imported in_front = ImportHeaded("# address 1\n# length 1\n", "0000000000000000 00 01 \n");
  EXPECT_EQ(in_front.sink.dumps.at(0).payload, Counting(2));
  EXPECT_EQ(in_front.sink.reports.size(), 1U);
}

TEST(RegionHeader, ALargeSizeIsNotWrittenForHours) {
  for (const char* const lines : {"0000000000000000 00 \n", "7000000000000000 00 \n"}) {
    const Imported imported = ImportHeaded("# size 18446744073709551615\n", lines);
    EXPECT_EQ(imported.sink.dumps.at(0).payload.size(), 1U) << lines;
    EXPECT_TRUE(imported.sink.dumps.at(0).remarks.is_partial) << lines;
    EXPECT_EQ(imported.sink.reports.size(), 1U) << lines;
  }
}

// What somebody says, where the text does not.
Imported ImportSized(std::string_view text, uint64_t size, const char* name, const char* form) {
  return Import(text, name, form, SIZE_MAX, size);
}

TEST(ExpectedSize, IsHeldAgainstTextAndJson) {
  const std::string text = Golden("devlink-output/region-dump-600.txt");
  const std::string json = Golden("devlink-output/region-dump-600.json");
  EXPECT_TRUE(ImportSized(text, 600, "region", "text").is_clean());
  EXPECT_TRUE(ImportSized(json, 600, "region", "JSON").is_clean());
  const size_t line = 66;
  for (const Imported& imported : {ImportSized(text.substr(0, 2 * line), 600, "region", "text"),
                                   ImportSized(json, 700, "region", "JSON")}) {
    const ImportedDump& dump = imported.sink.dumps.at(0);
    EXPECT_TRUE(dump.remarks.is_partial);
    EXPECT_EQ(dump.remarks.holes.size(), 1U);
    EXPECT_EQ(imported.sink.reports.size(), 1U);
  }
  EXPECT_EQ(ImportSized(text, 599, "region", "text").sink.reports.at(0).message(),
            "expected 599 bytes from address 0x0 on, found 600 from address 0x0 on");
}

// Nobody knows which end is missing.
TEST(ExpectedSize, OfAPartIsOnlyCounted) {
  const std::string read = Golden("devlink-output/region-read-unaligned.txt");
  EXPECT_TRUE(ImportSized(read, 20, "region", "text").is_clean());
  const Imported imported = ImportSized(read, 21, "region", "text");
  EXPECT_EQ(imported.sink.dumps.at(0).payload.size(), 20U);
  EXPECT_TRUE(imported.sink.dumps.at(0).remarks.is_partial);
  EXPECT_TRUE(imported.sink.dumps.at(0).remarks.holes.empty());
  EXPECT_EQ(imported.sink.reports.size(), 1U);
}

TEST(ExpectedSize, AHeaderMustNotSayAnother) {
  const std::string text = Golden("devlink-header/region-dump-600.txt");
  EXPECT_TRUE(ImportSized(text, 600, "region", "text").is_clean());
  const Imported imported = ImportSized(text, 601, "region", "text");
  ASSERT_FALSE(imported.result);
  EXPECT_EQ(imported.result.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(imported.sink.dumps.empty());
}

TEST(ExpectedSize, IsHeldAgainstRawBytes) {
  EXPECT_TRUE(ImportSized("abcd", 4, "raw", "bytes").is_clean());
  const Imported less = ImportSized("abcd", 6, "raw", "bytes");
  EXPECT_EQ(less.sink.dumps.at(0).payload, std::string("abcd\0\0", 6));
  EXPECT_EQ(less.sink.dumps.at(0).remarks.holes.at(0).range, (ByteRange{4, 2}));
  EXPECT_EQ(less.sink.reports.at(0).message(), "expected 6 bytes, found 4");
  const Imported more = ImportSized("abcd", 3, "raw", "bytes");
  EXPECT_EQ(more.sink.dumps.at(0).payload, "abcd");
  EXPECT_EQ(more.sink.reports.size(), 1U);
  const Imported huge = ImportSized("abcd", UINT64_MAX, "raw", "bytes");
  EXPECT_EQ(huge.sink.dumps.at(0).payload, "abcd");
  EXPECT_TRUE(huge.sink.dumps.at(0).remarks.is_partial);
}

}  // namespace
}  // namespace vmcoredd
