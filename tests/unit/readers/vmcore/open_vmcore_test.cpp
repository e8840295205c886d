// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/open_vmcore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "readers/vmcore/device_dump_table.h"
#include "tests/unit/readers/vmcore/support.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/output_stream.h"

namespace vmcoredd {
namespace {

using testing::Bytes;
using ::testing::ElementsAre;
using testing::ElfFile;
using testing::Flatten;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::KdumpFile;
using testing::NoteWriter;
using testing::OpenBytes;
using testing::Slice;

ElfFile Elf() {
  return ElfFile()
      .Notes(NoteWriter().Dump("drv_0", testing::Payload("drv_0", 9000)).Cpu().bytes())
      .Load(30'000);
}
KdumpFile Kdump() {
  KdumpFile file;
  file.notes = NoteWriter().Dump("drv_0", testing::Payload("drv_0", 9000)).Cpu().bytes();
  return file;
}

void ExpectTheDump(VmcoreReader& reader) {
  const DeviceDumpTable table = ReadDeviceDumps(reader);
  EXPECT_THAT(testing::Texts(table.diagnostics), IsEmpty());
  ASSERT_EQ(table.dumps.size(), 1u);
  BufferStream out;
  ASSERT_TRUE(ExtractDump(reader, table.dumps[0], PayloadForm::kExact, out));
  Bytes expected = testing::ToBytes(testing::Payload("drv_0", 9000));
  expected.resize(3 * 4096 - 64);
  EXPECT_EQ(out.bytes(), expected);
}

TEST(OpenVmcore, ReadsThroughEveryCompression) {
  for (const Compression compression : {Compression::kGzip, Compression::kBzip2, Compression::kLz4,
                                        Compression::kXz, Compression::kZstd}) {
    SCOPED_TRACE(CompressionName(compression));
    for (const Bytes& content : {Elf().Build(), Kdump().Build()}) {
      auto reader = OpenBytes(testing::Compress(compression, content));
      ASSERT_TRUE(reader) << reader.error().ToString();
      EXPECT_EQ((*reader)->info().compression, CompressionName(compression));
      EXPECT_NE((*reader)->info().complete, false);
      ExpectTheDump(**reader);
      EXPECT_THAT(testing::Problems(**reader), IsEmpty());
      ExpectTheDump(**reader);
    }
    auto flat =
        OpenBytes(testing::Compress(compression, Flatten({Slice(Kdump().Build(), 0, 30'000)})));
    ASSERT_TRUE(flat) << flat.error().ToString();
    EXPECT_EQ((*flat)->info().format, VmcoreFormat::kKdumpFlattened);
    ExpectTheDump(**flat);
  }
}

TEST(OpenVmcore, ReadsWhatIsThereOfACutStream) {
  Bytes compressed = testing::Compress(Compression::kGzip, Elf().Build());
  compressed.resize(compressed.size() * 2 / 3);
  auto reader = OpenBytes(compressed);
  ASSERT_TRUE(reader) << reader.error().ToString();
  const DeviceDumpTable table = ReadDeviceDumps(**reader);
  ASSERT_EQ(table.dumps.size(), 1u);
  EXPECT_TRUE(table.dumps[0].truncated());
  // Said once, wherever it was found first.
  auto texts = testing::Texts((*reader)->info().diagnostics);
  for (const std::string& text : testing::Texts(table.diagnostics)) texts.push_back(text);
  EXPECT_EQ(std::count_if(texts.begin(), texts.end(),
                          [](const std::string& text) {
                            return text.find("gzip: the data is cut off") == 0;
                          }),
            1);
  EXPECT_THAT(testing::Problems(**reader), ::testing::Contains(HasSubstr("gzip: the data is cut")));
}

TEST(OpenVmcore, SaysWhenACompressedFileHasNothingToShow) {
  Bytes compressed = testing::Compress(Compression::kZstd, Elf().Build());
  compressed.resize(12);
  const auto reader = OpenBytes(compressed);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code(), ErrorCode::kTruncated);
  EXPECT_THAT(reader.error().message(), HasSubstr("zstd: the data is cut off"));
}

TEST(OpenVmcore, LimitsWhatIsKeptOfAStream) {
  OpenOptions options;
  options.max_spool = 8192;
  const auto reader = OpenBytes(testing::Compress(Compression::kZstd, Elf().Build()), options);
  ASSERT_TRUE(reader) << reader.error().ToString();
  const DeviceDumpTable table = ReadDeviceDumps(**reader);
  EXPECT_THAT(testing::Texts(table.diagnostics), ::testing::Contains(HasSubstr("--max-spool")));
}

TEST(OpenVmcore, TellsForeignFormatsFromOurs) {
  struct Case {
    std::string content;
    const char* text;
  };
  using namespace std::string_literals;
  for (const Case& foreign :
       {Case{"", "the file is empty"}, Case{"\xd2\xbe\xd2\xbe...."s, "VMware"},
        Case{"sadump\0\0..."s, "sadump"}, Case{"\xa8\x19\x01\x73\x61\x8f\x23\xfd.."s, "s390"},
        Case{"QFI\xfb..."s, "disk image"}, Case{"PK\3\4...."s, "archive of files"},
        Case{std::string(600, '\0'), "zeros"}, Case{"LibvirtQemudSave"s, "virsh"},
        Case{"hello\x1b"s, "\"hello\\x1b\" (68656c6c6f1b)"}}) {
    const auto reader = OpenBytes(testing::ToBytes(foreign.content));
    ASSERT_FALSE(reader) << foreign.text;
    EXPECT_EQ(reader.error().code(), ErrorCode::kNotRecognised) << foreign.text;
    EXPECT_THAT(reader.error().message(), HasSubstr(foreign.text));
  }
  std::string tar(1024, '\0');
  tar.replace(0, 4, "name");
  tar.replace(257, 5, "ustar");
  const auto packed = OpenBytes(testing::Compress(Compression::kGzip, testing::ToBytes(tar)));
  ASSERT_FALSE(packed);
  EXPECT_EQ(packed.error().message(),
            "not a vmcore or an archive: inside the gzip data, this looks like an archive of "
            "files: unpack it first");
  const auto flat = OpenBytes(Flatten({{0, testing::ToBytes("something else")}}));
  ASSERT_FALSE(flat);
  EXPECT_EQ(flat.error().code(), ErrorCode::kCorrupt);
}

// makedumpfile before 1.7.6: room for the program headers, the ELF header, the
// notes, memory, and the program headers last.
std::vector<testing::Record> ElfRecords(const Bytes& file) {
  const uint64_t table = 64 + 2 * 56;
  return {{64, Bytes(2 * 56)},
          Slice(file, 0, 64),
          {table, NoteWriter().Dump("drv_0", testing::Payload("drv_0", 9000)).Cpu().bytes()},
          Slice(file, 20'000, 20'000),
          Slice(file, 64, 2 * 56)};
}
Bytes ElfWithNotesBehindHeaders() {
  Bytes file = Elf().Build();
  const Bytes notes = NoteWriter().Dump("drv_0", testing::Payload("drv_0", 9000)).Cpu().bytes();
  StoreInt<uint64_t>(file.data() + 64 + 8, 64 + 2 * 56, std::endian::little);
  StoreInt<uint64_t>(file.data() + 64 + 56 + 8, 20'000, std::endian::little);
  StoreInt<uint64_t>(file.data() + 64 + 56 + 32, 20'000, std::endian::little);
  file.resize(64 + 2 * 56);
  testing::Append(file, notes);
  file.resize(40'000);
  return file;
}

TEST(OpenVmcore, ReadsFlattenedElfWhoseProgramHeadersComeLast) {
  const auto records = ElfRecords(ElfWithNotesBehindHeaders());
  auto reader = OpenBytes(Flatten(records));
  ASSERT_TRUE(reader) << reader.error().ToString();
  EXPECT_EQ((*reader)->info().format, VmcoreFormat::kElfFlattened);
  EXPECT_EQ((*reader)->info().complete, true);
  ExpectTheDump(**reader);
  EXPECT_THAT(testing::Problems(**reader), IsEmpty());
}

TEST(OpenVmcore, FindsTheNotesOfFlattenedFilesCutBeforeTheirLastHeaders) {
  auto elf = ElfRecords(ElfWithNotesBehindHeaders());
  elf.pop_back();
  const Bytes file = Kdump().Build();
  const uint64_t notes = 4096 + 104;
  const std::vector<testing::Record> kdump = {Slice(file, 0, 464),
                                              Slice(file, notes, Kdump().notes.size())};
  for (const Bytes& flat : {Flatten(elf, false), Flatten(kdump, false)}) {
    auto reader = OpenBytes(flat);
    ASSERT_TRUE(reader) << reader.error().ToString();
    EXPECT_EQ((*reader)->info().complete, false);
    ExpectTheDump(**reader);
    EXPECT_THAT(testing::Problems(**reader), ::testing::Contains(HasSubstr("end marker")));
    // Cut inside of the payload, too.
    Bytes cut = flat;
    cut.resize(4096 + 16 + 112 + 16 + 64 + 16 + 464 + 16 + 3000);
    auto shorter = OpenBytes(cut);
    ASSERT_TRUE(shorter) << shorter.error().ToString();
    const DeviceDumpTable table = ReadDeviceDumps(**shorter);
    ASSERT_EQ(table.dumps.size(), 1u);
    EXPECT_TRUE(table.dumps[0].truncated());
  }
}

TEST(OpenVmcore, AnswersFromTheLeadingRecords) {
  OpenOptions options;
  options.leading_records_only = true;
  auto elf = ElfRecords(ElfWithNotesBehindHeaders());
  const auto last = elf.back();
  elf.pop_back();
  for (int i = 0; i < 20; ++i) elf.push_back({50'000, Bytes(10)});
  elf.push_back(last);
  const Bytes file = Kdump().Build();
  std::vector<testing::Record> kdump = {Slice(file, 0, 464), Slice(file, 4096 + 104, 20'000),
                                        Slice(file, 4096, 104)};
  for (int i = 0; i < 20; ++i) kdump.push_back({50'000, Bytes(10)});
  for (const Bytes& flat : {Flatten(elf), Flatten(kdump)}) {
    auto reader = OpenBytes(flat, options);
    ASSERT_TRUE(reader) << reader.error().ToString();
    EXPECT_EQ((*reader)->info().complete, std::nullopt);
    EXPECT_THAT(testing::Texts((*reader)->info().diagnostics), IsEmpty());
    ExpectTheDump(**reader);
    const auto verified = (*reader)->VerifyStructure([](const Diagnostic&) {}, nullptr);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code(), ErrorCode::kInvalidArgument);
  }
}

TEST(OpenVmcore, ReportsBytesBehindTheEndMarker) {
  Bytes flat = Flatten({Slice(Kdump().Build(), 0, 30'000)});
  testing::Append(flat, "more");
  auto reader = OpenBytes(flat);
  ASSERT_TRUE(reader);
  EXPECT_THAT(testing::Texts((*reader)->info().diagnostics),
              ::testing::Contains(HasSubstr("4 bytes follow the flattened file's end marker")));
}

class Pipe {
 public:
  Pipe() {
    int fds[2];
    EXPECT_EQ(::pipe(fds), 0);
    read_ = UniqueFd(fds[0]);
    write_ = UniqueFd(fds[1]);
  }
  // Opening this opens the reading end once more.
  std::string path() const { return "/dev/fd/" + std::to_string(read_.get()); }
  int write_end() const { return write_.get(); }
  void CloseWriteEnd() { write_.reset(); }

 private:
  UniqueFd read_, write_;
};

// Nothing more comes, and the pipe stays open: an answer without waiting.
TEST(OpenVmcores, ReadsOfAPipeOnlyHeadersAndNotes) {
  for (const Bytes& file : {Elf().Build(), Kdump().Build()}) {
    Pipe pipe;
    const size_t enough = 4096 + 104 + Kdump().notes.size();
    FdStream out(pipe.write_end());
    ASSERT_TRUE(out.Write(std::span(file).first(enough)));
    auto opened = OpenVmcores({pipe.path()}, {});
    ASSERT_EQ(opened.size(), 1u);
    ASSERT_TRUE(opened[0].reader) << opened[0].reader.error().ToString();
    VmcoreReader& reader = **opened[0].reader;
    EXPECT_EQ(reader.info().complete, std::nullopt);
    ExpectTheDump(reader);
    // verify reads on to the end.
    std::thread rest([&] {
      EXPECT_TRUE(out.Write(std::span(file).subspan(enough)));
      pipe.CloseWriteEnd();
    });
    EXPECT_THAT(testing::Problems(reader), IsEmpty());
    rest.join();
    EXPECT_EQ(reader.data().Size(), file.size());
    ExpectTheDump(reader);
  }
}

TEST(OpenVmcores, ReadsFlattenedAndCompressedFromAPipe) {
  const Bytes flat = Flatten({Slice(Kdump().Build(), 0, 30'000)});
  for (const Bytes& file : {flat, testing::Compress(Compression::kGzip, flat)}) {
    Pipe pipe;
    std::thread writer([&] {
      FdStream out(pipe.write_end());
      EXPECT_TRUE(out.Write(file));
      pipe.CloseWriteEnd();
    });
    auto opened = OpenVmcores({pipe.path()}, {});
    writer.join();
    ASSERT_TRUE(opened[0].reader) << opened[0].reader.error().ToString();
    ExpectTheDump(**opened[0].reader);
  }
}

TEST(OpenVmcores, KeepsTheOrderOfFilesAndTheirErrors) {
  const auto opened = OpenVmcores({"/does/not/exist", "/", "/dev/null"}, {});
  ASSERT_EQ(opened.size(), 3u);
  EXPECT_THAT(opened[0].files, ElementsAre("/does/not/exist"));
  EXPECT_EQ(opened[0].reader.error().os_error(), ENOENT);
  EXPECT_EQ(opened[1].reader.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(opened[2].reader.error().code(), ErrorCode::kNotRecognised);
}

}  // namespace
}  // namespace vmcoredd
