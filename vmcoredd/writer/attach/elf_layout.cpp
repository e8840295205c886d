// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/elf_layout.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/writer/attach/note_block.h"

namespace vmcoredd::attach {

namespace {

// makedumpfile: "incomplete", in e_flags (elf_info.c and DUMP_ELF_INCOMPLETE).
constexpr uint32_t kElfIncomplete = 0x1;
// QEMU writes two section headers, makedumpfile one.
constexpr uint64_t kMaxSections = 65536;
constexpr uint64_t kTableWindow = 1024;  // entries patched at a time

// Where the fields that change stand in the structures of one ELF class.
struct ElfFields {
  uint64_t width;  // of each of them
  uint64_t e_phoff, e_shoff;
  uint64_t p_offset, p_filesz, p_memsz;
  uint64_t sh_offset, sh_size, sh_type, shdr_size;
};
constexpr ElfFields kFields64 = {
    8,
    offsetof(Elf64_Ehdr, e_phoff),
    offsetof(Elf64_Ehdr, e_shoff),
    offsetof(Elf64_Phdr, p_offset),
    offsetof(Elf64_Phdr, p_filesz),
    offsetof(Elf64_Phdr, p_memsz),
    offsetof(Elf64_Shdr, sh_offset),
    offsetof(Elf64_Shdr, sh_size),
    offsetof(Elf64_Shdr, sh_type),
    sizeof(Elf64_Shdr),
};
constexpr ElfFields kFields32 = {
    4,
    offsetof(Elf32_Ehdr, e_phoff),
    offsetof(Elf32_Ehdr, e_shoff),
    offsetof(Elf32_Phdr, p_offset),
    offsetof(Elf32_Phdr, p_filesz),
    offsetof(Elf32_Phdr, p_memsz),
    offsetof(Elf32_Shdr, sh_offset),
    offsetof(Elf32_Shdr, sh_size),
    offsetof(Elf32_Shdr, sh_type),
    sizeof(Elf32_Shdr),
};
const ElfFields& FieldsOf(const ElfHeader& header) { return header.is_64 ? kFields64 : kFields32; }

uint64_t Load(std::span<const std::byte> at, uint64_t offset, const ElfHeader& header) {
  return header.is_64 ? LoadInt<uint64_t>(&at[offset], header.order)
                      : LoadInt<uint32_t>(&at[offset], header.order);
}
void Store(std::span<std::byte> at, uint64_t offset, uint64_t value, const ElfHeader& header) {
  if (header.is_64) {
    StoreInt(&at[offset], value, header.order);
  } else {
    StoreInt(&at[offset], static_cast<uint32_t>(value), header.order);
  }
}

uint64_t SectionCount(const ElfHeader& header) { return header.shoff == 0 ? 0 : header.shnum; }

// Calls `visit` with each entry of a table, windowed, and gives `sink`, if there is
// one, what became of the entries.
using EntryVisitor = std::function<Result<void>(uint64_t index, std::span<std::byte> entry)>;
Result<void> WalkTable(ByteSource& source,
                       uint64_t offset,
                       uint64_t count,
                       uint64_t entry_size,
                       const char* what,
                       const EntryVisitor& visit,
                       const HeaderSink& sink = nullptr) {
  std::vector<std::byte> window, before;
  for (uint64_t first = 0; first < count; first += kTableWindow) {
    window.resize(std::min(kTableWindow, count - first) * entry_size);
    VMCOREDD_TRY(ReadExactAt(source, offset + first * entry_size, window, what));
    before = window;
    for (uint64_t i = 0; i < window.size() / entry_size; ++i) {
      VMCOREDD_TRY(visit(first + i, std::span(window).subspan(i * entry_size, entry_size)));
    }
    if (sink) VMCOREDD_TRY(sink(offset + first * entry_size, before, window));
  }
  return {};
}

tl::unexpected<Error> NotLast(const char* what, uint64_t offset) {
  return FailAt(ErrorCode::kRefused, offset,
                std::string(what) +
                    " lies between the notes and the first PT_LOAD: there is no place for notes "
                    "that crash would see");
}

// Nothing of the file's own may be where the notes will grow: behind the start of
// the PT_NOTE and before the memory.
Result<void> CheckBehindNotes(ByteRange range, const ElfLayout& layout, const char* what) {
  if (range.size == 0 || range.offset >= layout.first_load) return {};
  const auto end = range.End();
  if (end && *end <= layout.note.offset) return {};
  return NotLast(what, range.offset);
}

bool Overlap(ByteRange a, ByteRange b) {
  return a.size != 0 && b.size != 0 && a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}

// Fields that lie over each other could not all be changed, and changed back. Called
// when the tables are known to be in the file.
Result<void> CheckHeadersApart(const ElfHeader& header) {
  const ByteRange ehdr{0, header.ehdr_size()};
  const ByteRange phdrs{header.phoff, header.phnum * header.phentsize};
  const ByteRange shdrs{header.shoff, SectionCount(header) * header.shentsize};
  if (!Overlap(ehdr, phdrs) && !Overlap(ehdr, shdrs) && !Overlap(phdrs, shdrs)) return {};
  return Fail(ErrorCode::kRefused, "the headers of the ELF file overlap");
}

Result<void> CheckSections(ByteSource& source,
                           const ElfHeader& header,
                           const ElfLayout& layout,
                           uint64_t size) {
  const uint64_t count = SectionCount(header);
  if (count == 0) return {};
  const ElfFields& fields = FieldsOf(header);
  if (count > kMaxSections || header.shentsize != fields.shdr_size) {
    return Fail(ErrorCode::kRefused, "a section header table of " + std::to_string(count) +
                                         " entries of " + std::to_string(header.shentsize) +
                                         " bytes");
  }
  const ByteRange table{header.shoff, count * header.shentsize};
  if (!table.End() || *table.End() > size) {
    return FailAt(ErrorCode::kRefused, header.shoff,
                  "the vmcore is truncated: its section headers are not in the file");
  }
  VMCOREDD_TRY(CheckBehindNotes(table, layout, "the section header table"));
  return WalkTable(source, header.shoff, count, header.shentsize, "section headers",
                   [&](uint64_t, std::span<std::byte> entry) -> Result<void> {
                     const auto type = LoadInt<uint32_t>(&entry[fields.sh_type], header.order);
                     const ByteRange content{Load(entry, fields.sh_offset, header),
                                             Load(entry, fields.sh_size, header)};
                     // A section that describes the notes themselves is no obstacle.
                     if (type == SHT_NULL || type == SHT_NOBITS || type == SHT_NOTE) return {};
                     return CheckBehindNotes(content, layout, "a section");
                   });
}

}  // namespace

Result<ElfLayout> SurveyElf(ByteSource& source, uint64_t size, const ElfHeader& header) {
  if ((header.flags & kElfIncomplete) != 0) {
    return Fail(ErrorCode::kRefused, "the vmcore is incomplete: makedumpfile ran out of space");
  }
  ElfLayout layout;
  bool has_note = false;
  layout.first_load = UINT64_MAX;
  const auto find = [&](uint64_t index, const ProgramHeader& phdr) -> Result<void> {
    if (phdr.filesz == 0) return {};
    const auto end = CheckedAdd(phdr.offset, phdr.filesz);
    if (!end || *end > size) {
      return FailAt(ErrorCode::kRefused, size,
                    "the vmcore is truncated: segment " + std::to_string(index) +
                        " passes the end of the file");
    }
    if (phdr.type == PT_LOAD) layout.first_load = std::min(layout.first_load, phdr.offset);
    if (phdr.type == PT_NOTE && (!has_note || phdr.offset > layout.note.offset)) {
      has_note = true;
      layout.note = phdr;
      layout.note_index = index;
    }
    return {};
  };
  VMCOREDD_TRY(WalkProgramHeaders(source, header, find));
  if (layout.first_load == UINT64_MAX) {
    return Fail(ErrorCode::kRefused, "an ELF file without memory (PT_LOAD) is no vmcore");
  }
  if (!has_note) return Fail(ErrorCode::kRefused, "the vmcore has no notes (PT_NOTE)");
  if (layout.note.offset + layout.note.filesz > layout.first_load) {
    return FailAt(ErrorCode::kRefused, layout.note.offset,
                  "the notes are not before the first PT_LOAD: crash would not see them");
  }
  const auto check = [&](uint64_t index, const ProgramHeader& phdr) -> Result<void> {
    if (index == layout.note_index) return {};
    return CheckBehindNotes({phdr.offset, phdr.filesz}, layout, "another segment");
  };
  VMCOREDD_TRY(WalkProgramHeaders(source, header, check));
  VMCOREDD_TRY(CheckBehindNotes({0, header.ehdr_size()}, layout, "the ELF header"));
  VMCOREDD_TRY(CheckBehindNotes({header.phoff, header.phnum * header.phentsize}, layout,
                                "the program header table"));
  VMCOREDD_TRY(CheckSections(source, header, layout, size));
  VMCOREDD_TRY(CheckHeadersApart(header));
  return layout;
}

Result<void> ShiftElfHeaders(ByteSource& old,
                             const ElfHeader& header,
                             const ElfShift& shift,
                             const NoteSizes& note,
                             const HeaderSink& sink) {
  const ElfFields& fields = FieldsOf(header);
  const uint64_t largest = header.is_64 ? UINT64_MAX : UINT32_MAX;
  const bool is_forward = shift.shift <= kMaxNoteBytes;
  const auto move = [&](std::span<std::byte> entry, uint64_t field) -> Result<void> {
    const uint64_t offset = Load(entry, field, header);
    const uint64_t moved = shift.Apply(offset);
    if (is_forward && (moved < offset || moved > largest)) {
      return Fail(ErrorCode::kRefused, "the headers hold the offset " + std::to_string(offset) +
                                           ", which cannot move by " + std::to_string(shift.shift));
    }
    Store(entry, field, moved, header);
    return {};
  };
  std::array<std::byte, sizeof(Elf64_Ehdr)> buffer, before;
  const auto ehdr = std::span(buffer).first(header.ehdr_size());
  VMCOREDD_TRY(ReadExactAt(old, 0, ehdr, "ELF header"));
  before = buffer;
  VMCOREDD_TRY(move(ehdr, fields.e_phoff));
  VMCOREDD_TRY(move(ehdr, fields.e_shoff));
  VMCOREDD_TRY(sink(0, std::span(before).first(ehdr.size()), ehdr));

  const auto patch_phdr = [&](uint64_t index, std::span<std::byte> entry) -> Result<void> {
    VMCOREDD_TRY(move(entry, fields.p_offset));
    if (index == note.index) {
      Store(entry, fields.p_filesz, note.filesz, header);
      Store(entry, fields.p_memsz, note.memsz, header);
    }
    return {};
  };
  VMCOREDD_TRY(WalkTable(old, header.phoff, header.phnum, header.phentsize, "program headers",
                         patch_phdr, sink));
  const auto patch_shdr = [&](uint64_t, std::span<std::byte> entry) {
    return move(entry, fields.sh_offset);
  };
  return WalkTable(old, header.shoff, SectionCount(header), header.shentsize, "section headers",
                   patch_shdr, sink);
}

}  // namespace vmcoredd::attach
