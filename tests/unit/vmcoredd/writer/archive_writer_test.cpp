// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/archive_writer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/vmcoredd/writer/support.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/zstd_stream.h"
#include "vmcoredd/format/elf_headers.h"
#include "vmcoredd/format/kdump_header.h"
#include "vmcoredd/format/note.h"
#include "vmcoredd/writer/new_fragment.h"
#include "vmcoredd/writer/note_space.h"

namespace vmcoredd {
namespace {

namespace fs = std::filesystem;
using testing::AsBytes;
using testing::Bytes;

constexpr std::endian kNative = std::endian::native;

// An archive as a reader sees it.
struct ReadArchive {
  ElfHeader header;
  ByteRange notes_segment;
  std::vector<testing::ReadDump> dumps;
  std::vector<ManifestFragment> fragments;
  uint64_t file_size = 0;
};
ReadArchive Read(const std::string& path) {
  ReadArchive archive;
  auto source = FileSource::Open(path);
  EXPECT_TRUE(source);
  auto header = ReadElfHeader(**source);
  EXPECT_TRUE(header);
  archive.header = *header;
  EXPECT_TRUE(WalkProgramHeaders(**source, *header,
                                 [&](uint64_t, const ProgramHeader& phdr) -> Result<void> {
                                   EXPECT_EQ(phdr.type, 4u);  // PT_NOTE
                                   EXPECT_EQ(phdr.align, 4u);
                                   archive.notes_segment = {phdr.offset, phdr.filesz};
                                   return {};
                                 }));
  const auto notes = testing::ReadNotes(**source, archive.notes_segment, kNative);
  archive.dumps = testing::DumpsOf(notes);
  archive.fragments = testing::FragmentsOf(notes);
  EXPECT_EQ(notes.size(), archive.dumps.size() + archive.fragments.size());
  archive.file_size = *(*source)->Size();
  return archive;
}

Bytes Decompressed(const Bytes& stored) {
  BufferStream out;
  ZstdDecompressStream zstd(out);
  EXPECT_TRUE(zstd.Write(stored));
  EXPECT_TRUE(zstd.Finish());
  return out.bytes();
}

class ArchiveWriterTest : public testing::TempFolderTest {
 protected:
  void SetUp() override {
    TempFolderTest::SetUp();
    options_.path = folder_ + "/a.vmcoredd";
  }
  ArchiveWriter Create() {
    auto archive = ArchiveWriter::Create(options_);
    EXPECT_TRUE(archive) << archive.error().ToString();
    return *std::move(archive);
  }
  static void Add(ArchiveWriter& archive,
                  const std::string& name,
                  const Bytes& payload,
                  Codec codec = Codec::kNone) {
    ASSERT_TRUE(archive.BeginDump(name, codec));
    ASSERT_TRUE(archive.Write(payload));
    ASSERT_TRUE(archive.EndDump({}));
  }

