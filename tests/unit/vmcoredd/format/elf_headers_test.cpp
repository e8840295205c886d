// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/elf_headers.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "vmcoredd/base/endian.h"

namespace vmcoredd {
namespace {

using Bytes = std::vector<std::byte>;

// A core file's headers, field by field, so that libelf is not needed to write
// what libelf reads.
struct CoreFile {
  bool is_64 = true;
  std::endian order = std::endian::little;
  uint16_t type = ET_CORE;
  uint16_t phnum = 2;
  uint64_t phoff = 64;
  uint64_t shoff = 0;
  uint16_t ehsize = 64;
  uint32_t sh_info = 0;

  Bytes Build() const {
    Bytes bytes(2048);
    const unsigned char ident[] = {0x7f,
                                   'E',
                                   'L',
                                   'F',
                                   static_cast<unsigned char>(is_64 ? 2 : 1),
                                   static_cast<unsigned char>(order == std::endian::little ? 1 : 2),
                                   1};
    for (size_t i = 0; i < sizeof ident; ++i) bytes[i] = static_cast<std::byte>(ident[i]);
    size_t at = 16;
    Put<uint16_t>(bytes, at, type);
    Put<uint16_t>(bytes, at, EM_S390);
    Put<uint32_t>(bytes, at, 1);
    Word(bytes, at, 0);  // e_entry
    Word(bytes, at, phoff);
    Word(bytes, at, shoff);
    Put<uint32_t>(bytes, at, 1);  // e_flags
    Put<uint16_t>(bytes, at, ehsize);
    Put<uint16_t>(bytes, at, is_64 ? 56 : 32);
    Put<uint16_t>(bytes, at, phnum);
    Put<uint16_t>(bytes, at, is_64 ? 64 : 40);
    Put<uint16_t>(bytes, at, shoff == 0 ? 0 : 1);
    for (uint64_t i = 0; i < 2; ++i) {
      size_t to = phoff + i * (is_64 ? 56 : 32);
      Put<uint32_t>(bytes, to, i == 0 ? PT_NOTE : PT_LOAD);
      if (is_64) Put<uint32_t>(bytes, to, 0);
      Word(bytes, to, 0x1000 + i);  // p_offset
      Word(bytes, to, 0);           // p_vaddr
      Word(bytes, to, 0x2000 + i);  // p_paddr
      Word(bytes, to, 0x3000 + i);  // p_filesz
      Word(bytes, to, 0x4000 + i);  // p_memsz
    }
    if (shoff != 0) {
      size_t to = shoff + (is_64 ? 44 : 28);
      Put<uint32_t>(bytes, to, sh_info);
    }
    return bytes;
  }

 private:
  template <typename T>
  void Put(Bytes& bytes, size_t& at, T value) const {
    StoreInt(bytes.data() + at, value, order);
    at += sizeof value;
  }
  void Word(Bytes& bytes, size_t& at, uint64_t value) const {
    if (is_64) {
      Put<uint64_t>(bytes, at, value);
    } else {
      Put<uint32_t>(bytes, at, static_cast<uint32_t>(value));
    }
  }
};

Result<ElfHeader> Read(const Bytes& bytes) {
  MemorySource source(bytes);
  return ReadElfHeader(source);
}

TEST(ReadElfHeader, ReadsBothClassesAndByteOrders) {
  for (const bool is_64 : {true, false}) {
    for (const std::endian order : {std::endian::little, std::endian::big}) {
      SCOPED_TRACE(is_64 * 2 + (order == std::endian::big));
      CoreFile file;
      file.is_64 = is_64;
      file.order = order;
      file.ehsize = 8;  // QEMU 7.2
      file.phoff = 192;
      const Bytes bytes = file.Build();
      const auto header = Read(bytes);
      ASSERT_TRUE(header) << header.error().ToString();
      EXPECT_EQ(header->is_64, is_64);
      EXPECT_EQ(header->order, order);
      EXPECT_EQ(header->flags, 1u);
      EXPECT_EQ(header->phnum, 2u);
      EXPECT_EQ(ElfMachineName(header->machine, is_64, order), is_64 ? "s390x" : "s390");

      MemorySource source(bytes);
      std::vector<ProgramHeader> headers;
      ASSERT_TRUE(WalkProgramHeaders(source, *header,
                                     [&](uint64_t, const ProgramHeader& phdr) -> Result<void> {
                                       headers.push_back(phdr);
                                       return {};
                                     }));
      ASSERT_EQ(headers.size(), 2u);
      EXPECT_EQ(headers[0].type, uint32_t{PT_NOTE});
      EXPECT_EQ(headers[1].type, uint32_t{PT_LOAD});
      EXPECT_EQ(headers[1].offset, 0x1001u);
      EXPECT_EQ(headers[1].paddr, 0x2001u);
      EXPECT_EQ(headers[1].filesz, 0x3001u);
      EXPECT_EQ(headers[1].memsz, 0x4001u);
    }
  }
}

TEST(ReadElfHeader, FindsTheRealCountBehindPnXnum) {
  for (const bool is_64 : {true, false}) {
    CoreFile file;
    file.is_64 = is_64;
    file.phnum = PN_XNUM;
    file.shoff = 1000;
    file.sh_info = 70000;
    const auto header = Read(file.Build());
    ASSERT_TRUE(header) << header.error().ToString();
    EXPECT_EQ(header->phnum, 70000u);
  }
}

TEST(ReadElfHeader, RefusesTooManyProgramHeaders) {
  CoreFile file;
  file.phnum = PN_XNUM;
  file.shoff = 1000;
  file.sh_info = 0xffffffff;
  const auto header = Read(file.Build());
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error().code(), ErrorCode::kLimitExceeded);
}

TEST(ReadElfHeader, TellsForeignFromUnsupportedFromBroken) {
  const auto foreign = Read(Bytes(100));
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code(), ErrorCode::kNotRecognised);
  CoreFile executable;
  executable.type = ET_EXEC;
  const auto unsupported = Read(executable.Build());
  ASSERT_FALSE(unsupported);
  EXPECT_EQ(unsupported.error().code(), ErrorCode::kUnsupported);
  Bytes bytes = CoreFile().Build();
  bytes[EI_CLASS] = std::byte{3};
  const auto corrupt = Read(bytes);
  ASSERT_FALSE(corrupt);
  EXPECT_EQ(corrupt.error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(corrupt.error().offset(), uint64_t{EI_CLASS});
}

TEST(WalkProgramHeaders, StopsWhereTheFileEnds) {
  CoreFile file;
  file.phnum = 3000;
  const Bytes bytes = file.Build();
  const auto header = Read(bytes);
  ASSERT_TRUE(header);
  MemorySource source(bytes);
  const auto walked = WalkProgramHeaders(
      source, *header, [](uint64_t, const ProgramHeader&) -> Result<void> { return {}; });
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().code(), ErrorCode::kTruncated);
  EXPECT_EQ(walked.error().offset(), bytes.size());
}

}  // namespace
}  // namespace vmcoredd
