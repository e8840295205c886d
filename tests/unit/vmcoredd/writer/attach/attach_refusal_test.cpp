// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>
#include <ostream>

#include "tests/unit/vmcoredd/writer/attach/attach_support.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/flattened.h"

namespace vmcoredd {
namespace {

namespace fs = std::filesystem;
using testing::Bytes;
using ::testing::HasSubstr;

const std::string kNotes = "dump name=old_1 size=5000\nvmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096\n";
const std::string kPages = "pages exist=0-63 dumped=2-40\n";
const std::string kLoads = "load paddr=0x1000 size=20K data=random:1\n";
const std::string kKdump = "kdump\n" + kNotes + kPages;
const std::string kElf = "elf\n" + kNotes + kLoads;

struct Refusal {
  const char* name;
  std::string text;
  const char* reason;  // part of the message
  ErrorCode code = ErrorCode::kRefused;
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

const Refusal kRefusals[] = {
    {"kdump_cut_in_page_data", kKdump + "truncate end-1\n", "truncated"},
    {"kdump_cut_in_descriptors", kKdump + "truncate descriptors+24\n", "truncated"},
    {"kdump_cut_in_bitmap", kKdump + "truncate bitmap2\n", "truncated"},
    {"kdump_cut_in_notes", kKdump + "truncate notes+100\n", "truncated"},
    {"kdump_incomplete", "kdump status=9\n" + kNotes + kPages, "incomplete"},
    {"kdump_lost_page", "kdump\n" + kNotes + "pages exist=0-63 dumped=2-40 lost=39\n",
     "incomplete"},
    {"kdump_32_bit_packed", "kdump layout=32-packed\n" + kNotes + kPages, "32-bit"},
    {"kdump_32_bit_padded", "kdump layout=32-padded\n" + kNotes + kPages, "32-bit"},
    {"kdump_version_3", "kdump version=3\n" + kPages, "version 3"},
    {"kdump_damaged_notes", kKdump + "poke note0+4 u32:0x7fffffff\n", "damaged"},
    {"flattened_cut", kKdump + "flatten\ntruncate end-16\n", "end marker"},
    {"flattened_cut_in_record", kKdump + "flatten\ntruncate end-100\n", "truncated"},
    {"flattened_without_end_marker", kKdump + "flatten end=no\n", "end marker"},
    {"flattened_with_bytes_behind", kKdump + "flatten\nappend text:x\n", "1 bytes follow"},
    {"flattened_of_something_else", "bytes\nraw text:hello\nflatten\n", "holds neither"},
    {"flattened_elf_cut", kElf + "flatten chunk=4096\ntruncate end-16\n", "end marker"},
    {"flattened_elf_with_bytes_behind", kElf + "flatten\nappend text:x\n", "`truncate -s "},
    {"flattened_elf_lost_records", kElf + "truncate end-1\nflatten\n", "truncated"},
    {"flattened_elf_incomplete", "elf flags=1\n" + kNotes + kLoads + "flatten\n", "incomplete"},
    {"flattened_elf_without_memory", "elf\n" + kNotes + "flatten\n", "without memory"},
    {"flattened_elf_without_notes", "elf\n" + kLoads + "flatten\n", "no notes"},
    {"flattened_elf_damaged_notes", kElf + "poke note0+4 u32:0x7fffffff\nflatten\n", "damaged"},
    {"flattened_elf_junk_before_memory",
     "elf\n" + kNotes + "load paddr=0 size=4K offset=1M\npoke load0-9 text:junk\nflatten\n",
     "not notes"},
    {"flattened_elf_records_too_far",
     kElf + "flatten\nrecord offset=0x7ffffffffffff000 data=text:x\n", "any further"},
    {"flattened_incomplete", "kdump status=9\n" + kNotes + kPages + "flatten\n", "incomplete"},
    {"elf_cut", kElf + "truncate end-1\n", "truncated"},
    {"elf_incomplete", "elf flags=1\n" + kNotes + kLoads, "incomplete"},
    {"elf_without_memory", "elf\n" + kNotes, "without memory"},
    {"elf_without_notes", "elf\n" + kLoads, "no notes"},
    {"archive", "archive\ndump name=a size=4\nmanifest kind=pack\n", "without memory"},
    {"elf_sections_behind_notes", kElf + "poke 40 u64:0x3000\npoke 58 u16:64\npoke 60 u16:1\n",
     "section header table"},
    {"elf_damaged_notes", kElf + "poke note0+4 u32:0x7fffffff\n", "damaged"},
    {"elf_offset_too_large", kElf + "poke 40 u64:0xfffffffffffff000\n", "cannot move"},
    {"elf32_offset_too_large",
     "elf class=32 machine=i686\n" + kNotes + kLoads + "poke 32 u32:0xfffff000\n", "cannot move"},
    {"flattened_elf_offset_too_large", kElf + "poke 40 u64:0xfffffffffffff000\nflatten\n",
     "cannot move"},
    {"elf_headers_overlap", kElf + "poke 40 u64:32\npoke 58 u16:64\npoke 60 u16:1\n", "overlap"},
    {"elf_junk_before_memory",
     "elf\n" + kNotes + "load paddr=0 size=4K offset=1M\npoke load0-9 text:junk\n", "not notes"},
    {"not_a_vmcore", "bytes\nraw text:hello\n", "neither", ErrorCode::kNotRecognised},
    {"empty_file", "bytes\n", "neither", ErrorCode::kNotRecognised},
};

class AttachRefusal : public testing::AttachTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(AttachRefusal, GivesAReasonAndLeavesTheFileAlone) {
  const std::string path = Make(GetParam().text);
  const Bytes before = testing::ReadFile(path);
  const auto attached = Attach(path);
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().code(), GetParam().code) << attached.error().ToString();
  EXPECT_THAT(attached.error().ToString(), HasSubstr(GetParam().reason));
  EXPECT_TRUE(testing::ReadFile(path) == before);
  EXPECT_FALSE(fs::exists(path + ".partial"));
}

INSTANTIATE_TEST_SUITE_P(Reasons,
                         AttachRefusal,
                         ::testing::ValuesIn(kRefusals),
                         [](const auto& param_info) { return std::string(param_info.param.name); });

class AttachRefusals : public testing::AttachTest {
 protected:
  // Attach must fail like this and leave the file alone.
  void ExpectRefused(const std::string& path, ErrorCode code, const char* reason) {
    const Bytes before = testing::ReadFile(path);
    const auto attached = Attach(path);
    ASSERT_FALSE(attached);
    EXPECT_EQ(attached.error().code(), code) << attached.error().ToString();
    EXPECT_THAT(attached.error().ToString(), HasSubstr(reason));
    EXPECT_TRUE(testing::ReadFile(path) == before);
  }
  void ExpectNotDetached(const std::string& path, const char* reason) {
    const Bytes before = testing::ReadFile(path);
    const auto detached = Detach(path);
    ASSERT_FALSE(detached);
    EXPECT_EQ(detached.error().code(), ErrorCode::kRefused) << detached.error().ToString();
    EXPECT_THAT(detached.error().ToString(), HasSubstr(reason));
    EXPECT_TRUE(testing::ReadFile(path) == before);
  }
};

TEST_F(AttachRefusals, RefusesPiecesOfSplitSets) {
  Make("kdump\n" + kNotes + "pages exist=0-63 dumped=2-40\nsplit at=20\n", "set");
  ExpectRefused(folder_ + "/set.1", ErrorCode::kRefused, "split");
  ExpectRefused(folder_ + "/set.2", ErrorCode::kRefused, "split");
}

TEST_F(AttachRefusals, RefusesACutBehindManyPagesOfZeros) {
  // All pages of zeros share one place near the start. When more of them than one
  // window holds come last, the table has to be read further back.
  constexpr uint64_t kPagesWithData = 100, kZeroPages = 70000;
  const std::string path = Make("kdump\n" + kNotes + "pages exist=0-70099 dumped=0-99\n");
  const Bytes made = testing::ReadFile(path);
  const KdumpHeader header = testing::View(path).kdump;
  const uint64_t table = header.descriptors_offset();
  const uint64_t data = table + kPagesWithData * kPageDescriptorBytes;
  Bytes bytes(made.begin(), made.begin() + static_cast<ptrdiff_t>(data));
  for (uint64_t i = 0; i < kPagesWithData; ++i) {
    std::byte* offset = &bytes[table + i * kPageDescriptorBytes];
    StoreInt(offset, LoadInt<uint64_t>(offset, header.order) + kZeroPages * kPageDescriptorBytes,
             header.order);
  }
  for (uint64_t i = 0; i < kZeroPages; ++i) {
    for (uint64_t j = 0; j < kPageDescriptorBytes; ++j) bytes.push_back(bytes[table + j]);
  }
  bytes.insert(bytes.end(), made.begin() + static_cast<ptrdiff_t>(data), made.end());
  const uint64_t bitmap2 = header.bitmap_offset() + header.bitmap_size() / 2;
  for (uint64_t pfn = 0; pfn < kPagesWithData + kZeroPages; ++pfn) {
    bytes[bitmap2 + pfn / 8] |= std::byte{1} << (pfn % 8);
  }
  testing::WriteFile(path, std::span(bytes).first(bytes.size() - 1));
  ExpectRefused(path, ErrorCode::kRefused, "truncated");
  testing::WriteFile(path, bytes);
  const auto attached = Attach(path);
  EXPECT_TRUE(attached) << attached.error().ToString();
}

TEST_F(AttachRefusals, RefusesWhatIsNoFile) {
  const auto folder = Attach(folder_);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code(), ErrorCode::kRefused);
  ASSERT_EQ(::mkfifo((folder_ + "/fifo").c_str(), 0600), 0);
  const auto fifo = Attach(folder_ + "/fifo");
  ASSERT_FALSE(fifo);
  EXPECT_EQ(fifo.error().code(), ErrorCode::kRefused);
  const auto missing = Attach(folder_ + "/missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().os_error(), ENOENT);
}

TEST_F(AttachRefusals, RefusesAFileThatIsLocked) {
  const std::string path = Make(kKdump);
  UniqueFd other(::open(path.c_str(), O_RDONLY));
  ASSERT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
  ExpectRefused(path, ErrorCode::kRefused, "locked");
  ExpectNotDetached(path, "locked");
}

// Says it is large and must never be read.
class HugeSource final : public ByteSource {
 public:
  Result<size_t> ReadAt(uint64_t, std::span<std::byte>) override {
    ADD_FAILURE();
    return 0;
  }
  std::optional<uint64_t> Size() const override { return uint64_t{1} << 40; }
};

TEST_F(AttachRefusals, RefusesMoreThanMakedumpfileAndCrashCanRead) {
  const std::string kdump = Make(kKdump, "kdump");
  const std::string elf = Make(kElf, "elf");
  const std::string flat = Make(kKdump + "flatten\n", "flat");
  const std::string flat_elf = Make(kElf + "flatten\n", "flat_elf");
  set_.AddSource("huge", std::make_unique<HugeSource>());
  // Alone too large; one that is too large with the notes that are there; two.
  for (const std::vector<uint64_t>& sizes :
       {std::vector<uint64_t>{uint64_t{1} << 40}, std::vector<uint64_t>{0x7fff0000 - 64 - 4096},
        std::vector<uint64_t>{0x50000000, 0x50000000}}) {
    set_.dumps().back().parts.clear();
    for (const uint64_t size : sizes) set_.dumps().back().parts.push_back({0, size});
    for (const std::string& path : {kdump, elf, flat, flat_elf}) {
      ExpectRefused(path, ErrorCode::kRefused, "makedumpfile and crash");
    }
  }
}

TEST_F(AttachRefusals, RefusesBadDumps) {
  const std::string path = Make(kKdump);
  auto& dump = set_.dumps()[0];
  const DumpToAttach good = dump;
  dump.parts = {{0, 10002}};
  ExpectRefused(path, ErrorCode::kTruncated, "passes the end");
  dump.parts = {{UINT64_MAX, 2}};
  ExpectRefused(path, ErrorCode::kTruncated, "passes the end");
  dump.parts.clear();
  ExpectRefused(path, ErrorCode::kInvalidArgument, "no bytes");
  dump = good;
  dump.name = std::string(45, 'x');
  ExpectRefused(path, ErrorCode::kInvalidArgument, "44 bytes");
  dump.name = std::string("a\0b", 3);
  ExpectRefused(path, ErrorCode::kInvalidArgument, "NUL");
  dump = good;
  dump.manifest.codec = Codec::kUnknown;
  ExpectRefused(path, ErrorCode::kUnsupported, "codec");
  set_.dumps().clear();
  ExpectRefused(path, ErrorCode::kInvalidArgument, "no dumps");
}

TEST_F(AttachRefusals, AsksBeforeItCopiesAWholeElf) {
  for (const std::string& text : {kElf, kElf + "flatten\n"}) {
    const std::string path = Make(text);
    uint64_t asked = 0;
    options_.confirm_full_copy = [&](uint64_t bytes) {
      asked = bytes;
      return false;
    };
    const auto refused = Attach(path);
    if (refused) {
      EXPECT_TRUE(refused->cloned);  // a filesystem that shares blocks need not ask
      continue;
    }
    EXPECT_EQ(refused.error().code(), ErrorCode::kRefused);
    EXPECT_GT(asked, 20u * 1024);
    EXPECT_FALSE(fs::exists(path + ".partial"));
    // What is announced is what is written.
    uint64_t last = 0;
    options_.confirm_full_copy = [&](uint64_t bytes) { return asked = bytes, true; };
    options_.progress = [&](uint64_t done) {
      EXPECT_GE(done, last);
      last = done;
    };
    const auto attached = Attach(path);
    ASSERT_TRUE(attached) << attached.error().ToString();
    EXPECT_LE(last, asked);
    EXPECT_GE(attached->bytes_written, last);
    EXPECT_LE(attached->bytes_written, asked + 4096);  // and zeros up to the memory
  }
}

TEST_F(AttachRefusals, DetachRefusesAFileThatChangedSince) {
  for (const std::string& text :
       {kKdump, kElf, kKdump + "flatten\n", kElf + "flatten chunk=4096\n"}) {
    SCOPED_TRACE(text);
    const std::string path = Make(text);
    ASSERT_TRUE(Attach(path));
    const Bytes attached = testing::ReadFile(path);
    Bytes longer = attached;
    longer.push_back(std::byte{'x'});
    testing::WriteFile(path, longer);
    const bool is_flattened = text.find("flatten") != std::string::npos;
    ExpectNotDetached(path, is_flattened ? "bytes follow" : "changed since");
    testing::WriteFile(path, std::span(attached).first(attached.size() - 8));
    ExpectNotDetached(path, "truncated");
    testing::WriteFile(path, attached);
    EXPECT_TRUE(Detach(path));
  }
}

TEST_F(AttachRefusals, DetachRefusesAKdumpWhoseOldNotesChanged) {
  const std::string path = Make(kKdump);
  ASSERT_TRUE(Attach(path));
  Bytes bytes = testing::ReadFile(path);
  bytes[4096 + 104 + 70] ^= std::byte{1};  // in the payload of old_1
  testing::WriteFile(path, bytes);
  ExpectNotDetached(path, "not what they were");
}

TEST_F(AttachRefusals, DetachRefusesAFlattenedElfWhoseRecordsChanged) {
  const std::string path = Make(kElf + "flatten chunk=4096\n");
  const uint64_t old_marker = testing::ReadFile(path).size() - 16;
  ASSERT_TRUE(Attach(path));
  const Bytes attached = testing::ReadFile(path);
  // One more record, of the bytes that are there anyway.
  Bytes more(attached.begin(), attached.end() - 16);
  for (const auto& part : {EncodeFlattenedRecord(0, 4)}) {
    more.insert(more.end(), part.begin(), part.end());
  }
  for (const char c : {'\x7f', 'E', 'L', 'F'}) more.push_back(static_cast<std::byte>(c));
  more.insert(more.end(), attached.end() - 16, attached.end());
  testing::WriteFile(path, more);
  ExpectNotDetached(path, "changed since");
  // The new record in two.
  const auto logical = testing::View(path).logical;
  const uint64_t offset = LoadInt<uint64_t>(&attached[old_marker], std::endian::big);
  const uint64_t size = LoadInt<uint64_t>(&attached[old_marker + 8], std::endian::big);
  const Bytes content(attached.begin() + static_cast<ptrdiff_t>(old_marker) + 16,
                      attached.end() - 16);
  ASSERT_EQ(content.size(), size);
  Bytes two(attached.begin(), attached.begin() + static_cast<ptrdiff_t>(old_marker));
  for (const uint64_t begin : {uint64_t{0}, uint64_t{100}}) {
    const uint64_t end = begin == 0 ? 100 : size;
    const auto header = EncodeFlattenedRecord(offset + begin, end - begin);
    two.insert(two.end(), header.begin(), header.end());
    two.insert(two.end(), content.begin() + static_cast<ptrdiff_t>(begin),
               content.begin() + static_cast<ptrdiff_t>(end));
  }
  two.insert(two.end(), attached.end() - 16, attached.end());
  testing::WriteFile(path, two);
  EXPECT_EQ(testing::View(path).logical, logical);
  ExpectNotDetached(path, "changed since");
  testing::WriteFile(path, attached);
  EXPECT_TRUE(Detach(path));
}

TEST_F(AttachRefusals, DetachRefusesAConvertedFile) {
  const std::string flat = Make(kKdump + "flatten\n");
  ASSERT_TRUE(Attach(flat));
  testing::WriteFile(folder_ + "/kdump", testing::View(flat).logical);
  ExpectNotDetached(folder_ + "/kdump", "another format");
  const std::string flat_elf = Make(kElf + "flatten\n");
  ASSERT_TRUE(Attach(flat_elf));
  testing::WriteFile(folder_ + "/elf", testing::View(flat_elf).logical);
  ExpectNotDetached(folder_ + "/elf", "another format");
}

}  // namespace
}  // namespace vmcoredd
