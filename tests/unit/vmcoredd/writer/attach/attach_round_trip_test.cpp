// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "tests/unit/vmcoredd/writer/attach/attach_support.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/zstd_stream.h"
#include "vmcoredd/format/elf_headers.h"
#include "vmcoredd/format/flattened.h"

namespace vmcoredd {
namespace {

namespace fs = std::filesystem;
using testing::Bytes;
using testing::View;
using testing::VmcoreView;

// Any container that can take notes: the same must hold for all.
struct Container {
  const char* name;
  const char* kind;
  std::string text;         // for mkvmcore, or
  std::string sample = {};  // a real vmcore
  uint64_t page_size = 4096;
};
void PrintTo(const Container& container, std::ostream* out) { *out << container.name; }

const std::string kNotes =
    "dump name=old_1 size=5000\n"
    "note owner=CORE type=1 size=336\n"
    "note owner=ODD type=77 size=3\n"
    "vmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096\n";
const std::string kPages = "pages exist=0-63 dumped=2-40\n";
const std::string kLoads =
    "load paddr=0x1000 size=20K data=random:1\nload paddr=0x100000 size=9K data=random:2\n";

const Container kContainers[] = {
    {"kdump", "kdump", "kdump\n" + kNotes + kPages},
    {"kdump_version_4", "kdump", "kdump version=4\n" + kNotes + kPages},
    {"kdump_big_endian", "kdump", "kdump order=be\n" + kNotes + kPages},
    {"kdump_64k_pages", "kdump", "kdump page=64K\n" + kNotes + kPages, "", 65536},
    {"kdump_eraseinfo", "kdump", "kdump\n" + kNotes + kPages + "eraseinfo secret\n"},
    {"kdump_without_notes", "kdump", "kdump\n" + kPages},
    {"kdump_notes_at_end", "kdump", "kdump notes-at=end\n" + kNotes + kPages},
    {"kdump_pages_of_zeros", "kdump", "kdump\n" + kNotes + "pages exist=0-99 dumped=0-9\n"},
    {"flattened", "flattened", "kdump\n" + kNotes + kPages + "flatten\n"},
    {"flattened_by_makedumpfile", "flattened",
     "kdump\n" + kNotes + kPages + "flatten order=makedumpfile\n"},
    {"flattened_by_qemu", "flattened", "kdump\n" + kNotes + kPages + "flatten order=qemu\n"},
    {"flattened_shuffled", "flattened",
     "kdump\n" + kNotes + kPages + "flatten order=shuffle:7 decoys=yes\n"},
    {"flattened_big_endian", "flattened", "kdump order=be\n" + kNotes + kPages + "flatten\n"},
    {"elf", "elf", "elf\n" + kNotes + kLoads},
    {"elf_big_endian", "elf", "elf order=be machine=s390x\n" + kNotes + kLoads},
    {"elf32", "elf", "elf class=32 machine=i686\n" + kNotes + kLoads},
    {"elf32_big_endian", "elf", "elf class=32 order=be machine=ppc\n" + kNotes + kLoads},
    {"elf_by_qemu", "elf", "elf phoff=192 ehsize=8 sections=2\n" + kNotes + kLoads},
    {"elf_xnum", "elf", "elf xnum=yes\n" + kNotes + kLoads},
    {"elf_unaligned", "elf", "elf page=8\n" + kNotes + kLoads},
    {"elf_two_note_segments", "elf",
     "elf\nnote owner=CORE type=1 size=336\nsegment\n" + kNotes + kLoads},
    {"elf_padding_in_segment", "elf", "elf\n" + kNotes + "pad 100\n" + kLoads},
    {"elf_with_room", "elf",
     "elf\n" + kNotes + "load paddr=0x1000 size=20K data=random:1 offset=1M\n"},
    {"elf_with_bytes_in_the_gap", "elf", "elf\n" + kNotes + kLoads + "poke load0-5 text:junk\n"},
    {"flattened_elf", "flattened-elf", "elf\n" + kNotes + kLoads + "flatten chunk=4096\n"},
    {"flattened_elf_by_makedumpfile", "flattened-elf",
     "elf\n" + kNotes + kLoads + "flatten order=makedumpfile reserve=yes\n"},
    {"flattened_elf_in_one_record", "flattened-elf", "elf\n" + kNotes + kLoads + "flatten\n"},
    {"flattened_elf_by_pages_reversed", "flattened-elf",
     "elf\n" + kNotes + kLoads + "flatten order=reverse chunk=4096\n"},
    {"flattened_elf_shuffled", "flattened-elf",
     "elf\n" + kNotes + kLoads + "flatten order=shuffle:3 decoys=yes chunk=1000\n"},
    {"flattened_elf_fields_across_records", "flattened-elf",
     "elf\n" + kNotes + kLoads + "flatten order=shuffle:5 decoys=yes chunk=7\n"},
    {"flattened_elf_empty_records", "flattened-elf",
     "elf\n" + kNotes + kLoads +
         "flatten chunk=4096\nrecord offset=0x7fffffffffffffff data=hex: where=first\n"
         "record offset=0 data=hex:\n"},
    {"flattened_elf_big_endian", "flattened-elf",
     "elf order=be machine=s390x\n" + kNotes + kLoads + "flatten chunk=4096\n"},
    {"flattened_elf32", "flattened-elf",
     "elf class=32 machine=i686\n" + kNotes + kLoads + "flatten chunk=3000\n"},
    {"flattened_elf32_big_endian", "flattened-elf",
     "elf class=32 order=be machine=ppc\n" + kNotes + kLoads + "flatten order=reverse\n"},
    {"flattened_elf_by_qemu", "flattened-elf",
     "elf phoff=192 ehsize=8 sections=2\n" + kNotes + kLoads + "flatten chunk=100\n"},
    {"flattened_elf_xnum", "flattened-elf",
     "elf xnum=yes\n" + kNotes + kLoads + "flatten chunk=4096\n"},
    {"flattened_elf_unaligned", "flattened-elf",
     "elf page=8\n" + kNotes + kLoads + "flatten chunk=512\n"},
    {"flattened_elf_two_note_segments", "flattened-elf",
     "elf\nnote owner=CORE type=1 size=336\nsegment\n" + kNotes + kLoads + "flatten\n"},
    {"flattened_elf_padding_in_segment", "flattened-elf",
     "elf\n" + kNotes + "pad 100\n" + kLoads + "flatten chunk=4096\n"},
    {"flattened_elf_with_room", "flattened-elf",
     "elf\n" + kNotes + "load paddr=0x1000 size=20K data=random:1 offset=1M\nflatten\n"},
    {"flattened_elf_with_bytes_in_the_gap", "flattened-elf",
     "elf\n" + kNotes + kLoads + "poke load0-5 text:junk\nflatten chunk=1024\n"},
    {"real_trimmed", "kdump", "", VMCOREDD_GOLDEN "/real/vmcore.kdump"},
    {"sample_kdump", "kdump", "", "vmcore.kdump-zlib"},
    {"sample_flattened", "flattened", "", "vmcore.kdump-flat"},
    {"sample_elf", "elf", "", "vmcore.elf.zst"},
    {"sample_flattened_elf", "flattened-elf", "", "vmcore.elf-flat.zst"},
};

class AttachRoundTrip : public testing::AttachTest,
                        public ::testing::WithParamInterface<Container> {
 protected:
  std::string MakeContainer() {
    return GetParam().sample.empty() ? Make(GetParam().text) : CopySample(GetParam().sample);
  }
};

// What PT_LOADs or page descriptors say and hold, without their offsets.
std::string MemoryOf(const VmcoreView& view) {
  MemorySource source(view.logical);
  const auto elf = ReadElfHeader(source);
  if (!elf) {
    // Attach does not touch anything but the four fields and what it appends.
    Bytes bytes = view.logical;
    const uint64_t fields = view.kdump.sub_header_offset() + kKdumpNoteFieldsOffset;
    std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(fields), kKdumpNoteFieldsBytes,
                std::byte{0});
    return testing::AsText(bytes);
  }
  std::string memory;
  EXPECT_TRUE(
      WalkProgramHeaders(source, *elf, [&](uint64_t, const ProgramHeader& phdr) -> Result<void> {
        if (phdr.type != 1) return {};
        memory += std::to_string(phdr.paddr) + " " + std::to_string(phdr.memsz) + " " +
                  std::to_string(phdr.align) + ":";
        memory += testing::AsText(testing::Slice(view.logical, {phdr.offset, phdr.filesz}));
        return {};
      }));
  return memory;
}

// Every old note is still there, in order and unchanged, in front of the others.
void ExpectOldNotesFirst(const VmcoreView& before, const VmcoreView& after) {
  ASSERT_LE(before.notes.size(), after.notes.size());
  for (size_t i = 0; i < before.notes.size(); ++i) {
    EXPECT_EQ(before.notes[i].note.owner, after.notes[i].note.owner);
    EXPECT_EQ(before.notes[i].note.type, after.notes[i].note.type);
    EXPECT_TRUE(before.notes[i].descriptor == after.notes[i].descriptor) << i;
    EXPECT_EQ(before.notes[i].note.note.offset - before.segment.offset,
              after.notes[i].note.note.offset - after.segment.offset);
  }
}

TEST_P(AttachRoundTrip, AddsDumpsAndTakesThemAwayBitForBit) {
  const std::string path = MakeContainer();
  if (path.empty()) GTEST_SKIP() << testing::kNoSamples;
  const Bytes original = testing::ReadFile(path);
  const VmcoreView before = View(path);

  const auto attached = Attach(path);
  ASSERT_TRUE(attached) << attached.error().ToString();
  EXPECT_EQ(attached->kind, GetParam().kind);
  EXPECT_EQ(attached->dumps, 2u);
  EXPECT_GT(attached->bytes_written, 10000u);
  const Bytes once = testing::ReadFile(path);
  const VmcoreView after = View(path);
  ExpectOldNotesFirst(before, after);
  const std::string memory = MemoryOf(before);
  EXPECT_TRUE(MemoryOf(after).compare(0, memory.size(), memory) == 0);

  ASSERT_EQ(after.dumps.size(), before.dumps.size() + 2);
  const auto& plain = after.dumps[before.dumps.size()];
  const auto& packed = after.dumps[before.dumps.size() + 1];
  EXPECT_EQ(plain.name, "plain");
  EXPECT_EQ(plain.note.size % GetParam().page_size, 0u);
  EXPECT_EQ(plain.payload.size(), AlignUp(10001 + 64, GetParam().page_size) - 64);
  EXPECT_EQ(testing::Slice(plain.payload, {0, 10001}), testing::SamplePayload("plain", 10001));
  EXPECT_EQ(packed.name, "packed");
  BufferStream unpacked;
  ZstdDecompressStream zstd(unpacked);
  ASSERT_TRUE(zstd.Write(packed.payload) && zstd.Finish());
  EXPECT_EQ(unpacked.bytes(), testing::SamplePayload("packed", 70000));

  ASSERT_EQ(after.fragments.size(), before.fragments.size() + 1);
  const ManifestFragment& fragment = after.fragments.back();
  EXPECT_EQ(fragment.kind, "attach");
  EXPECT_EQ(fragment.generator, "test");
  EXPECT_EQ(fragment.crash, fragment_.crash);
  ASSERT_EQ(fragment.dumps.size(), 2u);
  EXPECT_EQ(fragment.dumps[0].length, 10001u);
  EXPECT_EQ(fragment.dumps[0].hash, HashOf(testing::SamplePayload("plain", 10001)));
  EXPECT_EQ(fragment.dumps[1].codec, Codec::kZstd);
  EXPECT_EQ(fragment.dumps[1].length, 70000u);
  ASSERT_TRUE(fragment.attach);
  EXPECT_EQ(fragment.attach->kind, GetParam().kind);
  EXPECT_EQ(after.notes.back().note.owner, "VMCOREDD");

  // Twice, and back in the reverse order.
  ASSERT_TRUE(Attach(path));
  EXPECT_EQ(View(path).dumps.size(), before.dumps.size() + 4);
  const auto detached = Detach(path);
  ASSERT_TRUE(detached) << detached.error().ToString();
  EXPECT_EQ(detached->dumps, 2u);
  EXPECT_TRUE(testing::ReadFile(path) == once);
  const auto last = Detach(path);
  ASSERT_TRUE(last) << last.error().ToString();
  EXPECT_TRUE(testing::ReadFile(path) == original);
  const auto nothing = Detach(path);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code(), ErrorCode::kNotFound);
  EXPECT_TRUE(testing::ReadFile(path) == original);
}

