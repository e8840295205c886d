// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/elf_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "readers/vmcore/device_dump_table.h"
#include "tests/unit/readers/vmcore/support.h"
#include "vmcoredd/base/endian.h"

namespace vmcoredd {
namespace {

using testing::Bytes;
using ::testing::ElementsAre;
using testing::ElfFile;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::NoteWriter;
using testing::OpenBytes;

constexpr char kVmcoreinfo[] = "OSRELEASE=5.15.0-test\nPAGESIZE=65536\nCRASHTIME=1600000000\n";

NoteWriter Notes(std::endian order = std::endian::little) {
  NoteWriter notes(order);
  notes.Dump("drv_0000:01:00.0", "state").Cpu().Cpu().Vmcoreinfo(kVmcoreinfo);
  return notes;
}
ElfFile Vmcore() { return ElfFile().Notes(Notes().bytes()).Load(9000); }

std::vector<std::string> Names(VmcoreReader& reader) {
  std::vector<std::string> names;
  for (const DeviceDump& dump : ReadDeviceDumps(reader).dumps) names.push_back(dump.name());
  return names;
}

TEST(ElfReader, ReadsBothClassesAndByteOrders) {
  for (const bool is_64 : {false, true}) {
    for (const std::endian order : {std::endian::little, std::endian::big}) {
      ElfFile file;
      file.is_64 = is_64;
      file.order = order;
      file.machine = 21;  // EM_PPC64
      auto reader = OpenBytes(file.Notes(Notes(order).bytes()).Load(100).Build());
      ASSERT_TRUE(reader) << reader.error().ToString();
      const VmcoreInfo& info = (*reader)->info();
      EXPECT_EQ(info.format, VmcoreFormat::kElf);
      EXPECT_EQ(info.variant, std::string(is_64 ? "ELF64 " : "ELF32 ") +
                                  (order == std::endian::little ? "little" : "big") + "-endian");
      EXPECT_EQ(info.order, order);
      EXPECT_EQ(info.arch, order == std::endian::little ? "ppc64le" : "ppc64");
      EXPECT_EQ(info.release, "5.15.0-test");
      EXPECT_EQ(info.page_size, 65536u);
      EXPECT_EQ(info.crash_time, 1600000000);
      EXPECT_EQ(info.cpus, 2u);
      EXPECT_EQ(info.complete, true);
      EXPECT_THAT(info.diagnostics, IsEmpty());
      EXPECT_THAT(Names(**reader), ElementsAre("drv_0000:01:00.0"));
      EXPECT_THAT(testing::Problems(**reader), IsEmpty());
    }
  }
}

TEST(ElfReader, WithoutMemoryItIsAnArchive) {
  ManifestFragment fragment;
  fragment.generator = "test";
  fragment.kind = "crash";
  fragment.machine = {{"release", "6.6.6"}, {"arch", "riscv64"}, {"nodename", "n1"}};
  NoteWriter notes;
  notes.Dump("a", "x").Fragment(fragment);
  ElfFile file;
  file.machine = 0;
  auto reader = OpenBytes(file.Notes(notes.bytes()).Build());
  ASSERT_TRUE(reader) << reader.error().ToString();
  EXPECT_EQ((*reader)->info().format, VmcoreFormat::kArchive);
  EXPECT_EQ((*reader)->info().release, "6.6.6");
  EXPECT_EQ((*reader)->info().arch, "riscv64");
  EXPECT_EQ((*reader)->info().nodename, "n1");
  EXPECT_THAT(Names(**reader), ElementsAre("a"));
}

// QEMU 7.2 and later: section headers first, and 8 in e_ehsize.
TEST(ElfReader, TrustsNeitherThePlaceOfProgramHeadersNorEhsize) {
  ElfFile file = Vmcore();
  file.phoff = 192;
  file.ehsize = 8;
  auto reader = OpenBytes(file.Build());
  ASSERT_TRUE(reader) << reader.error().ToString();
  EXPECT_THAT(Names(**reader), ElementsAre("drv_0000:01:00.0"));
  EXPECT_THAT(testing::Problems(**reader), IsEmpty());
}

TEST(ElfReader, FindsTheCountOfProgramHeadersInSectionHeaderZero) {
  for (const bool is_64 : {false, true}) {
    ElfFile file = Vmcore();
    file.is_64 = is_64;
    file.xnum = true;
    auto reader = OpenBytes(file.Build());
    ASSERT_TRUE(reader) << reader.error().ToString();
    EXPECT_THAT(Names(**reader), ElementsAre("drv_0000:01:00.0"));
    EXPECT_EQ((*reader)->info().complete, true);
    EXPECT_THAT(testing::Problems(**reader), IsEmpty());
  }
}

TEST(ElfReader, WalksEveryNoteSegmentInOrder) {
  ElfFile file;
  file.Notes(NoteWriter().Dump("first", "1").bytes()).Load(50);
  file.Add({4, NoteWriter().Cpu().Dump("second", "2").bytes(), 13});  // not aligned
  auto reader = OpenBytes(file.Build());
  ASSERT_TRUE(reader) << reader.error().ToString();
  EXPECT_EQ((*reader)->note_segments().size(), 2u);
  EXPECT_THAT(Names(**reader), ElementsAre("first", "second"));
  EXPECT_EQ((*reader)->info().cpus, 1u);
  EXPECT_THAT(testing::Problems(**reader), IsEmpty());
}

TEST(ElfReader, TakesOwnersWithAnyNumberOfNuls) {
  NoteWriter notes;
  for (size_t size = 5; size <= 8; ++size) {
    notes.Dump("n" + std::to_string(size), "x", std::string_view("LINUX\0\0\0", size));
    notes.Zeros(4096);  // padding between notes
  }
  auto reader = OpenBytes(ElfFile().Notes(notes.bytes()).Load(1).Build());
  ASSERT_TRUE(reader) << reader.error().ToString();
  const DeviceDumpTable table = ReadDeviceDumps(**reader);
  ASSERT_EQ(table.dumps.size(), 4u);
  for (const DeviceDump& dump : table.dumps) EXPECT_EQ(dump.notes[0].owner, "LINUX");
  EXPECT_THAT(table.diagnostics, IsEmpty());
}

// Every prefix of a file opens or says why not, without dump names that are not
// there, and is only complete when it is.
TEST(ElfReader, SurvivesBeingCutAnywhere) {
  for (const bool is_64 : {false, true}) {
    ElfFile file;
    file.is_64 = is_64;
    const Bytes whole = file.Notes(Notes().bytes()).Load(60).Build();
    for (size_t length = 0; length < whole.size(); ++length) {
      auto reader =
          OpenBytes(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
      if (!reader) {
        ASSERT_LT(length, 64u);
        EXPECT_EQ(reader.error().code(),
                  length < 4 ? ErrorCode::kNotRecognised : ErrorCode::kTruncated)
            << length;
        continue;
      }
      EXPECT_EQ((*reader)->info().complete, false) << length;
      EXPECT_FALSE((*reader)->info().diagnostics.empty());
      const DeviceDumpTable table = ReadDeviceDumps(**reader);
      // The name is there from byte 64 of the note on.
      EXPECT_EQ(table.dumps.size(), length >= 4096 + 64 ? 1u : 0u) << length;
      if (!table.dumps.empty()) {
        const DeviceDump& dump = table.dumps[0];
        EXPECT_EQ(dump.truncated(), length < 8192) << length;
        EXPECT_EQ(dump.notes[0].available, std::min<uint64_t>(length, 8192) - 4096 - 64);
        BufferStream out;
        const auto extracted = ExtractDump(**reader, dump, PayloadForm::kExact, out);
        EXPECT_EQ(out.bytes().size(), dump.notes[0].available);
        EXPECT_EQ(extracted.has_value(), !dump.truncated());
      }
      EXPECT_FALSE(testing::Problems(**reader).empty()) << length;
    }
  }
}

TEST(ElfReader, SaysHowManyBytesAreMissing) {
  Bytes bytes = Vmcore().Build();
  const size_t size = bytes.size();
  bytes.resize(size - 1234);
  auto reader = OpenBytes(std::move(bytes));
  ASSERT_TRUE(reader);
  EXPECT_THAT(testing::Texts((*reader)->info().diagnostics),
              ElementsAre(HasSubstr("1234 bytes are missing: the file ends here, but the end of "
                                    "segment 1 is at offset " +
                                    std::to_string(size))));
}

TEST(ElfReader, BelievesTheIncompleteFlag) {
  ElfFile file = Vmcore();
  file.flags = 1;
  auto reader = OpenBytes(file.Build());
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->info().complete, false);
  EXPECT_THAT(testing::Problems(**reader), ElementsAre(HasSubstr("marked incomplete")));
}

TEST(ElfReader, ReportsSegmentsThatWrapAroundOnceAndReadsTheOthers) {
  ElfFile file = Vmcore();
  for (int i = 0; i < 5; ++i) file.Add({1, {}, 0, UINT64_MAX - 10});
  auto reader = OpenBytes(file.Build());
  ASSERT_TRUE(reader) << reader.error().ToString();
  EXPECT_THAT(testing::Texts((*reader)->info().diagnostics),
              ElementsAre("5 program headers wrap around"));
  EXPECT_THAT(Names(**reader), ElementsAre("drv_0000:01:00.0"));
  EXPECT_THAT(testing::Problems(**reader),
              ElementsAre("5 segments, the first of them: segment 2 wraps around"));
}

TEST(ElfReader, ReportsOverlapsAndWhatNoHeaderMentions) {
  ElfFile file = Vmcore();
  file.segments[0].filesz = 40'000;  // over the PT_LOAD
  Bytes bytes = file.Build();
  bytes.resize(bytes.size() + 500'000);
  auto reader = OpenBytes(std::move(bytes));
  ASSERT_TRUE(reader);
  EXPECT_THAT(testing::Problems(**reader),
              ElementsAre(HasSubstr("segment 1 overlaps segment 0"),
                          HasSubstr("bytes follow that no header mentions")));
}

TEST(ElfReader, WalksNoMoreThanItsLimitOfNoteSegments) {
  ElfFile file;
  for (size_t i = 0; i < kMaxNoteSegments + 3; ++i) {
    file.Notes(NoteWriter().Note("X", 5, "d").bytes());
  }
  auto reader = OpenBytes(file.Build());
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->note_segments().size(), kMaxNoteSegments);
  EXPECT_THAT(testing::Texts((*reader)->info().diagnostics),
              ElementsAre(HasSubstr("3 note segments above the 1024")));
}

TEST(ElfReader, SaysWhatAFileWithoutSegmentsIs) {
  const auto empty = OpenBytes(ElfFile().Build());
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code(), ErrorCode::kUnsupported);
  Bytes xen = ElfFile().Build();
  StoreInt<uint64_t>(xen.data() + 40, 64, std::endian::little);  // e_shoff
  StoreInt<uint16_t>(xen.data() + 58, 64, std::endian::little);  // e_shentsize
  StoreInt<uint16_t>(xen.data() + 60, 7, std::endian::little);   // e_shnum
  xen.resize(4096);
  const auto sections = OpenBytes(std::move(xen));
  ASSERT_FALSE(sections);
  EXPECT_THAT(sections.error().message(), HasSubstr("Xen"));
}

TEST(ElfReader, IsNotForProgramsAndObjects) {
  ElfFile file = Vmcore();
  file.type = 2;  // ET_EXEC
  const auto reader = OpenBytes(file.Build());
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code(), ErrorCode::kUnsupported);
}

