// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_ELF_PLAN_H_
#define VMCOREDD_WRITER_ATTACH_ELF_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "vmcoredd/writer/attach/containers.h"
#include "vmcoredd/writer/attach/elf_layout.h"
#include "vmcoredd/writer/attach/note_block.h"
#include "vmcoredd/writer/attach/old_notes.h"

// What an attach does to an ELF vmcore, whether it is a file or the content of a
// flattened one: where the notes grow, and how far the memory moves for them.

namespace vmcoredd::attach {

// The layout, and the notes in the last PT_NOTE.
struct ElfNotes {
  ElfLayout layout;
  OldNotes old;

  // Where the notes that stay end.
  uint64_t kept_end() const { return layout.note.offset + old.kept.size; }
};
Result<ElfNotes> SurveyElfNotes(ByteSource& source, uint64_t size, const ElfHeader& header);

// The bytes between the notes that stay and the memory; nothing when they are
// zeros. kRefused when they are too many to be kept.
Result<std::vector<std::byte>> ReadGap(ByteSource& source, const ElfNotes& notes);

// The attach record: what the new headers do not tell. Each container adds values of
// its own.
inline constexpr std::string_view kPhdrKey = "phdr";             // index of the PT_NOTE
inline constexpr std::string_view kFileszKey = "filesz";         // its p_filesz
inline constexpr std::string_view kMemszKey = "memsz";           // its p_memsz
inline constexpr std::string_view kFirstLoadKey = "first_load";  // offset of the memory
AttachRecord ElfAttachRecord(std::string_view kind, const ElfLayout& layout);
Result<NoteSizes> NoteSizesIn(const AttachRecord& record);

struct ElfPlan {
  NoteBlock block;
  uint64_t padding = 0;  // zeros between the old notes and the block
  uint64_t delta = 0;    // how far the memory moves
  NoteSizes note;        // of the PT_NOTE, then

  // Writes the padding and the block.
  Result<void> WriteNewNotes(OutputStream& out,
                             const ProgressCallback& progress,
                             uint64_t done_before) const;
  uint64_t new_bytes() const { return padding + block.size(); }
};
// `size` is that of the (logical) file.
Result<ElfPlan> PlanElf(const ElfNotes& notes,
                        uint64_t size,
                        const ElfHeader& header,
                        const Addition& addition,
                        AttachRecord record);

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_ELF_PLAN_H_