INSTANTIATE_TEST_SUITE_P(Containers,
                         AttachRoundTrip,
                         ::testing::ValuesIn(kContainers),
                         [](const auto& param_info) { return std::string(param_info.param.name); });

using AttachDetails = testing::AttachTest;

TEST_F(AttachDetails, KdumpChangesOnly32BytesOfTheOldFile) {
  const std::string path = Make("kdump\n" + kNotes + kPages);
  const Bytes before = testing::ReadFile(path);
  ASSERT_TRUE(Attach(path));
  const Bytes after = testing::ReadFile(path);
  ASSERT_GT(after.size(), before.size());
  for (size_t i = 0; i < before.size(); ++i) {
    if (i >= 4096 + 32 && i < 4096 + 64) continue;
    ASSERT_EQ(before[i], after[i]) << i;
  }
}

TEST_F(AttachDetails, KdumpMovesVmcoreinfoWithTheNotes) {
  const std::string path = Make("kdump\n" + kNotes + kPages);
  const VmcoreView before = View(path);
  ASSERT_TRUE(Attach(path));
  const VmcoreView after = View(path);
  EXPECT_EQ(after.kdump.vmcoreinfo.offset - after.kdump.notes.offset,
            before.kdump.vmcoreinfo.offset - before.kdump.notes.offset);
  EXPECT_EQ(after.kdump.vmcoreinfo.size, before.kdump.vmcoreinfo.size);
  EXPECT_EQ(testing::Slice(after.logical, after.kdump.vmcoreinfo),
            testing::Slice(before.logical, before.kdump.vmcoreinfo));
  EXPECT_EQ(after.kdump.notes.offset % 4096, 0u);
  EXPECT_GE(after.kdump.notes.offset, before.logical.size());
}

