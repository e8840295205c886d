// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/kdump_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/vmcore/device_dump_table.h"
#include "readers/vmcore/kdump_completeness.h"
#include "tests/unit/readers/vmcore/support.h"
#include "vmcoredd/base/endian.h"

namespace vmcoredd {
namespace {

using testing::Bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::KdumpFile;
using testing::NoteWriter;
using testing::OpenBytes;

constexpr char kVmcoreinfo[] = "OSRELEASE=5.15.0-test\nPAGESIZE=4096\nCRASHTIME=1600000000\n";

KdumpFile Vmcore(std::endian order = std::endian::little) {
  KdumpFile file;
  file.order = order;
  file.vmcoreinfo = kVmcoreinfo;
  file.notes = NoteWriter(order).Dump("drv_0", "state").Cpu().Vmcoreinfo(kVmcoreinfo).bytes();
  return file;
}

std::vector<std::string> Names(VmcoreReader& reader) {
  std::vector<std::string> names;
  for (const DeviceDump& dump : ReadDeviceDumps(reader).dumps) names.push_back(dump.name());
  return names;
}

// Overwrites a field of descriptor `index`.
template <typename T>
void PutDescriptor(Bytes& bytes, const KdumpFile& file, uint64_t index, uint64_t field, T value) {
  StoreInt<T>(bytes.data() + file.DescriptorsOffset() + index * kPageDescriptorBytes + field, value,
              file.order);
}

TEST(KdumpReader, ReadsAllLayoutsOrdersAndVersions) {
  for (const KdumpLayout layout :
       {KdumpLayout::k64, KdumpLayout::k32Packed, KdumpLayout::k32Padded}) {
    for (const std::endian order : {std::endian::little, std::endian::big}) {
      for (int32_t version = 4; version <= 6; ++version) {
        KdumpFile file = Vmcore(order);
        file.layout = layout;
        file.version = version;
        auto reader = OpenBytes(file.Build());
        ASSERT_TRUE(reader) << reader.error().ToString();
        const VmcoreInfo& info = (*reader)->info();
        SCOPED_TRACE(info.variant);
        EXPECT_EQ(info.format, VmcoreFormat::kKdump);
        EXPECT_THAT(info.variant, HasSubstr("v" + std::to_string(version)));
        EXPECT_EQ(info.order, order);
        EXPECT_EQ(info.arch, "x86_64");
        EXPECT_EQ(info.release, "6.1.0-test");
        EXPECT_EQ(info.nodename, "node");
        EXPECT_EQ(info.page_size, 4096u);
        EXPECT_EQ(info.crash_time, 1600000000);  // VMCOREINFO's, not the header's
        EXPECT_EQ(info.cpus, 2u);
        EXPECT_EQ(info.complete, true);
        EXPECT_THAT(testing::Texts(info.diagnostics), IsEmpty());
        EXPECT_THAT(Names(**reader), ElementsAre("drv_0"));
        EXPECT_THAT(testing::Problems(**reader), IsEmpty());
      }
    }
  }
}

TEST(KdumpReader, SaysThatOldVersionsHoldNoNotes) {
  for (int32_t version = 1; version <= 3; ++version) {
    KdumpFile file = Vmcore();
    file.version = version;
    auto reader = OpenBytes(file.Build());
    ASSERT_TRUE(reader) << reader.error().ToString();
    EXPECT_THAT(testing::Texts((*reader)->info().diagnostics),
                ElementsAre(HasSubstr("version " + std::to_string(version) + " holds no notes")));
    EXPECT_EQ((*reader)->info().crash_time, version == 3 ? 1600000000 : 1700000000);
    EXPECT_THAT((*reader)->note_segments(), IsEmpty());
    EXPECT_THAT(Names(**reader), IsEmpty());
  }
}

// QEMU fills in only the machine.
TEST(KdumpReader, TakesTheReleaseFromVmcoreinfoWhenTheHeaderHasNone) {
  KdumpFile file = Vmcore();
  file.release = "";
  auto reader = OpenBytes(file.Build());
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->info().release, "5.15.0-test");
}

TEST(KdumpReader, ReadsNotesThatAttachMovedToTheEnd) {
  KdumpFile file = Vmcore();
  file.notes_at_end = true;
  auto reader = OpenBytes(file.Build());
  ASSERT_TRUE(reader) << reader.error().ToString();
  EXPECT_EQ((*reader)->info().complete, true);
  EXPECT_THAT(Names(**reader), ElementsAre("drv_0"));
  EXPECT_THAT(testing::Problems(**reader), IsEmpty());
}

TEST(KdumpReader, SurvivesBeingCutAnywhere) {
  KdumpFile file = Vmcore();
  file.notes = NoteWriter().Dump("drv_0", "state").Vmcoreinfo(kVmcoreinfo).bytes();
  const Bytes whole = file.Build();
  const uint64_t note = 4096 + 104;
  for (size_t length = 0; length < whole.size(); ++length) {
    auto reader =
        OpenBytes(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    if (!reader) {
      ASSERT_LT(length, note) << reader.error().ToString();
      EXPECT_EQ(reader.error().code(),
                length < 8 ? ErrorCode::kNotRecognised : ErrorCode::kTruncated)
          << length;
      continue;
    }
    EXPECT_EQ((*reader)->info().complete, false) << length;
    const DeviceDumpTable table = ReadDeviceDumps(**reader);
    EXPECT_EQ(table.dumps.size(), length >= note + 64 ? 1u : 0u) << length;
    if (!table.dumps.empty()) {
      EXPECT_EQ(table.dumps[0].truncated(), length < note + 4096) << length;
    }
    EXPECT_FALSE(testing::Problems(**reader).empty()) << length;
  }
}

TEST(KdumpReader, SaysWhichBytesAreMissing) {
  Bytes bytes = Vmcore().Build();
  const std::string end = std::to_string(bytes.size());
  bytes.resize(bytes.size() - 321);
  auto reader = OpenBytes(std::move(bytes));
  ASSERT_TRUE(reader);
  EXPECT_THAT(
      testing::Texts((*reader)->info().diagnostics),
      ElementsAre(HasSubstr("321 bytes are missing: the file ends here, but the end of the last "
                            "page is at offset " +
                            end)));
}

TEST(KdumpReader, BelievesTheIncompleteFlag) {
  KdumpFile file = Vmcore();
  file.status |= kKdumpStatusIncomplete;
  auto reader = OpenBytes(file.Build());
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->info().complete, false);
  EXPECT_THAT(testing::Problems(**reader), ElementsAre(HasSubstr("marked incomplete")));
}

TEST(KdumpReader, SeesLostPages) {
  KdumpFile file = Vmcore();
  file.lost_pages = 3;
  auto reader = OpenBytes(file.Build());
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->info().complete, false);
  EXPECT_THAT(testing::Texts((*reader)->info().diagnostics),
              ElementsAre("3 of the last 16 page descriptors have no page"));
  EXPECT_THAT(testing::Problems(**reader),
              ElementsAre(HasSubstr("3 pages, the first of them: page descriptor: the page was "
                                    "lost")));
}

