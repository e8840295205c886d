// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/kdump_header.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "vmcoredd/base/endian.h"

namespace vmcoredd {
namespace {

using Bytes = std::vector<std::byte>;
constexpr uint64_t kBlock = 4096;

// Where the fields are, by hand from makedumpfile's diskdump_mod.h.
struct Offsets {
  size_t block_size, sub_hdr_size, bitmap_blocks, max_mapnr, nr_cpus, release;
  size_t word;  // bytes of a long
  size_t split, offset_vmcoreinfo, size_vmcoreinfo, offset_note, size_note;
  size_t start_pfn_64, end_pfn_64, max_mapnr_64;
};
constexpr Offsets k64 = {428, 432, 436, 440, 460, 142, 8, 12, 32, 40, 48, 56, 80, 88, 96};
constexpr Offsets k32Packed = {416, 420, 424, 428, 448, 142, 4, 8, 20, 28, 32, 40, 56, 64, 72};
constexpr Offsets k32Padded = {416, 420, 424, 428, 448, 142, 4, 8, 24, 32, 40, 48, 72, 80, 88};

class KdumpFile {
 public:
  KdumpFile(const Offsets& at, std::endian order, int32_t version)
      : at_(at), order_(order), bytes_(8 * kBlock) {
    Text(0, "KDUMP   ");
    Put<int32_t>(8, version);
    Text(at.release, "6.1.0-test");
    Put<uint32_t>(at.block_size, kBlock);
    Put<uint32_t>(at.sub_hdr_size, 2);
    Put<uint32_t>(at.bitmap_blocks, 2);
    Put<uint32_t>(at.max_mapnr, 100);
    Put<uint32_t>(at.nr_cpus, 3);
    Sub<uint64_t>(at.offset_vmcoreinfo, kBlock + 300);
    SubWord(at.size_vmcoreinfo, 40);
    Sub<uint64_t>(at.offset_note, kBlock + 104);
    SubWord(at.size_note, 500);
    Sub<uint64_t>(at.start_pfn_64, 10);
    Sub<uint64_t>(at.end_pfn_64, 27);
    Sub<uint64_t>(at.max_mapnr_64, 101);
  }
  template <typename T>
  void Put(size_t offset, T value) {
    StoreInt(bytes_.data() + offset, value, order_);
  }
  template <typename T>
  void Sub(size_t offset, T value) {
    Put<T>(kBlock + offset, value);
  }
  void SubWord(size_t offset, uint32_t value) {
    if (at_.word == 8) Sub<uint64_t>(offset, value);
    if (at_.word == 4) Sub<uint32_t>(offset, value);
  }
  void Text(size_t offset, std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) bytes_[offset + i] = static_cast<std::byte>(text[i]);
  }
  Bytes& bytes() { return bytes_; }
  Result<KdumpHeader> Read() {
    MemorySource source(bytes_);
    return ReadKdumpHeader(source);
  }

 private:
  const Offsets& at_;
  std::endian order_;
  Bytes bytes_;
};

TEST(ReadKdumpHeader, FindsLayoutAndByteOrder) {
  struct Case {
    const Offsets& at;
    KdumpLayout layout;
  };
  for (const Case& c : {Case{k64, KdumpLayout::k64}, Case{k32Packed, KdumpLayout::k32Packed},
                        Case{k32Padded, KdumpLayout::k32Padded}}) {
    for (const std::endian order : {std::endian::little, std::endian::big}) {
      SCOPED_TRACE(static_cast<int>(c.layout) * 2 + (order == std::endian::big));
      const auto header = KdumpFile(c.at, order, 6).Read();
      ASSERT_TRUE(header) << header.error().ToString();
      EXPECT_EQ(header->layout, c.layout);
      EXPECT_EQ(header->order, order);
      EXPECT_EQ(header->release, "6.1.0-test");
      EXPECT_EQ(header->nr_cpus, 3);
      EXPECT_EQ(header->vmcoreinfo, (ByteRange{kBlock + 300, 40}));
      EXPECT_EQ(header->notes, (ByteRange{kBlock + 104, 500}));
      EXPECT_EQ(header->start_pfn, 10u);
      EXPECT_EQ(header->end_pfn, 27u);
      EXPECT_EQ(header->max_mapnr, 101u);
      EXPECT_EQ(header->bitmap_offset(), 3 * kBlock);
      EXPECT_EQ(header->descriptors_offset(), 5 * kBlock);
    }
  }
}

TEST(ReadKdumpHeader, IgnoresFieldsThatTheVersionDoesNotHave) {
  const auto version5 = KdumpFile(k64, std::endian::little, 5).Read();
  ASSERT_TRUE(version5);
  EXPECT_EQ(version5->max_mapnr, 100u);
  EXPECT_TRUE(version5->has_notes());
  const auto version3 = KdumpFile(k64, std::endian::little, 3).Read();
  ASSERT_TRUE(version3);
  EXPECT_FALSE(version3->has_notes());
  EXPECT_EQ(version3->notes, ByteRange{});
  EXPECT_EQ(version3->vmcoreinfo.size, 40u);
}

TEST(ReadKdumpHeader, SaysWhatIsWrong) {
  const auto code_of = [](KdumpFile& file) {
    const auto header = file.Read();
    EXPECT_FALSE(header);
    return header ? ErrorCode::kIo : header.error().code();
  };
  KdumpFile old(k64, std::endian::little, 6);
  old.Text(0, "DISKDUMP");
  EXPECT_EQ(code_of(old), ErrorCode::kUnsupported);
  KdumpFile foreign(k64, std::endian::little, 6);
  foreign.Text(0, "KDUMB   ");
  EXPECT_EQ(code_of(foreign), ErrorCode::kNotRecognised);
  KdumpFile future(k64, std::endian::little, 7);
  EXPECT_EQ(code_of(future), ErrorCode::kUnsupported);
  KdumpFile no_page_size(k64, std::endian::little, 6);
  no_page_size.Put<uint32_t>(k64.block_size, 4095);
  EXPECT_EQ(code_of(no_page_size), ErrorCode::kCorrupt);
  KdumpFile wraps(k64, std::endian::little, 6);
  wraps.Sub<uint64_t>(k64.size_note, UINT64_MAX);
  EXPECT_EQ(code_of(wraps), ErrorCode::kCorrupt);
}

TEST(ReadKdumpHeader, FailsCleanlyAtEveryLength) {
  KdumpFile file(k64, std::endian::little, 6);
  const Bytes whole = file.bytes();
  for (size_t length = 0; length < kBlock + 104; ++length) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<long>(length));
    MemorySource source(cut);
    const auto header = ReadKdumpHeader(source);
    ASSERT_FALSE(header) << length;
    EXPECT_EQ(header.error().code(), length < 8 ? ErrorCode::kNotRecognised : ErrorCode::kTruncated)
        << length << header.error().ToString();
  }
}