// Headers of `head` and then `count` dumps of almost 4 GiB each, in no memory.
class HugeNotes final : public ByteSource {
 public:
  static constexpr uint64_t kNote = 0x100000000 - 4096;
  static constexpr uint64_t kCount = 5;

  HugeNotes() {
    ElfFile file;
    file.Notes({}).Load(0);
    file.segments[0].filesz = kCount * kNote;
    head_ = file.Build();
    head_.resize(4096);
    NoteWriter writer;
    writer.Note(std::string_view("LINUX\0\0\0", 8), 0x700, std::string(44, 'n'));
    note_ = writer.bytes();
    StoreInt<uint32_t>(note_.data() + 4, kNote - 20, std::endian::little);
  }
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override {
    bytes_read += out.size();
    size_t done = 0;
    for (; done < out.size() && offset + done < *Size(); ++done) {
      const uint64_t at = offset + done;
      if (at < head_.size()) {
        out[done] = head_[at];
      } else {
        const uint64_t in_note = (at - head_.size()) % kNote;
        out[done] = in_note < note_.size() ? note_[in_note] : std::byte{0x11};
      }
    }
    return done;
  }
  std::optional<uint64_t> Size() const override { return head_.size() + kCount * kNote; }

  static inline uint64_t bytes_read = 0;

 private:
  Bytes head_;
  Bytes note_;
};

TEST(ElfReader, ListsNotesBeyondFourGigabytesByTheirHeaders) {
  HugeNotes::bytes_read = 0;
  auto reader = OpenVmcore(std::make_unique<HugeNotes>(), {});
  ASSERT_TRUE(reader) << reader.error().ToString();
  EXPECT_EQ((*reader)->info().complete, true);
  const DeviceDumpTable table = ReadDeviceDumps(**reader);
  EXPECT_THAT(table.diagnostics, IsEmpty());
  ASSERT_EQ(table.dumps.size(), HugeNotes::kCount);
  EXPECT_EQ(table.dumps[4].name(), std::string(44, 'n'));
  EXPECT_EQ(table.dumps[4].notes[0].payload.offset, 4096 + 4 * HugeNotes::kNote + 64);
  EXPECT_EQ(table.dumps[4].size(), HugeNotes::kNote - 64);
  EXPECT_FALSE(table.dumps[4].truncated());
  EXPECT_LT(HugeNotes::bytes_read, 200'000u);
}

}  // namespace
}  // namespace vmcoredd
