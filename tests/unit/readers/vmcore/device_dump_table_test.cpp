// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/device_dump_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/readers/vmcore/support.h"
#include "vmcoredd/base/payload_hash.h"

namespace vmcoredd {
namespace {

using testing::Bytes;
using ::testing::ElementsAre;
using testing::ElfFile;
using testing::Entry;
using testing::Fragment;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::NoteWriter;
using testing::Payload;
using testing::Text;
using testing::Zstd;

std::unique_ptr<VmcoreReader> Open(const NoteWriter& notes) {
  auto reader = testing::OpenBytes(ElfFile().Notes(notes.bytes()).Build());
  EXPECT_TRUE(reader) << reader.error().ToString();
  return *std::move(reader);
}

struct Extracted {
  Result<ExtractResult> result;
  std::string bytes;
};
Extracted Extract(VmcoreReader& reader,
                  const DeviceDump& dump,
                  PayloadForm form = PayloadForm::kExact) {
  BufferStream out;
  auto result = ExtractDump(reader, dump, form, out);
  return {std::move(result), Text(out.bytes())};
}

TEST(ReadDeviceDumps, ListsDumpsInFileOrderWithTheRestOfTheNotes) {
  NoteWriter notes;
  notes.Dump("a", "1").Cpu().Dump("b", Payload("b", 5000)).Vmcoreinfo("OSRELEASE=1\n");
  const auto reader = Open(notes);
  const DeviceDumpTable table = ReadDeviceDumps(*reader);
  ASSERT_EQ(table.dumps.size(), 2u);
  EXPECT_EQ(table.dumps[0].name(), "a");
  EXPECT_EQ(table.dumps[0].size(), 4096u - 64);
  EXPECT_EQ(table.dumps[0].notes[0].payload.offset, 4096u + 64);
  EXPECT_EQ(table.dumps[1].index(), 1u);
  EXPECT_EQ(table.dumps[1].size(), 8192u - 64);
  EXPECT_FALSE(table.dumps[1].length());
  EXPECT_EQ(table.other_note_count, 2u);
  EXPECT_EQ(table.other_notes[1].owner, "VMCOREINFO");
  EXPECT_THAT(table.diagnostics, IsEmpty());
  EXPECT_EQ(Extract(*reader, table.dumps[1]).bytes.substr(0, 5000), Payload("b", 5000));
}

TEST(ReadDeviceDumps, KeepsNamesAsTheyAre) {
  const std::string all_44(44, 'N');
  NoteWriter notes;
  notes.Dump(all_44, "x").Dump("../\x1b[31m", "x").Dump("", "x");
  notes.Dump(std::string_view("name\0garbage", 12), "x").Dump("same", "x").Dump("same", "y");
  const auto reader = Open(notes);
  std::vector<std::string> names;
  for (const DeviceDump& dump : ReadDeviceDumps(*reader).dumps) names.push_back(dump.name());
  EXPECT_THAT(names, ElementsAre(all_44, "../\x1b[31m", "", "name", "same", "same"));
}

TEST(ReadDeviceDumps, HasNoLimitOfSixtyFour) {
  NoteWriter notes;
  for (int i = 0; i < 200; ++i) notes.Dump("d" + std::to_string(i), "x");
  const auto reader = Open(notes);
  const DeviceDumpTable table = ReadDeviceDumps(*reader);
  ASSERT_EQ(table.dumps.size(), 200u);
  EXPECT_EQ(table.dumps[199].name(), "d199");
  EXPECT_EQ(table.dumps[199].index(), 199u);
}

// crash(8) matches the type only, and counts what it cannot use.
TEST(ReadDeviceDumps, CountsForeignAndBrokenNotesInTheIndex) {
  NoteWriter notes;
  notes.Dump("mine", "x").Dump("theirs", "x", std::string_view("ACME\0", 5));
  notes.Note(std::string_view("LINUX\0\0\0", 8), 0x700, std::string(43, 'x'));
  notes.Dump("last", "x").Dump("nobody's", "x", "");
  const auto reader = Open(notes);
  const DeviceDumpTable table = ReadDeviceDumps(*reader);
  ASSERT_EQ(table.dumps.size(), 4u);
  EXPECT_EQ(table.dumps[1].notes[0].owner, "ACME");
  EXPECT_EQ(table.dumps[2].index(), 3u);
  EXPECT_EQ(table.dumps[3].notes[0].owner, "");
  EXPECT_THAT(testing::Texts(table.diagnostics),
              ElementsAre(HasSubstr("device dump 2: descriptor: expected at least 44 bytes, "
                                    "found 43")));
}

TEST(ReadDeviceDumps, LimitsDumpsAndDiagnostics) {
  NoteWriter notes;
  const std::string small(44, 'x');
  for (uint64_t i = 0; i < kMaxDeviceDumps + 7; ++i) {
    notes.Note(std::string_view("LINUX\0", 6), 0x700, small);
  }
  for (uint64_t i = 0; i < kMaxTableDiagnostics + 10; ++i) {
    notes.Note(std::string_view("LINUX\0", 6), 0x700, "short");
  }
  const auto reader = Open(notes);
  const DeviceDumpTable table = ReadDeviceDumps(*reader);
  EXPECT_EQ(table.dumps.size(), kMaxDeviceDumps);
  const auto texts = testing::Texts(table.diagnostics);
  ASSERT_EQ(texts.size(), kMaxTableDiagnostics + 1);
  EXPECT_EQ(texts.back(), "11 more of this kind");  // the dumps left out are among them
}

TEST(ReadDeviceDumps, JoinsTheManifestsEntriesWithTheLastNotesOfTheirNames) {
  NoteWriter notes;
  notes.Dump("same", "of the kernel").Dump("same", "one").Dump("other", "x").Dump("same", "two");
  notes.Fragment(Fragment({Entry("same", 1, "two"), Entry("same", 0, "one")}));
  notes.Dump("same", "three").Fragment(Fragment({Entry("same", 0, "three")}));
  notes.Dump("same", "nobody describes it");
  const auto reader = Open(notes);
  const DeviceDumpTable table = ReadDeviceDumps(*reader);
  EXPECT_THAT(testing::Texts(table.diagnostics), IsEmpty());
  ASSERT_EQ(table.fragments.size(), 2u);
  ASSERT_EQ(table.dumps.size(), 6u);
  const std::vector<std::optional<uint64_t>> lengths = {std::nullopt, 3, std::nullopt, 3, 5,
                                                        std::nullopt};
  for (size_t i = 0; i < lengths.size(); ++i) {
    EXPECT_EQ(table.dumps[i].length(), lengths[i]) << i;
    EXPECT_EQ(table.dumps[i].index(), i);
  }
  EXPECT_EQ(table.dumps[3].fragment, 0u);
  EXPECT_EQ(table.dumps[4].fragment, 1u);
  for (const size_t i : {1, 3, 4}) {
    const Extracted extracted = Extract(*reader, table.dumps[i]);
    ASSERT_TRUE(extracted.result) << extracted.result.error().ToString();
    EXPECT_EQ(extracted.result->hash_matches, true);
  }
  EXPECT_EQ(Extract(*reader, table.dumps[1]).bytes, "one");
  EXPECT_EQ(Extract(*reader, table.dumps[3]).bytes, "two");
}

TEST(ReadDeviceDumps, IgnoresEntriesThatContradictTheirNotes) {
  ManifestDump too_long = Entry("a", 0, Payload("a", 5000));
  ManifestDump too_long_part = Entry("b", 0, Payload("b", 5000));
  too_long_part.parts = {{10}, {4990}};
  ManifestDump wrong_length = Entry("c", 0, "xyz");
  wrong_length.length = 4;
  NoteWriter notes;
  notes.Dump("a", "x").Dump("b", "x").Dump("b", "y").Dump("c", "xyz").Dump("d", "x");
  notes.Fragment(Fragment(
      {too_long, too_long_part, wrong_length, Entry("gone\n", 0, "x"), Entry("d", 0, "x")}));
  const auto reader = Open(notes);
  const DeviceDumpTable table = ReadDeviceDumps(*reader);
  EXPECT_THAT(
      testing::Texts(table.diagnostics),
      ::testing::UnorderedElementsAre(
          HasSubstr("entry for a (ordinal 0) is ignored: expected 5000 stored bytes"),
          HasSubstr("entry for b (ordinal 0) is ignored: expected 4990 stored bytes"),
          HasSubstr("entry for c (ordinal 0) is ignored: length 4, but 3"),
          HasSubstr("entry for gone\\x0a (ordinal 0) is ignored: expected 1 notes, found 0")));
  ASSERT_EQ(table.dumps.size(), 5u);
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(table.dumps[i].manifest) << i;
  EXPECT_TRUE(table.dumps[4].manifest);
}

TEST(ReadDeviceDumps, ReportsFragmentsThatDoNotParseAndKeepsTheDumps) {
  NoteWriter notes;
  notes.Dump("a", "x").FragmentText("{\"schema\": \"vmcoredd-manifest/1\", ").Dump("b", "x");
  const auto reader = Open(notes);
  const DeviceDumpTable table = ReadDeviceDumps(*reader);
  EXPECT_EQ(table.dumps.size(), 2u);
  EXPECT_THAT(table.fragments, IsEmpty());
  EXPECT_EQ(table.other_note_count, 0u);
  EXPECT_THAT(testing::Texts(table.diagnostics), ElementsAre(HasSubstr("manifest fragment")));
}

TEST(ReadDeviceDumps, ClaimsNoForeignNotes) {
  NoteWriter notes;
  notes.Dump("a", "x").Dump("a", "y", std::string_view("ACME\0", 5));
  notes.Fragment(Fragment({Entry("a", 0, "x")}));
  const auto reader = Open(notes);
  const DeviceDumpTable table = ReadDeviceDumps(*reader);
  ASSERT_EQ(table.dumps.size(), 2u);
  EXPECT_TRUE(table.dumps[0].manifest);
  EXPECT_FALSE(table.dumps[1].manifest);
}

TEST(ReadDeviceDumps, LeavesOutAFragmentThatIsTooLargeButNotTheNext) {
  NoteWriter notes;
  notes.Dump("a", "x").FragmentText(std::string(kMaxManifestBytes + 1, ' '));
  notes.Dump("b", "x").Fragment(Fragment({Entry("b", 0, "x")}));
  const auto reader = Open(notes);
  const DeviceDumpTable table = ReadDeviceDumps(*reader);
  EXPECT_THAT(testing::Texts(table.diagnostics), ElementsAre(HasSubstr("16777217 more")));
  ASSERT_EQ(table.dumps.size(), 2u);
  EXPECT_FALSE(table.dumps[0].manifest);
  EXPECT_TRUE(table.dumps[1].manifest);
}

TEST(ExtractDump, CutsToTheExactLengthAndGivesTheStoredBytesToo) {
  NoteWriter notes;
  notes.Dump("a", "exact").Fragment(Fragment({Entry("a", 0, "exact")}));
  const auto reader = Open(notes);
  const DeviceDump dump = ReadDeviceDumps(*reader).dumps[0];
  EXPECT_EQ(Extract(*reader, dump).bytes, "exact");
  const Extracted stored = Extract(*reader, dump, PayloadForm::kStored);
  ASSERT_TRUE(stored.result);
  EXPECT_EQ(stored.result->written, 4032u);
  EXPECT_EQ(stored.bytes, "exact" + std::string(4027, '\0'));
  EXPECT_FALSE(stored.result->hash_matches);
}

TEST(ExtractDump, JoinsParts) {
  const std::string whole = Payload("whole", 10'000);
  ManifestDump entry = Entry("p", 0, whole);
  entry.parts = {{4000}, {4032}, {1968}};
  NoteWriter notes;
  notes.Dump("p", whole.substr(0, 4000)).Dump("other", "x");
  notes.Dump("p", whole.substr(4000, 4032)).Dump("p", whole.substr(8032));
  notes.Fragment(Fragment({entry}));
  const auto reader = Open(notes);
  const DeviceDumpTable table = ReadDeviceDumps(*reader);
  ASSERT_EQ(table.dumps.size(), 2u);
  const DeviceDump& dump = table.dumps[0];
  EXPECT_EQ(dump.notes.size(), 3u);
  EXPECT_EQ(dump.index(), 0u);
  EXPECT_EQ(dump.size(), 3 * 4032u);
  EXPECT_EQ(dump.length(), 10'000u);
  uint64_t progress = 0;
  BufferStream out;
  const auto result =
      ExtractDump(*reader, dump, PayloadForm::kExact, out, [&](uint64_t done) { progress = done; });
  ASSERT_TRUE(result) << result.error().ToString();
  EXPECT_EQ(Text(out.bytes()), whole);
  EXPECT_EQ(result->hash_matches, true);
  EXPECT_EQ(progress, 10'000u);
}

TEST(ExtractDump, DecodesZstdAcrossParts) {
  const std::string whole = Payload("whole", 6000);
  const std::string packed = Zstd(whole);
  ASSERT_GT(packed.size(), 3000u);
  ManifestDump entry = Entry("z", 0, whole);
  entry.codec = Codec::kZstd;
  entry.stored = packed.size();
  entry.parts = {{3000}, {packed.size() - 3000}};
  NoteWriter notes;
  notes.Dump("z", packed.substr(0, 3000)).Dump("z", packed.substr(3000));
  notes.Fragment(Fragment({entry}));
  const auto reader = Open(notes);
  const DeviceDump dump = ReadDeviceDumps(*reader).dumps[0];
  const Extracted extracted = Extract(*reader, dump);
  ASSERT_TRUE(extracted.result) << extracted.result.error().ToString();
  EXPECT_EQ(extracted.bytes, whole);
  EXPECT_EQ(extracted.result->hash_matches, true);
}

ManifestDump ZstdEntry(const std::string& packed, uint64_t length) {
  ManifestDump entry = Entry("z", 0, packed);
  entry.codec = Codec::kZstd;
  entry.length = length;
  return entry;
}

TEST(ExtractDump, StopsABombAtTheLengthOfTheManifest) {
  const std::string packed = Zstd(std::string(4'000'000, '\0'));
  ASSERT_LT(packed.size(), 4000u);
  NoteWriter notes;
  notes.Dump("z", packed).Fragment(Fragment({ZstdEntry(packed, 1000)}));
  const auto reader = Open(notes);
  const Extracted extracted = Extract(*reader, ReadDeviceDumps(*reader).dumps[0]);
  ASSERT_FALSE(extracted.result);
  EXPECT_EQ(extracted.result.error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(extracted.bytes.size(), 1000u);
}

TEST(ExtractDump, SaysWhenTheDataGivesLessThanTheManifestSays) {
  const std::string packed = Zstd("four");
  NoteWriter notes;
  notes.Dump("z", packed).Fragment(Fragment({ZstdEntry(packed, 5)}));
  const auto reader = Open(notes);
  const Extracted extracted = Extract(*reader, ReadDeviceDumps(*reader).dumps[0]);
  ASSERT_FALSE(extracted.result);
  EXPECT_EQ(extracted.result.error().message(),
            "the payload holds 4 of the 5 bytes that the manifest says");
  EXPECT_EQ(extracted.bytes, "four");
}

TEST(ExtractDump, FailsOnDataThatIsNotZstd) {
  NoteWriter notes;
  notes.Dump("z", "not zstd at all").Fragment(Fragment({ZstdEntry("not zstd at all", 100)}));
  const auto reader = Open(notes);
  const Extracted extracted = Extract(*reader, ReadDeviceDumps(*reader).dumps[0]);
  ASSERT_FALSE(extracted.result);
  EXPECT_EQ(extracted.result.error().code(), ErrorCode::kCorrupt);
}

TEST(ExtractDump, SaysWhenTheHashDoesNotMatch) {
  ManifestDump entry = Entry("a", 0, "expected");
  NoteWriter notes;
  notes.Dump("a", "Expected").Fragment(Fragment({entry}));
  const auto reader = Open(notes);
  const Extracted extracted = Extract(*reader, ReadDeviceDumps(*reader).dumps[0]);
  ASSERT_TRUE(extracted.result);
  EXPECT_EQ(extracted.result->hash_matches, false);
  EXPECT_EQ(extracted.bytes, "Expected");
}

TEST(ExtractDump, RefusesACodecItDoesNotKnowButGivesTheStoredBytes) {
  NoteWriter notes;
  notes.Dump("a", "x").Fragment(Fragment({Entry("a", 0, "x")}));
  const auto reader = Open(notes);
  DeviceDump dump = ReadDeviceDumps(*reader).dumps[0];
  dump.manifest->codec = Codec::kUnknown;
  const Extracted extracted = Extract(*reader, dump);
  ASSERT_FALSE(extracted.result);
  EXPECT_EQ(extracted.result.error().code(), ErrorCode::kUnsupported);
  EXPECT_TRUE(Extract(*reader, dump, PayloadForm::kStored).result);
}

TEST(ExtractDump, WritesWhatIsThereOfATruncatedPayload) {
  const std::string payload = Payload("cut", 20'000);
  Bytes bytes = ElfFile().Notes(NoteWriter().Dump("cut", payload).bytes()).Build();
  bytes.resize(4096 + 64 + 12'345);
  auto reader = testing::OpenBytes(std::move(bytes));
  ASSERT_TRUE(reader);
  const DeviceDumpTable table = ReadDeviceDumps(**reader);
  ASSERT_EQ(table.dumps.size(), 1u);
  EXPECT_TRUE(table.dumps[0].truncated());
  EXPECT_EQ(table.dumps[0].notes[0].available, 12'345u);
  EXPECT_THAT(testing::Texts(table.diagnostics),
              ElementsAre(HasSubstr("(cut): the file holds 12345 of 20416 bytes")));
  const Extracted extracted = Extract(**reader, table.dumps[0]);
  ASSERT_FALSE(extracted.result);
  EXPECT_EQ(extracted.result.error().code(), ErrorCode::kTruncated);
  EXPECT_EQ(extracted.bytes, payload.substr(0, 12'345));
}

}  // namespace
}  // namespace vmcoredd
