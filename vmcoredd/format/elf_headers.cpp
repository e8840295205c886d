// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/elf_headers.h"

#include <elf.h>
#include <libelf.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>

// libelf converts class and byte order of exact, bounded pieces: it never sees
// the file, so that neither a huge table nor a hostile offset can reach it.

namespace vmcoredd {

namespace {

constexpr uint64_t kProgramHeaderWindow = 1024;  // headers converted at a time

// Converts `raw` (one or more on-disk structures) to host structures.
template <typename T32, typename T64, typename Convert>
Result<std::vector<T64>> Translate(std::span<std::byte> raw,
                                   Elf_Type type,
                                   const ElfHeader& header,
                                   uint64_t count,
                                   const Convert& widen) {
  if (elf_version(EV_CURRENT) == EV_NONE) {
    return Fail(ErrorCode::kUnsupported, "libelf does not know this ELF version");
  }
  std::vector<T64> wide(count);
  std::vector<T32> narrow(header.is_64 ? 0 : count);
  Elf_Data from{};
  from.d_buf = raw.data();
  from.d_size = raw.size();
  from.d_type = type;
  from.d_version = EV_CURRENT;
  Elf_Data to = from;
  to.d_buf = header.is_64 ? static_cast<void*>(wide.data()) : static_cast<void*>(narrow.data());
  to.d_size = header.is_64 ? count * sizeof(T64) : count * sizeof(T32);
  const unsigned encoding = header.order == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  const Elf_Data* done =
      header.is_64 ? elf64_xlatetom(&to, &from, encoding) : elf32_xlatetom(&to, &from, encoding);
  if (done == nullptr) {
    return Fail(ErrorCode::kCorrupt, std::string("libelf: ") + elf_errmsg(-1));
  }
  if (!header.is_64) std::transform(narrow.begin(), narrow.end(), wide.begin(), widen);
  return wide;
}

// Member by member, for the fields that the two classes share by name.
Elf64_Ehdr WidenEhdr(const Elf32_Ehdr& from) {
  Elf64_Ehdr to{};
  to.e_type = from.e_type;
  to.e_machine = from.e_machine;
  to.e_flags = from.e_flags;
  to.e_phoff = from.e_phoff;
  to.e_phnum = from.e_phnum;
  to.e_phentsize = from.e_phentsize;
  to.e_shoff = from.e_shoff;
  to.e_shnum = from.e_shnum;
  to.e_shentsize = from.e_shentsize;
  return to;
}
Elf64_Phdr WidenPhdr(const Elf32_Phdr& from) {
  Elf64_Phdr to{};
  to.p_type = from.p_type;
  to.p_offset = from.p_offset;
  to.p_filesz = from.p_filesz;
  to.p_memsz = from.p_memsz;
  to.p_paddr = from.p_paddr;
  to.p_align = from.p_align;
  return to;
}
Elf64_Shdr WidenShdr(const Elf32_Shdr& from) {
  Elf64_Shdr to{};
  to.sh_size = from.sh_size;
  to.sh_info = from.sh_info;
  return to;
}

Result<void> CheckIdent(std::span<const std::byte> ident, ElfHeader& header) {
  if (ident.size() < SELFMAG || std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0) {
    return Fail(ErrorCode::kNotRecognised, "not an ELF file");
  }
  if (ident.size() < EI_NIDENT) {
    return FailAt(ErrorCode::kTruncated, ident.size(), "the ELF identification is cut off");
  }
  const auto elf_class = std::to_integer<int>(ident[EI_CLASS]);
  const auto data = std::to_integer<int>(ident[EI_DATA]);
  if (elf_class != ELFCLASS32 && elf_class != ELFCLASS64) {
    return FailAt(ErrorCode::kCorrupt, EI_CLASS,
                  "ELF class: expected 1 or 2, found " + std::to_string(elf_class));
  }
  if (data != ELFDATA2LSB && data != ELFDATA2MSB) {
    return FailAt(ErrorCode::kCorrupt, EI_DATA,
                  "ELF byte order: expected 1 or 2, found " + std::to_string(data));
  }
  header.is_64 = elf_class == ELFCLASS64;
  header.order = data == ELFDATA2LSB ? std::endian::little : std::endian::big;
  return {};
}

// PN_XNUM: the real count is in sh_info of section header 0 (gABI; makedumpfile
// and QEMU write it for more than 65534 segments). An e_shnum of 0 with sections
// present has its count in sh_size of the same header.
Result<void> ResolveExtendedCounts(ByteSource& source, ElfHeader& header) {
  if (header.shoff == 0 || (header.phnum != PN_XNUM && header.shnum != 0)) return {};
  const uint64_t size = header.is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
  if (header.phnum != PN_XNUM && header.shentsize < size) return {};
  std::vector<std::byte> raw(size);
  auto read = ReadExactAt(source, header.shoff, raw, "section header 0");
  if (!read) {
    // Without PN_XNUM nothing that we need is in there.
    if (header.phnum != PN_XNUM) return {};
    return tl::unexpected(std::move(read).error());
  }
  const auto section =
      VMCOREDD_TRY(Translate<Elf32_Shdr, Elf64_Shdr>(raw, ELF_T_SHDR, header, 1, WidenShdr));
  if (header.phnum == PN_XNUM) header.phnum = section[0].sh_info;
  if (header.shnum == 0) header.shnum = section[0].sh_size;
  return {};
}

// Errors say where the field stands: the two classes have it at different places.
Result<void> CheckProgramHeaderTable(const ElfHeader& header) {
  if (header.phnum == 0) return {};
  const auto at = [&](uint64_t in_64, uint64_t in_32) { return header.is_64 ? in_64 : in_32; };
  const uint64_t size = header.is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
  if (header.phentsize != size) {
    return FailAt(ErrorCode::kCorrupt,
                  at(offsetof(Elf64_Ehdr, e_phentsize), offsetof(Elf32_Ehdr, e_phentsize)),
                  "e_phentsize: expected " + std::to_string(size) + ", found " +
                      std::to_string(header.phentsize));
  }
  if (header.phnum > kMaxProgramHeaders) {
    return FailAt(ErrorCode::kLimitExceeded,
                  at(offsetof(Elf64_Ehdr, e_phnum), offsetof(Elf32_Ehdr, e_phnum)),
                  "e_phnum: at most " + std::to_string(kMaxProgramHeaders) + " supported, found " +
                      std::to_string(header.phnum));
  }
  if (!CheckedAdd(header.phoff, header.phnum * size)) {
    return FailAt(ErrorCode::kCorrupt,
                  at(offsetof(Elf64_Ehdr, e_phoff), offsetof(Elf32_Ehdr, e_phoff)),
                  "e_phoff: the program header table wraps around");
  }
  return {};
}

}  // namespace

Result<ElfHeader> ReadElfHeader(ByteSource& source) {
  std::array<std::byte, sizeof(Elf64_Ehdr)> bytes;
  const size_t got = VMCOREDD_TRY(source.ReadAt(0, bytes));
  ElfHeader header;
  VMCOREDD_TRY(CheckIdent(std::span(bytes).first(got), header));
  if (got < header.ehdr_size()) {
    return FailAt(ErrorCode::kTruncated, got, "the ELF header is cut off");
  }
  const auto raw = std::span(bytes).first(header.ehdr_size());
  const auto ehdr =
      VMCOREDD_TRY(Translate<Elf32_Ehdr, Elf64_Ehdr>(raw, ELF_T_EHDR, header, 1, WidenEhdr))[0];
  header.type = ehdr.e_type;
  header.machine = ehdr.e_machine;
  header.flags = ehdr.e_flags;
  header.phoff = ehdr.e_phoff;
  header.phnum = ehdr.e_phnum;
  header.phentsize = ehdr.e_phentsize;
  header.shoff = ehdr.e_shoff;
  header.shnum = ehdr.e_shnum;
  header.shentsize = ehdr.e_shentsize;
  if (header.type != ET_CORE) {
    return FailAt(ErrorCode::kUnsupported, offsetof(Elf64_Ehdr, e_type),
                  "an ELF file, but not a core file: e_type " + std::to_string(header.type));
  }
  VMCOREDD_TRY(ResolveExtendedCounts(source, header));
  VMCOREDD_TRY(CheckProgramHeaderTable(header));
  return header;
}

Result<void> WalkProgramHeaders(ByteSource& source,
                                const ElfHeader& header,
                                const ProgramHeaderVisitor& visit) {
  const uint64_t entry = header.phentsize;
  std::vector<std::byte> raw;
  for (uint64_t first = 0; first < header.phnum; first += kProgramHeaderWindow) {
    const uint64_t count = std::min(kProgramHeaderWindow, header.phnum - first);
    raw.resize(count * entry);
    VMCOREDD_TRY(ReadExactAt(source, header.phoff + first * entry, raw, "program headers"));
    const auto headers =
        VMCOREDD_TRY(Translate<Elf32_Phdr, Elf64_Phdr>(raw, ELF_T_PHDR, header, count, WidenPhdr));
    for (uint64_t i = 0; i < count; ++i) {
      const Elf64_Phdr& phdr = headers[i];
      VMCOREDD_TRY(visit(first + i, {phdr.p_type, phdr.p_offset, phdr.p_filesz, phdr.p_memsz,
                                     phdr.p_paddr, phdr.p_align}));
    }
  }
  return {};
}

std::string ElfMachineName(uint16_t machine, bool is_64, std::endian order) {
  const bool little = order == std::endian::little;
  switch (machine) {
    case EM_386: return "i686";
    case EM_X86_64: return "x86_64";
    case EM_ARM: return little ? "armv7l" : "armv7b";
    case EM_AARCH64: return little ? "aarch64" : "aarch64_be";
    case EM_PPC: return "ppc";
    case EM_PPC64: return little ? "ppc64le" : "ppc64";
    case EM_S390: return is_64 ? "s390x" : "s390";
    case EM_RISCV: return is_64 ? "riscv64" : "riscv32";
    case EM_MIPS: return is_64 ? "mips64" : "mips";
    case EM_SPARCV9: return "sparc64";
    case EM_LOONGARCH: return is_64 ? "loongarch64" : "loongarch32";
    default: return "unknown-" + std::to_string(machine);
  }
}

}  // namespace vmcoredd
