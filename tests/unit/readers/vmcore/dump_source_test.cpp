// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/dump_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/readers/vmcore/support.h"
#include "vmcoredd/base/payload_hash.h"

namespace vmcoredd {
namespace {

using testing::Bytes;
using testing::ElfFile;
using testing::Entry;
using testing::Fragment;
using ::testing::HasSubstr;
using testing::NoteWriter;
using testing::Payload;
using testing::Text;
using testing::Zstd;

// A vmcore, its only dump, and that opened.
struct Opened {
  std::unique_ptr<VmcoreReader> reader;
  DeviceDump dump;
  std::unique_ptr<DumpSource> source;
};

Opened OpenFile(Bytes file, const DumpSourceOptions& options = {}) {
  Opened opened;
  auto reader = testing::OpenBytes(std::move(file));
  EXPECT_TRUE(reader) << reader.error().ToString();
  opened.reader = *std::move(reader);
  const DeviceDumpTable table = ReadDeviceDumps(*opened.reader);
  EXPECT_EQ(table.dumps.size(), 1u);
  opened.dump = table.dumps.at(0);
  auto source = OpenDump(*opened.reader, opened.dump, options);
  EXPECT_TRUE(source) << source.error().ToString();
  opened.source = *std::move(source);
  return opened;
}

Opened Open(const NoteWriter& notes, const DumpSourceOptions& options = {}) {
  return OpenFile(ElfFile().Notes(notes.bytes()).Build(), options);
}

// Up to `size` bytes at `offset`.
std::string Read(ByteSource& source, uint64_t offset, size_t size) {
  Bytes bytes(size);
  const auto got = source.ReadAt(offset, bytes);
  EXPECT_TRUE(got) << got.error().ToString();
  bytes.resize(got.value_or(0));
  return Text(bytes);
}

std::string ReadAll(ByteSource& source) {
  EXPECT_TRUE(source.Size());
  std::string all = Read(source, 0, source.Size().value_or(0) + 100);
  EXPECT_EQ(source.Size(), all.size());
  EXPECT_EQ(Read(source, all.size(), 1), "");
  return all;
}

ManifestDump ZstdEntry(std::string_view whole, const std::string& packed) {
  ManifestDump entry = Entry("z", 0, whole);
  entry.codec = Codec::kZstd;
  entry.stored = packed.size();
  return entry;
}

TEST(OpenDump, CutsToTheLengthOfTheManifest) {
  NoteWriter notes;
  notes.Dump("a", "exact").Fragment(Fragment({Entry("a", 0, "exact")}));
  const Opened opened = Open(notes);
  EXPECT_EQ(ReadAll(*opened.source), "exact");
  EXPECT_EQ(Read(*opened.source, 2, 2), "ac");
  EXPECT_FALSE(opened.source->damage());
  EXPECT_FALSE(opened.source->hash_matches());
}

TEST(OpenDump, GivesThePaddedPayloadOfANoteThatNobodyDescribes) {
  NoteWriter notes;
  notes.Dump("a", "padded");
  EXPECT_EQ(ReadAll(*Open(notes).source), "padded" + std::string(4096 - 64 - 6, '\0'));
}

TEST(OpenDump, JoinsPartsAtEveryOffset) {
  const std::string whole = "abcdefghijkl";
  ManifestDump entry = Entry("p", 0, whole);
  entry.parts = {{5}, {0}, {1}, {6}};
  NoteWriter notes;
  notes.Dump("p", "abcde").Dump("p", "").Dump("p", "f").Dump("p", "ghijkl");
  notes.Fragment(Fragment({entry}));
  const Opened opened = Open(notes);
  EXPECT_EQ(ReadAll(*opened.source), whole);
  for (size_t offset = 0; offset <= whole.size(); ++offset) {
    for (size_t size = 0; size <= whole.size() + 1; ++size) {
      EXPECT_EQ(Read(*opened.source, offset, size), whole.substr(offset, size))
          << offset << ' ' << size;
    }
  }
}

TEST(OpenDump, HasNothingOfAnEmptyDump) {
  NoteWriter notes;
  notes.Dump("a", "").Fragment(Fragment({Entry("a", 0, "")}));
  EXPECT_EQ(ReadAll(*Open(notes).source), "");
}

TEST(OpenDump, EndsWhereATruncatedFileDoes) {
  const std::string whole = Payload("whole", 10'000);
  NoteWriter notes;
  notes.Dump("a", whole);
  Bytes file = ElfFile().Notes(notes.bytes()).Build();
  file.resize(file.size() - 9000);
  const Opened opened = OpenFile(file);
  const std::string found = ReadAll(*opened.source);
  EXPECT_EQ(found.size(), opened.dump.notes[0].available);
  EXPECT_EQ(found, whole.substr(0, found.size()));
  ASSERT_TRUE(opened.source->damage());
  EXPECT_EQ(opened.source->damage()->code(), ErrorCode::kTruncated);
  EXPECT_EQ(opened.source->damage()->offset(), file.size());
}

// Only the padding is missing.
TEST(OpenDump, IsWholeWhenTheFileEndsBehindTheLength) {
  const std::string whole = Payload("whole", 1000);
  NoteWriter notes;
  notes.Fragment(Fragment({}));  // the manifest comes last: the dump is built by hand
  notes.Dump("a", whole);
  Bytes file = ElfFile().Notes(notes.bytes()).Build();
  file.resize(file.size() - 2000);
  auto reader = testing::OpenBytes(file);
  ASSERT_TRUE(reader);
  DeviceDump dump = ReadDeviceDumps(**reader).dumps.at(0);
  ASSERT_TRUE(dump.truncated());
  dump.manifest = Entry("a", 0, whole);
  const auto source = OpenDump(**reader, dump);
  ASSERT_TRUE(source);
  EXPECT_EQ(ReadAll(**source), whole);
  EXPECT_FALSE((*source)->damage());
}

// What `available` promised when the table was read is not there any more.
TEST(OpenDump, FindsOutByReadingThatTheFileGotShorter) {
  NoteWriter notes;
  notes.Dump("a", Payload("whole", 8000));
  Opened opened = Open(notes);
  opened.dump.notes[0].payload.offset += 1000;
  const auto source = OpenDump(*opened.reader, opened.dump);
  ASSERT_TRUE(source);
  EXPECT_FALSE((*source)->damage());
  const uint64_t promised = (*source)->Size().value_or(0);
  const std::string found = Read(**source, 0, promised);
  EXPECT_EQ(found.size(), promised - 1000);
  EXPECT_EQ((*source)->Size(), found.size());
  ASSERT_TRUE((*source)->damage());
  EXPECT_EQ((*source)->damage()->code(), ErrorCode::kTruncated);
}

// Both sides of kMaxDecodedInMemory, with zeros in the middle and at the end.
TEST(OpenDump, DecodesZstdIntoMemoryAndIntoATemporaryFile) {
  for (const size_t zeros : {size_t{100'000}, size_t{kMaxDecodedInMemory}}) {
    const std::string whole = Payload("head", 5000) + std::string(zeros, '\0') +
                              Payload("tail", 70'000) + std::string(20'000, '\0');
    const std::string packed = Zstd(whole);
    ManifestDump entry = ZstdEntry(whole, packed);
    entry.parts = {{3000}, {packed.size() - 3000}};
    NoteWriter notes;
    notes.Dump("z", packed.substr(0, 3000)).Dump("z", packed.substr(3000));
    notes.Fragment(Fragment({entry}));
    uint64_t progress = 0;
    DumpSourceOptions options;
    options.spool_folder = ::testing::TempDir();
    options.progress = [&](uint64_t done) { progress = done; };
    const Opened opened = Open(notes, options);
    EXPECT_EQ(progress, packed.size());
    EXPECT_TRUE(ReadAll(*opened.source) == whole);
    EXPECT_EQ(Read(*opened.source, 4990, 20), whole.substr(4990, 20));
    EXPECT_FALSE(opened.source->damage());
    EXPECT_EQ(opened.source->hash_matches(), true);
  }
}

TEST(OpenDump, SaysThatTheHashOfWhatWasDecodedIsWrong) {
  const std::string packed = Zstd("Expected");
  NoteWriter notes;
  notes.Dump("z", packed).Fragment(Fragment({ZstdEntry("expected", packed)}));
  const Opened opened = Open(notes);
  EXPECT_EQ(ReadAll(*opened.source), "Expected");
  EXPECT_FALSE(opened.source->damage());
  EXPECT_EQ(opened.source->hash_matches(), false);
}

TEST(OpenDump, GivesWhatCouldBeDecodedOfACutFrame) {
  const std::string whole = Payload("whole", 1'000'000);
  const std::string packed = Zstd(whole);
  const std::string cut = packed.substr(0, packed.size() / 2);
  NoteWriter notes;
  notes.Dump("z", cut).Fragment(Fragment({ZstdEntry(whole, cut)}));
  const Opened opened = Open(notes);
  const std::string found = ReadAll(*opened.source);
  EXPECT_GT(found.size(), 100'000u);
  EXPECT_TRUE(found == whole.substr(0, found.size()));
  ASSERT_TRUE(opened.source->damage());
  EXPECT_EQ(opened.source->damage()->code(), ErrorCode::kTruncated);
  EXPECT_FALSE(opened.source->hash_matches());
}

TEST(OpenDump, HasNothingOfDataThatIsNotZstd) {
  NoteWriter notes;
  notes.Dump("z", "not zstd").Fragment(Fragment({ZstdEntry("what it was", "not zstd")}));
  const Opened opened = Open(notes);
  EXPECT_EQ(ReadAll(*opened.source), "");
  ASSERT_TRUE(opened.source->damage());
  EXPECT_EQ(opened.source->damage()->code(), ErrorCode::kCorrupt);
}

TEST(OpenDump, StopsABombAtTheLengthAndAtTheLimit) {
  const std::string packed = Zstd(std::string(9'000'000, '\0'));
  for (const uint64_t length : {uint64_t{1000}, uint64_t{8'000'000}, UINT64_MAX}) {
    ManifestDump entry = ZstdEntry("", packed);
    entry.length = length;
    NoteWriter notes;
    notes.Dump("z", packed).Fragment(Fragment({entry}));
    DumpSourceOptions options;
    options.max_spool = 8'500'000;
    const Opened opened = Open(notes, options);
    EXPECT_EQ(opened.source->Size(), std::min(length, options.max_spool));
    ASSERT_TRUE(opened.source->damage());
    EXPECT_EQ(opened.source->damage()->code(),
              length > options.max_spool ? ErrorCode::kLimitExceeded : ErrorCode::kCorrupt);
  }
}

TEST(OpenDump, FailsWithoutAPlaceForWhatIsDecoded) {
  const std::string whole(kMaxDecodedInMemory + 1, '\0');
  const std::string packed = Zstd(whole);
  NoteWriter notes;
  notes.Dump("z", packed).Fragment(Fragment({ZstdEntry(whole, packed)}));
  const Opened opened = Open(notes);
  DumpSourceOptions options;
  options.spool_folder = "/nonexistent";
  const auto source = OpenDump(*opened.reader, opened.dump, options);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code(), ErrorCode::kIo);
}

TEST(OpenDump, RefusesACodecItDoesNotKnow) {
  NoteWriter notes;
  notes.Dump("a", "x").Fragment(Fragment({Entry("a", 0, "x")}));
  Opened opened = Open(notes);
  opened.dump.manifest->codec = Codec::kUnknown;
  const auto source = OpenDump(*opened.reader, opened.dump);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace vmcoredd