TEST(CountPageDescriptors, CountsTheBitsOfTheSecondBitmapWithinThePiece) {
  KdumpFile file(k64, std::endian::little, 6);
  const size_t second = 4 * kBlock;
  for (size_t i = 0; i < kBlock; ++i) file.bytes()[second + i] = std::byte{0xff};
  auto header = file.Read();
  ASSERT_TRUE(header);
  MemorySource source(file.bytes());
  EXPECT_EQ(CountPageDescriptors(source, *header), 101u);  // up to max_mapnr
  header->split = true;                                    // [10, 27)
  EXPECT_EQ(CountPageDescriptors(source, *header), 17u);
  header->start_pfn = 16;
  header->end_pfn = 24;
  EXPECT_EQ(CountPageDescriptors(source, *header), 8u);
  header->end_pfn = 16;
  EXPECT_EQ(CountPageDescriptors(source, *header), 0u);
}

// Larger than any window, with ends inside of bytes and words.
TEST(CountPageDescriptors, CountsEachBitOfALargeBitmap) {
  KdumpFile file(k64, std::endian::little, 6);
  auto header = file.Read();
  ASSERT_TRUE(header);
  header->bitmap_blocks = 2 * 40;
  header->max_mapnr = 40 * kBlock * 8 - 3;
  file.bytes().resize(100 * kBlock);
  const size_t second = header->bitmap_offset() + 40 * kBlock;
  std::vector<bool> bits;
  uint32_t state = 1;
  for (size_t i = 0; i < 40 * kBlock; ++i) {
    state = state * 1664525u + 1013904223u;
    file.bytes()[second + i] = static_cast<std::byte>(state >> 24);
    for (int bit = 0; bit < 8; ++bit) bits.push_back((state >> (24 + bit) & 1) != 0);
  }
  MemorySource source(file.bytes());
  header->split = true;
  for (const auto& [start, end] : {std::pair<long, long>{0, 1'310'717},
                                   {3, 5},
                                   {7, 524'301},
                                   {524'288, 524'289},
                                   {524'287, 1'310'700},
                                   {65, 129}}) {
    header->start_pfn = static_cast<uint64_t>(start);
    header->end_pfn = static_cast<uint64_t>(end);
    EXPECT_EQ(CountPageDescriptors(source, *header),
              static_cast<uint64_t>(std::count(bits.begin() + start, bits.begin() + end, true)))
        << start << " " << end;
  }
}

TEST(EncodeKdumpNoteFields, WritesWhatTheReaderReads) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    KdumpFile file(k64, order, 6);
    const auto fields = EncodeKdumpNoteFields({0x5030, 7}, {0x5000, 900}, order);
    std::copy(fields.begin(), fields.end(), file.bytes().begin() + kBlock + kKdumpNoteFieldsOffset);
    const auto header = file.Read();
    ASSERT_TRUE(header);
    EXPECT_EQ(header->vmcoreinfo, (ByteRange{0x5030, 7}));
    EXPECT_EQ(header->notes, (ByteRange{0x5000, 900}));
  }
}

}  // namespace
}  // namespace vmcoredd