  ArchiveOptions options_;
};

TEST_F(ArchiveWriterTest, WritesNotesAndManifestInAnElfCoreOfThisMachine) {
  const Bytes one = testing::SamplePayload("one", 10000);
  const Bytes two = testing::SamplePayload("two", 4032);
  auto archive = Create();
  Add(archive, "one", one);
  Add(archive, "two", two);
  auto fragment = NewFragment("live");
  fragment.machine = {{"release", "6.1"}};
  ASSERT_TRUE(archive.Finish(fragment));

  const auto read = Read(options_.path);
  EXPECT_TRUE(read.header.is_64);
  EXPECT_EQ(read.header.order, kNative);
  EXPECT_EQ(read.header.phnum, 1u);
  EXPECT_EQ(read.notes_segment.offset, 4096u);
  EXPECT_EQ(read.notes_segment.End(), read.file_size);
  ASSERT_EQ(read.dumps.size(), 2u);
  EXPECT_EQ(read.dumps[0].note, (ByteRange{4096, 12288}));
  EXPECT_EQ(read.dumps[1].note, (ByteRange{16384, 4096}));
  EXPECT_EQ(testing::Slice(read.dumps[0].payload, {0, 10000}), one);
  EXPECT_EQ(testing::Slice(read.dumps[0].payload, {10000, 12288 - 64 - 10000}),
            Bytes(12288 - 64 - 10000));
  EXPECT_EQ(read.dumps[1].payload, two);

  ASSERT_EQ(read.fragments.size(), 1u);
  EXPECT_EQ(read.fragments[0].kind, "live");
  EXPECT_EQ(read.fragments[0].generator.rfind("vmcoredd ", 0), 0u);
  EXPECT_EQ(read.fragments[0].capture_id.size(), 32u);
  EXPECT_EQ(read.fragments[0].time.size(), 20u);
  EXPECT_EQ(read.fragments[0].machine, fragment.machine);
  ASSERT_EQ(read.fragments[0].dumps.size(), 2u);
  const ManifestDump& dump = read.fragments[0].dumps[0];
  EXPECT_EQ(dump.name, "one");
  EXPECT_EQ(dump.length, 10000u);
  EXPECT_EQ(dump.stored, 10000u);
  EXPECT_EQ(dump.hash, HashOf(one));
  EXPECT_TRUE(dump.parts.empty());
}

TEST_F(ArchiveWriterTest, NoteIsByteIdenticalToTheKernels) {
  // A real one: tests/golden/real/README.md.
  const std::string sample = VMCOREDD_GOLDEN "/real/vmcore.kdump";
  auto vmcore = FileSource::Open(sample);
  ASSERT_TRUE(vmcore);
  const auto header = ReadKdumpHeader(**vmcore);
  ASSERT_TRUE(header);
  const auto kernel = testing::DumpsOf(testing::ReadNotes(**vmcore, header->notes, header->order));
  ASSERT_EQ(kernel.size(), 3u);

  const std::pair<const char*, size_t> asked[] = {
      {"ddgen_0000:00:04.0", 65536}, {"ddgen_0000:00:05.0_fw", 300001}, {"ddgen_0000:00:06.0", 1}};
  auto archive = Create();
  for (const auto& [name, size] : asked) Add(archive, name, testing::SamplePayload(name, size));
  ASSERT_TRUE(archive.Finish({}));

  const auto ours = Read(options_.path);
  const Bytes vmcore_bytes = testing::ReadFile(sample);
  const Bytes our_bytes = testing::ReadFile(options_.path);
  ASSERT_EQ(ours.dumps.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(testing::Slice(our_bytes, ours.dumps[i].note) ==
                testing::Slice(vmcore_bytes, kernel[i].note))
        << asked[i].first;
  }
}

TEST_F(ArchiveWriterTest, CompressedPayloadIsOneZstdFrameUpToThePage) {
  auto archive = Create();
  std::vector<Bytes> payloads;
  for (size_t size = 0; size < 5000; size += 61) {
    payloads.push_back(testing::SamplePayload("z" + std::to_string(size), size));
    Add(archive, "z", payloads.back(), Codec::kZstd);
  }
  ASSERT_TRUE(archive.Finish({}));
  const auto read = Read(options_.path);
  ASSERT_EQ(read.dumps.size(), payloads.size());
  for (size_t i = 0; i < payloads.size(); ++i) {
    const ManifestDump& dump = read.fragments[0].dumps[i];
    EXPECT_EQ(Decompressed(read.dumps[i].payload), payloads[i]) << i;
    EXPECT_EQ(Decompressed(testing::Slice(read.dumps[i].payload, {0, dump.stored})), payloads[i]);
    EXPECT_EQ(dump.codec, Codec::kZstd);
    EXPECT_EQ(dump.length, payloads[i].size());
    EXPECT_EQ(dump.hash, HashOf(payloads[i]));
    EXPECT_EQ(dump.ordinal, i);
  }
}

TEST(NoteSpace, PadsZstdToThePageAndAddsOneWhenAFrameDoesNotFit) {
  for (uint64_t stored = 3900; stored < 4100; ++stored) {
    const auto plain = FitNote(stored, Codec::kNone, true, 4096);
    const auto zstd = FitNote(stored, Codec::kZstd, true, 4096);
    ASSERT_TRUE(plain && zstd);
    EXPECT_EQ(plain->note_size, stored <= 4032 ? 4096u : 8192u);
    EXPECT_FALSE(plain->skippable_frame);
    EXPECT_EQ(zstd->note_size, stored <= 4024 || stored == 4032 ? 4096u : 8192u);
    EXPECT_EQ(zstd->skippable_frame, stored != 4032);
    for (const auto& space : {*plain, *zstd}) {
      BufferStream out;
      ASSERT_TRUE(WritePadding(space, out));
      EXPECT_EQ(out.bytes().size(), space.note_size - 64 - stored);
    }
    EXPECT_FALSE(FitNote(stored, Codec::kZstd, false, 4096)->skippable_frame);
  }
}

TEST(NoteSpace, EndsAtTheLargestNote) {
  const uint64_t most = MaxDumpPayload(4096);
  EXPECT_EQ(most, 4294963136u);
  EXPECT_EQ(FitNote(most, Codec::kNone, true, 4096)->note_size, 0xfffff000u);
  EXPECT_FALSE(FitNote(most + 1, Codec::kNone, true, 4096));
  const auto tight = FitNote(most - 3, Codec::kZstd, true, 4096);
  ASSERT_TRUE(tight);
  EXPECT_EQ(tight->padding, 3u);
  EXPECT_FALSE(tight->skippable_frame);
}

TEST_F(ArchiveWriterTest, ContinuesInPartsWhenANoteIsFull) {
  options_.max_note_payload = 5000;  // rounded up: 8192 - 64
  const uint64_t full = 8192 - 64;
  auto archive = Create();
  const std::vector<size_t> sizes = {0, 1, full, full + 1, 3 * full, 3 * full + 17};
  for (const size_t size : sizes) Add(archive, "d", testing::SamplePayload("d", size));
  ASSERT_TRUE(archive.Finish({}));

  const auto read = Read(options_.path);
  size_t note = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const ManifestDump& dump = read.fragments[0].dumps[i];
    const size_t parts = std::max<size_t>(1, dump.parts.size());
    EXPECT_EQ(parts, std::max<size_t>(1, (sizes[i] + full - 1) / full));
    Bytes joined;
    for (size_t part = 0; part < parts; ++part, ++note) {
      const uint64_t stored = dump.parts.empty() ? dump.stored : dump.parts[part].stored;
      const Bytes piece = testing::Slice(read.dumps.at(note).payload, {0, stored});
      joined.insert(joined.end(), piece.begin(), piece.end());
      EXPECT_EQ(read.dumps[note].name, "d");
    }
    EXPECT_EQ(joined, testing::SamplePayload("d", sizes[i]));
    EXPECT_EQ(dump.stored, sizes[i]);
  }
  EXPECT_EQ(note, read.dumps.size());
}

TEST_F(ArchiveWriterTest, PartsOfACompressedDumpJoinToOneStream) {
  options_.max_note_payload = 4096 - 64;
  Bytes payload(60000);
  uint32_t seed = 1;
  for (std::byte& b : payload) b = static_cast<std::byte>((seed = seed * 1664525 + 1) >> 24);
  auto archive = Create();
  Add(archive, "d", payload, Codec::kZstd);
  ASSERT_TRUE(archive.Finish({}));
  const auto read = Read(options_.path);
  EXPECT_GT(read.dumps.size(), 10u);
  Bytes joined;
  for (const auto& dump : read.dumps) {
    joined.insert(joined.end(), dump.payload.begin(), dump.payload.end());
  }
  EXPECT_EQ(Decompressed(joined), payload);
}

TEST_F(ArchiveWriterTest, KeepsHostileNames) {
  const std::vector<std::string> names = {"",  "../../etc/passwd",   "\x1b[2J",           "a",
                                          "a", std::string(43, 'x'), std::string(44, 'x')};
  auto archive = Create();
  for (const auto& name : names) Add(archive, name, Bytes(1));
  EXPECT_FALSE(archive.BeginDump(std::string(45, 'x')));
  EXPECT_FALSE(archive.BeginDump(std::string("a\0b", 3)));
  ASSERT_TRUE(archive.Finish({}));
  const auto read = Read(options_.path);
  ASSERT_EQ(read.dumps.size(), names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(read.dumps[i].name, names[i].substr(0, 43));
    EXPECT_EQ(read.fragments[0].dumps[i].name, names[i].substr(0, 43));
  }
  EXPECT_EQ(read.fragments[0].dumps[4].ordinal, 1u);
  EXPECT_EQ(read.fragments[0].dumps[5].warnings.size(), 0u);
  EXPECT_EQ(read.fragments[0].dumps[6].warnings.size(), 1u);
  EXPECT_EQ(read.fragments[0].dumps[6].ordinal, 1u);
}

TEST_F(ArchiveWriterTest, DropDumpLeavesNoTrace) {
  auto archive = Create();
  Add(archive, "kept", Bytes(10, std::byte{1}));
  ASSERT_TRUE(archive.BeginDump("dropped", Codec::kZstd));
  ASSERT_TRUE(archive.Write(Bytes(1 << 20, std::byte{2})));
  ASSERT_TRUE(archive.DropDump());
  Add(archive, "dropped", Bytes(10, std::byte{3}));
  ASSERT_TRUE(archive.Finish({}));
  const auto read = Read(options_.path);
  ASSERT_EQ(read.dumps.size(), 2u);
  EXPECT_EQ(read.dumps[1].payload[0], std::byte{3});
  EXPECT_EQ(read.dumps[1].payload[10], std::byte{0});
  EXPECT_EQ(read.fragments[0].dumps[1].ordinal, 0u);
}

TEST_F(ArchiveWriterTest, KeepsTheOrderOfCallsAndLeavesNothingUnfinished) {
  {
    auto archive = Create();
    EXPECT_FALSE(archive.Write(Bytes(1)));
    EXPECT_FALSE(archive.EndDump({}));
    EXPECT_FALSE(archive.DropDump());
    ASSERT_TRUE(archive.BeginDump("a"));
    EXPECT_FALSE(archive.BeginDump("b"));
    EXPECT_FALSE(archive.Finish({}));
  }
  EXPECT_TRUE(fs::is_empty(folder_));
  options_.page_size = 1000;
  EXPECT_EQ(ArchiveWriter::Create(options_).error().code(), ErrorCode::kInvalidArgument);
}

TEST_F(ArchiveWriterTest, PayloadOfZerosTakesNoMoreThanItsBytes) {
  options_.page_size = 65536;
  auto archive = Create();
  Add(archive, "a", Bytes(1, std::byte{1}));
  ASSERT_TRUE(archive.Finish({}));
  const auto read = Read(options_.path);
  EXPECT_EQ(read.notes_segment.offset, 65536u);
  EXPECT_EQ(read.dumps[0].note.size, 65536u);
}

}  // namespace
}  // namespace vmcoredd
