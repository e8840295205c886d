// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/dump_diff.h"

#include <gtest/gtest.h>

#include "tests/unit/readers/decode/support.h"
#include "tests/unit/readers/vmcore/support.h"

namespace vmcoredd {
namespace {

using testing::ElfFile;
using testing::Entry;
using testing::Fragment;
using testing::NoteWriter;
using Lines = std::vector<std::string>;

constexpr std::string_view kMatch = "[[match]]\ndump = \"d*\"\n";

class Side {
 public:
  Side(const std::string& payload, ManifestDump entry, const std::string& name) {
    entry.name = name;
    entry.length = payload.size();
    entry.stored = payload.size();
    entry.hash = Entry(name, 0, payload).hash;
    const NoteWriter notes = NoteWriter().Dump(name, payload).Fragment(Fragment({entry}));
    auto opened = testing::OpenBytes(ElfFile().Notes(notes.bytes()).Build());
    EXPECT_TRUE(opened);
    reader_ = *std::move(opened);
    table_ = ReadDeviceDumps(*reader_);
    EXPECT_EQ(table_.dumps.size(), 1u);
  }
  DumpPlace place() const { return {reader_.get(), &table_.dumps.at(0)}; }

 private:
  std::unique_ptr<VmcoreReader> reader_;
  DeviceDumpTable table_;
};

std::string Payload(std::string_view text) {
  const auto bytes = Bytes(text);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

DumpDiff Diff(const std::string& layout,
              std::string_view a,
              std::string_view b,
              const ManifestDump& of_a = {},
              const ManifestDump& of_b = {},
              const std::string& name = "d") {
  const LayoutSet layouts = LayoutsOf({layout});
  for (const std::string& problem : ProblemsOf(layouts)) ADD_FAILURE() << problem;
  DecodingContext context;
  context.layouts = &layouts;
  const Side first(Payload(a), of_a, name), second(Payload(b), of_b, name);
  auto diff = DiffDumps(first.place(), second.place(), context);
  EXPECT_TRUE(diff) << diff.error().ToString();
  DumpDiff out = std::move(*diff);
  out.layout = nullptr;  // gone
  return out;
}

Lines Fields(const DumpDiff& diff) {
  Lines out;
  for (const FieldDiff& field : diff.fields) {
    out.push_back(field.path + ": " + field.first + " -> " + field.second +
                  (field.is_volatile ? " volatile" : "") + (field.perturbed ? " perturbed" : "") +
                  (field.change == FieldChange::kState ? " state" : ""));
  }
  return out;
}

std::string Ranges(const DumpDiff& diff) {
  std::string out;
  for (const ByteRange& range : diff.ranges) {
    out += std::to_string(range.offset) + '+' + std::to_string(range.size) + ' ';
  }
  return out;
}

std::string Fitting(std::string_view fields, std::string_view more = "") {
  return LayoutOf(fields, std::string(more) + std::string(kMatch));
}

TEST(DumpDiff, ByFieldsAndByTheBytesThatNoFieldSpeaksOf) {
  const std::string layout = Fitting("{ name = \"A\", size = 1 }, { name = \"B\", size = 1 }");
  EXPECT_FALSE(Diff(layout, "0102 0304", "0102 0304").differs());
  const DumpDiff diff = Diff(layout, "0102 0304", "0109 0305");
  EXPECT_TRUE(diff.differs());
  EXPECT_EQ(Fields(diff), (Lines{"B: 0x02 -> 0x09"}));
  EXPECT_EQ(Ranges(diff), "3+1 ");
  EXPECT_EQ(diff.fields_compared, 2u);
  EXPECT_EQ(Ranges(Diff(layout, "0102 0304", "0109 0305", {}, {}, "other")), "1+3 ")
      << "without a layout all of it";
}

TEST(DumpDiff, SizesDiffer) {
  const DumpDiff diff = Diff(Fitting("{ name = \"A\", size = 1 }"), "01", "0102");
  EXPECT_EQ(diff.first_size, 1u);
  EXPECT_EQ(diff.second_size, 2u);
  EXPECT_TRUE(diff.differs());
}

TEST(DumpDiff, IsQuietAboutWhatChangesAllTheTime) {
  const DumpDiff whole = Diff(Fitting("{ name = \"A\", size = 1, volatile = true }"), "01", "02");
  EXPECT_FALSE(whole.differs());
  EXPECT_EQ(Fields(whole), (Lines{"A: 0x01 -> 0x02 volatile"}));
  const std::string bits = Fitting(
      "{ name = \"A\", size = 1, bits = { X = 0, TICK = { at = 1, volatile = true }, N = { at = "
      "\"7:4\", "
      "advances = true } } }");
  EXPECT_FALSE(Diff(bits, "10", "22").differs());
  EXPECT_TRUE(Diff(bits, "10", "23").differs());
  EXPECT_TRUE(Diff(bits, "10", "28").differs()) << "a bit that has no name";
}

TEST(DumpDiff, ACounterThatStandsStillIsAFinding) {
  const std::string layout = Fitting("{ name = \"N\", size = 1, advances = true }");
  const DumpDiff still = Diff(layout, "05", "05");
  ASSERT_EQ(still.findings.size(), 1u);
  EXPECT_EQ(still.findings[0].id, "counter-stands-still");
  EXPECT_FALSE(still.differs());
  EXPECT_TRUE(Diff(layout, "05", "06").findings.empty());
}

TEST(DumpDiff, DrawsNoConclusionFromWhatTheCrashKernelChanged) {
  ManifestDump changed;
  changed.perturbed = {"aer-status: cleared"};
  const std::string layout = Fitting("{ name = \"A\", size = 1, perturbed = \"aer-status\" }");
  const DumpDiff diff = Diff(layout, "01", "00", {}, changed);
  EXPECT_FALSE(diff.differs());
  EXPECT_EQ(Fields(diff).size(), 1u);
  EXPECT_TRUE(Diff(layout, "01", "00").differs());
}

TEST(DumpDiff, WhereOneWasNotReadThereIsNothingToCompare) {
  ManifestDump holed;
  holed.holes = {{{1, 1}, "x"}, {{3, 1}, "x"}};
  const DumpDiff diff = Diff(Fitting("{ name = \"A\", size = 1 }, { name = \"B\", size = 1 }"),
                             "01020304", "01000300", {}, holed);
  EXPECT_FALSE(diff.differs());
  ASSERT_EQ(diff.fields.size(), 1u);
  EXPECT_EQ(diff.fields[0].change, FieldChange::kState);
}

TEST(DumpDiff, WhatOnlyOneHas) {
  const std::string layout =
      Fitting("{ name = \"R\", type = \"records\", struct = \"r\", key = \"K\" }",
              "[struct.r]\nfields = [{ name = \"K\", size = 1 }, { name = \"V\", size = 1 }]\n");
  const DumpDiff diff = Diff(layout, "0107 0208", "0107 0308");
  ASSERT_EQ(diff.fields.size(), 4u);
  EXPECT_EQ(diff.fields[0].path, "R[0x2].K");
  EXPECT_EQ(diff.fields[0].change, FieldChange::kOnlyFirst);
  EXPECT_EQ(diff.fields[2].path, "R[0x3].K");
  EXPECT_EQ(diff.fields[2].change, FieldChange::kOnlySecond);
  EXPECT_TRUE(diff.differs());
}

TEST(DumpDiff, LongBytesAreComparedAsBytesOrInAStreamByHash) {
  const std::string filler(600, '0');
  const DumpDiff plain =
      Diff(Fitting("{ name = \"A\", type = \"bytes\" }"), filler + "0001", filler + "0002");
  EXPECT_TRUE(plain.fields.empty());
  EXPECT_EQ(Ranges(plain), "301+1 ");
  const std::string stream = Fitting("{ name = \"S\", type = \"stream\" }");
  const DumpDiff packed = Diff(stream, filler + "0001", filler + "0002");
  EXPECT_EQ(packed.fields.size(), 1u);
}

TEST(DumpDiff, OffsetsOfAnImageAreItsAddresses) {
  ManifestDump image;
  image.device = {{"region_offset", "0x100"}};
  const std::string layout = Fitting("{ name = \"A\", at = 0x101, size = 1 }");
  const DumpDiff diff = Diff(layout, "010203", "010904", image, image);
  ASSERT_EQ(diff.fields.size(), 1u);
  EXPECT_EQ(diff.fields[0].first_offset, 0x101u);
  EXPECT_EQ(Ranges(diff), "2+1 ") << "of bytes, in the dump";
}

TEST(PairingName, OfASnapshotIsWithoutItsNumber) {
  const auto name = [](const std::string& of) {
    const Side side("x", {}, of);
    return PairingName(*side.place().dump);
  };
  EXPECT_EQ(name("mlx5_0000:08:00.0_cr-space@12"), "mlx5_0000:08:00.0_cr-space@");
  EXPECT_EQ(name("igb_0000:01:00.0_regs"), "igb_0000:01:00.0_regs");
  EXPECT_EQ(name("x@"), "x@");
  EXPECT_EQ(name("x@1a"), "x@1a");
}

}  // namespace
}  // namespace vmcoredd