TEST_F(AttachDetails, KeepsPartsModeAndOwner) {
  set_.AddInParts("parts", testing::SamplePayload("parts", 20000), 4096 - 64);
  for (const std::string& text : {"kdump\n" + kNotes + kPages, "elf\n" + kNotes + kLoads,
                                  "elf\n" + kNotes + kLoads + "flatten\n"}) {
    const std::string path = Make(text);
    fs::permissions(path, fs::perms(0604));
    ASSERT_TRUE(Attach(path));
    struct stat st;
    ASSERT_EQ(::stat(path.c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 07777, 0604u);
    const VmcoreView after = View(path);
    const ManifestDump& entry = after.fragments.back().dumps.back();
    EXPECT_EQ(entry.parts.size(), 5u);
    EXPECT_EQ(entry.stored, 20000u);
    Bytes joined;
    for (size_t i = 0; i < 5; ++i) {
      const auto& dump = after.dumps[after.dumps.size() - 5 + i];
      EXPECT_EQ(dump.name, "parts");
      const Bytes part = testing::Slice(dump.payload, {0, entry.parts[i].stored});
      joined.insert(joined.end(), part.begin(), part.end());
    }
    EXPECT_EQ(joined, testing::SamplePayload("parts", 20000));
  }
}

TEST_F(AttachDetails, KeepsExtendedAttributes) {
  for (const std::string& text :
       {"elf\n" + kNotes + kLoads, "elf\n" + kNotes + kLoads + "flatten\n"}) {
    const std::string path = Make(text);
    if (::setxattr(path.c_str(), "user.case", "1234", 4, 0) != 0) {
      GTEST_SKIP() << "the filesystem of " << folder_ << " has no extended attributes";
    }
    ASSERT_TRUE(Attach(path));
    char value[8];
    ASSERT_EQ(::getxattr(path.c_str(), "user.case", value, sizeof value), 4);
    EXPECT_EQ(std::string(value, 4), "1234");
  }
}

TEST_F(AttachDetails, ElfFollowsALinkAndLeavesItALink) {
  const std::string path = Make("elf\n" + kNotes + kLoads);
  fs::create_symlink("vmcore", folder_ + "/link");
  ASSERT_TRUE(Attach(folder_ + "/link"));
  EXPECT_TRUE(fs::is_symlink(folder_ + "/link"));
  EXPECT_EQ(View(path).fragments.size(), 1u);
}

TEST_F(AttachDetails, CountsOrdinalsOfOneName) {
  set_.Add("plain", Bytes(5, std::byte{7}));
  set_.Add(std::string(44, 'n'), Bytes(5, std::byte{8}));
  const std::string path = Make("kdump\n" + kNotes + kPages);
  ASSERT_TRUE(Attach(path));
  const auto fragment = View(path).fragments.at(0);
  EXPECT_EQ(fragment.dumps[0].ordinal, 0u);
  EXPECT_EQ(fragment.dumps[2].ordinal, 1u);
  EXPECT_EQ(fragment.dumps[3].name, std::string(43, 'n'));
  EXPECT_EQ(fragment.dumps[3].warnings.size(), 1u);
}

TEST_F(AttachDetails, ElfMovesEverythingByWholePages) {
  const std::string path = Make("elf page=8\n" + kNotes + kLoads);
  const Bytes before = testing::ReadFile(path);
  ASSERT_TRUE(Attach(path));
  EXPECT_EQ((testing::ReadFile(path).size() - before.size()) % 4096, 0u);
}

// The logical file without the manifest fragments, which say what was attached to.
Bytes WithoutFragments(const VmcoreView& view) {
  Bytes logical = view.logical;
  for (const auto& note : view.notes) {
    if (note.note.owner != "VMCOREDD") continue;
    const auto at = logical.begin() + static_cast<ptrdiff_t>(note.note.note.offset);
    std::fill(at, at + static_cast<ptrdiff_t>(note.note.note.size), std::byte{0});
  }
  // p_filesz and p_memsz of the PT_NOTE, phdr 0, count the fragment.
  std::fill_n(logical.begin() + 64 + 32, 16, std::byte{0});
  return logical;
}

TEST_F(AttachDetails, FlattenedElfDescribesWhatAttachToTheElfGives) {
  const std::string elf = Make("elf sections=2\n" + kNotes + kLoads, "elf");
  ASSERT_TRUE(Attach(elf));
  const Bytes expected = WithoutFragments(View(elf));
  for (const char* how : {"chunk=64K", "chunk=300", "chunk=4096 order=reverse",
                          "chunk=1000 order=shuffle:9 decoys=yes"}) {
    const std::string flat =
        Make("elf sections=2\n" + kNotes + kLoads + "flatten " + how + "\n", "flat");
    ASSERT_TRUE(Attach(flat));
    EXPECT_TRUE(WithoutFragments(View(flat)) == expected) << how;
  }
}

TEST_F(AttachDetails, FlattenedElfOverlapsNothingOfMakedumpfile) {
  // crash takes any of several records that describe a byte. As makedumpfile does it:
  // the memory right behind the notes.
  const std::string path = Make("elf page=4\n" + kNotes + kLoads + "flatten order=makedumpfile\n");
  const uint64_t old_marker = testing::ReadFile(path).size() - kFlattenedRecordHeaderBytes;
  ASSERT_TRUE(Attach(path));
  const auto file = FileSource::Open(path);
  ASSERT_TRUE(file);
  const auto flat = FlattenedSource::Open(**file, FlattenedSource::Extent::kAll);
  ASSERT_TRUE(flat);
  std::vector<FlattenedRecord> records;
  ASSERT_TRUE((*flat)->WalkRecords([&](const FlattenedRecord& record) -> Result<void> {
    records.push_back(record);
    return {};
  }));
  EXPECT_EQ(records.back().header_offset, old_marker);
  std::sort(records.begin(), records.end(),
            [](const auto& a, const auto& b) { return a.logical_offset < b.logical_offset; });
  for (size_t i = 1; i < records.size(); ++i) {
    EXPECT_LE(records[i - 1].logical_offset + records[i - 1].size, records[i].logical_offset);
  }
}

TEST_F(AttachDetails, ElfKeepsHoles) {
  const std::string path = Make("elf\n" + kNotes +
                                "load paddr=0x1000 size=64M\nload paddr=0x10000000 size=8K "
                                "data=random:1\n");
  struct stat before, after;
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  ASSERT_TRUE(Attach(path));
  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  EXPECT_GT(after.st_size, before.st_size);
  if (before.st_blocks < 8192) {  // the filesystem has holes at all
    EXPECT_LT(after.st_blocks, before.st_blocks + 8192);
  }
}

}  // namespace
}  // namespace vmcoredd
