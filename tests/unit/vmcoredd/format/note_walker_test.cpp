// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/note_walker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "vmcoredd/format/note.h"

namespace vmcoredd {
namespace {

using Bytes = std::vector<std::byte>;

void Append(Bytes& to, std::string_view text) {
  for (const char c : text) to.push_back(static_cast<std::byte>(c));
}

// A note with any owner size: what the kernel and other producers write differs.
void AppendNote(Bytes& to,
                std::string_view owner_field,
                uint32_t type,
                std::string_view descriptor,
                std::endian order = std::endian::little) {
  std::byte head[12];
  StoreInt(head, static_cast<uint32_t>(owner_field.size()), order);
  StoreInt(head + 4, static_cast<uint32_t>(descriptor.size()), order);
  StoreInt(head + 8, type, order);
  to.insert(to.end(), head, head + 12);
  Append(to, owner_field);
  to.resize(AlignUp(to.size(), 4));
  Append(to, descriptor);
  to.resize(AlignUp(to.size(), 4));
}

struct Walk {
  std::vector<Note> notes;
  Result<void> result;
};
Walk WalkAll(const Bytes& bytes, ByteRange segment, std::endian order = std::endian::little) {
  MemorySource source(bytes);
  Walk walk;
  walk.result = WalkNotes(source, segment, order, [&](const Note& note) -> Result<bool> {
    walk.notes.push_back(note);
    return true;
  });
  return walk;
}

TEST(WalkNotes, AcceptsEveryOwnerSizeThatProducersWrite) {
  for (const std::string_view owner :
       {std::string_view("LINUX"), std::string_view("LINUX\0", 6), std::string_view("LINUX\0\0", 7),
        std::string_view("LINUX\0\0\0", 8)}) {
    Bytes bytes(4);
    AppendNote(bytes, owner, 0x700, "payload");
    AppendNote(bytes, std::string_view("CORE\0", 5), 1, "x");
    const Walk walk = WalkAll(bytes, {4, bytes.size() - 4});
    ASSERT_TRUE(walk.result) << walk.result.error().ToString();
    ASSERT_EQ(walk.notes.size(), 2u);
    EXPECT_EQ(walk.notes[0].owner, "LINUX");
    EXPECT_EQ(walk.notes[0].type, 0x700u);
    EXPECT_EQ(walk.notes[0].note.offset, 4u);
    EXPECT_EQ(walk.notes[0].descriptor, (ByteRange{4 + 12 + 8, 7}));
    EXPECT_EQ(walk.notes[1].owner, "CORE");
  }
}

TEST(WalkNotes, ReadsBigEndianNotes) {
  Bytes bytes;
  AppendNote(bytes, "LINUX", 0x700, "payload", std::endian::big);
  const Walk walk = WalkAll(bytes, {0, bytes.size()}, std::endian::big);
  ASSERT_TRUE(walk.result);
  ASSERT_EQ(walk.notes.size(), 1u);
  EXPECT_EQ(walk.notes[0].descriptor.size, 7u);
}

TEST(WalkNotes, SkipsZeroFillOfAnyMultipleOfFourFromTwelveOn) {
  for (size_t fill = 12; fill <= 40; fill += 4) {
    Bytes bytes;
    AppendNote(bytes, "A", 1, "x");
    bytes.resize(bytes.size() + fill);
    AppendNote(bytes, "B", 2, "y");
    const Walk walk = WalkAll(bytes, {0, bytes.size()});
    ASSERT_TRUE(walk.result) << fill << ": " << walk.result.error().ToString();
    ASSERT_EQ(walk.notes.size(), 2u) << fill;
    EXPECT_EQ(walk.notes[1].owner, "B");
  }
}

TEST(WalkNotes, GivesUpOnEndlessZeros) {
  const Bytes bytes(kMaxNotePadding + 4096);
  const Walk walk = WalkAll(bytes, {0, bytes.size()});
  ASSERT_FALSE(walk.result);
  EXPECT_EQ(walk.result.error().code(), ErrorCode::kLimitExceeded);
}

TEST(WalkNotes, KeepsTheNotesBeforeOneThatPassesTheSegment) {
  Bytes bytes;
  AppendNote(bytes, "A", 1, "x");
  const uint64_t bad = bytes.size();
  AppendNote(bytes, "B", 2, "yyyyyyyy");
  const Walk walk = WalkAll(bytes, {0, bytes.size() - 4});
  EXPECT_EQ(walk.notes.size(), 1u);
  ASSERT_FALSE(walk.result);
  EXPECT_EQ(walk.result.error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(walk.result.error().offset(), bad);
}

TEST(WalkNotes, TellsCutOffFromCorruptAtEveryLength) {
  Bytes whole;
  AppendNote(whole, "AAAA", 1, "x");
  AppendNote(whole, "BBBB", 2, "yyyyyyyy");
  for (size_t length = 0; length < whole.size(); ++length) {
    const Bytes bytes(whole.begin(), whole.begin() + static_cast<long>(length));
    const Walk walk = WalkAll(bytes, {0, whole.size()});
    if (walk.result) {  // ended inside a descriptor: the note is still told
      ASSERT_FALSE(walk.notes.empty()) << length;
      EXPECT_GT(walk.notes.back().descriptor.offset + walk.notes.back().descriptor.size, length);
    } else {
      EXPECT_EQ(walk.result.error().code(), ErrorCode::kTruncated) << length;
      // Where the bytes end, or the next note's start when only padding is cut.
      EXPECT_EQ(walk.result.error().offset(), length > 16 && length < 20 ? 20 : length);
    }
  }
}

// Four gigabytes of descriptor in no memory at all.
class NoteOfFourGigabytes final : public ByteSource {
 public:
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override {
    Bytes head;
    AppendNote(head, std::string_view("LINUX\0\0\0", 8), 0x700, "");
    StoreInt<uint32_t>(head.data() + 4, 0xffffffec, std::endian::little);
    for (size_t i = 0; i < out.size(); ++i) {
      const uint64_t at = (offset + i) % 0x100000000u;
      out[i] = at < head.size() ? head[at] : std::byte{0x5a};
    }
    return out.size();
  }
  std::optional<uint64_t> Size() const override { return uint64_t{1} << 40; }
};

TEST(WalkNotes, WalksNotesOfFourGigabytesByTheirHeaders) {
  NoteOfFourGigabytes source;
  int count = 0;
  ASSERT_TRUE(WalkNotes(source, {0, uint64_t{10} << 32}, std::endian::little,
                        [&](const Note& note) -> Result<bool> {
                          EXPECT_EQ(note.note.offset, static_cast<uint64_t>(count) << 32);
                          EXPECT_EQ(note.note.size, uint64_t{1} << 32);
                          ++count;
                          return true;
                        }));
  EXPECT_EQ(count, 10);
}

}  // namespace
}  // namespace vmcoredd