TEST(KdumpReader, ChecksEveryPageDescriptor) {
  const KdumpFile file = Vmcore();
  const Bytes good = file.Build();
  struct Case {
    uint64_t field;
    uint64_t value;
    const char* problem;
  };
  for (const Case& wrong : {
           Case{0, 1 << 30, "the page ends at"},
           Case{0, UINT64_MAX - 10, "the page ends at"},
           Case{0, 4096 + 200, "is not where pages are"},  // in the notes
           Case{0, 100, "is not where pages are"},
       }) {
    Bytes bytes = good;
    PutDescriptor<uint64_t>(bytes, file, 2, wrong.field, wrong.value);
    auto reader = OpenBytes(std::move(bytes));
    ASSERT_TRUE(reader);
    EXPECT_THAT(testing::Problems(**reader), ElementsAre(HasSubstr(wrong.problem)));
  }
  for (const Case& wrong : {Case{8, 0, "size: expected 1 to 4096, found 0"},
                            Case{8, 4097, "size: expected 1 to 4096, found 4097"},
                            Case{12, 0x40, "unknown flags 64"}}) {
    Bytes bytes = good;
    PutDescriptor<uint32_t>(bytes, file, 2, wrong.field, static_cast<uint32_t>(wrong.value));
    auto reader = OpenBytes(std::move(bytes));
    ASSERT_TRUE(reader);
    const auto problems = testing::Problems(**reader);
    ASSERT_FALSE(problems.empty()) << wrong.problem;
    EXPECT_THAT(problems[0], HasSubstr(wrong.problem));
  }
}

TEST(KdumpReader, ChecksTheSizeOfTheBitmaps) {
  const KdumpFile file = Vmcore();
  Bytes bytes = file.Build();
  StoreInt<uint64_t>(bytes.data() + 4096 + 96, 4096 * 8 + 1, std::endian::little);
  auto reader = OpenBytes(std::move(bytes));
  ASSERT_TRUE(reader);
  const auto problems = testing::Problems(**reader);
  ASSERT_FALSE(problems.empty());
  EXPECT_THAT(problems[0], HasSubstr("bitmap_blocks: expected 4 for 32769 pages, found 2"));
}

TEST(KdumpReader, ReportsBytesThatNothingMentions) {
  Bytes bytes = Vmcore().Build();
  bytes.resize(bytes.size() + 200'000);
  auto reader = OpenBytes(std::move(bytes));
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->info().complete, true);
  EXPECT_THAT(testing::Problems(**reader),
              ElementsAre(HasSubstr("200000 bytes follow that no header mentions")));
}

// Opening reads a bitmap only up to a limit: above, completeness is not known.
TEST(KdumpReader, LeavesCompletenessOpenForHugeBitmaps) {
  KdumpFile file = Vmcore();
  file.max_mapnr = kMaxBitmapOnOpen * 8 + 1;
  auto reader = OpenBytes(file.Build());
  ASSERT_TRUE(reader) << reader.error().ToString();
  EXPECT_EQ((*reader)->info().complete, std::nullopt);
  EXPECT_THAT(testing::Texts((*reader)->info().diagnostics), IsEmpty());
  EXPECT_THAT(Names(**reader), ElementsAre("drv_0"));
  EXPECT_THAT(testing::Problems(**reader), IsEmpty());
}

TEST(KdumpReader, DoesNotReadTheOldDiskdumpFormat) {
  Bytes bytes = Vmcore().Build();
  std::copy_n(testing::ToBytes("DISKDUMP").begin(), 8, bytes.begin());
  const auto reader = OpenBytes(std::move(bytes));
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace vmcoredd
