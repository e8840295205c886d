// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_ELF_LAYOUT_H_
#define VMCOREDD_WRITER_ATTACH_ELF_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/elf_headers.h"

namespace vmcoredd::attach {

// Where the notes of an ELF vmcore are and what comes behind them.
struct ElfLayout {
  uint64_t note_index = 0;  // of the last PT_NOTE in the program header table
  ProgramHeader note;       // that header
  uint64_t first_load = 0;  // p_offset of the first PT_LOAD in the file
};

// kRefused, with the reason, unless notes can grow where they are: the vmcore is
// whole, has memory, and its last PT_NOTE is the last thing before it (crash only
// sees notes before the first PT_LOAD).
Result<ElfLayout> SurveyElf(ByteSource& source, uint64_t size, const ElfHeader& header);

// Moves everything that stands at or behind `threshold` by `shift` (modulo 2^64,
// so that it can go back): what a new file's headers must say then. A table is never
// on both sides (SurveyElf).
struct ElfShift {
  uint64_t threshold = 0;
  uint64_t shift = 0;
  uint64_t Apply(uint64_t offset) const { return offset >= threshold ? offset + shift : offset; }
};

// The fields of the PT_NOTE that change.
struct NoteSizes {
  uint64_t index = 0;  // in the program header table
  uint64_t filesz = 0;
  uint64_t memsz = 0;
};

// Takes a piece of the headers: where it stands in the old file, what it was and
// what it is now.
using HeaderSink = std::function<Result<void>(
    uint64_t offset, std::span<const std::byte> before, std::span<const std::byte> after)>;

// Gives the ELF header, program headers and section headers of `old` to `sink`,
// shifted and with the new sizes. Every other field stays as it is, in the file's class
// and byte order. kRefused when an offset is too large to be shifted.
Result<void> ShiftElfHeaders(ByteSource& old,
                             const ElfHeader& header,
                             const ElfShift& shift,
                             const NoteSizes& note,
                             const HeaderSink& sink);

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_ELF_LAYOUT_H_
