// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/elf_plan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "vmcoredd/base/zero_blocks.h"
#include "vmcoredd/writer/note_space.h"

namespace vmcoredd::attach {

namespace {

// The gap is padding to a page. More than the largest page is something else,
// and too much for a manifest.
constexpr uint64_t kMaxGapBytes = 64 * 1024;
constexpr uint64_t kDefaultPageSize = 4096;
constexpr uint64_t kGapWindow = 64 * 1024;

Result<void> CheckElf32Fits(const ElfHeader& header, uint64_t new_size) {
  if (header.is_64 || new_size <= UINT32_MAX) return {};
  return Fail(ErrorCode::kRefused, "the offsets of an ELF32 file end at 4 GiB, it would have " +
                                       std::to_string(new_size) + " bytes");
}

}  // namespace

Result<ElfNotes> SurveyElfNotes(ByteSource& source, uint64_t size, const ElfHeader& header) {
  ElfNotes notes;
  notes.layout = VMCOREDD_TRY(SurveyElf(source, size, header));
  const ProgramHeader& note = notes.layout.note;
  notes.old = VMCOREDD_TRY(SurveyNotes(source, {note.offset, note.filesz}, header.order));
  return notes;
}

Result<std::vector<std::byte>> ReadGap(ByteSource& source, const ElfNotes& notes) {
  const uint64_t begin = notes.kept_end();
  const uint64_t end = notes.layout.first_load;
  std::vector<std::byte> window(std::min(end - begin, kGapWindow));
  bool is_zero = true;
  for (uint64_t at = begin; at < end; at += window.size()) {
    const auto bytes = std::span(window).first(std::min<uint64_t>(window.size(), end - at));
    VMCOREDD_TRY(ReadExactAt(source, at, bytes, "bytes before the first PT_LOAD"));
    is_zero = is_zero && IsZero(bytes);
    if (!is_zero && end - begin > kMaxGapBytes) {
      return FailAt(
          ErrorCode::kRefused, begin,
          std::to_string(end - begin) + " bytes that are not notes lie before the first PT_LOAD");
    }
  }
  if (is_zero) window.clear();
  return window;
}

AttachRecord ElfAttachRecord(std::string_view kind, const ElfLayout& layout) {
  return {std::string(kind),
          {{std::string(kPhdrKey), std::to_string(layout.note_index)},
           {std::string(kFileszKey), std::to_string(layout.note.filesz)},
           {std::string(kMemszKey), std::to_string(layout.note.memsz)},
           {std::string(kFirstLoadKey), std::to_string(layout.first_load)}}};
}

Result<NoteSizes> NoteSizesIn(const AttachRecord& record) {
  NoteSizes sizes;
  sizes.index = VMCOREDD_TRY(NumberIn(record, kPhdrKey));
  sizes.filesz = VMCOREDD_TRY(NumberIn(record, kFileszKey));
  sizes.memsz = VMCOREDD_TRY(NumberIn(record, kMemszKey));
  return sizes;
}

Result<void> ElfPlan::WriteNewNotes(OutputStream& out,
                                    const ProgressCallback& progress,
                                    uint64_t done_before) const {
  VMCOREDD_TRY(WriteZeros(padding, out));
  return block.Write(out, progress, done_before + padding);
}

Result<ElfPlan> PlanElf(const ElfNotes& notes,
                        uint64_t size,
                        const ElfHeader& header,
                        const Addition& addition,
                        AttachRecord record) {
  const ElfLayout& layout = notes.layout;
  const uint64_t page_size = notes.old.page_size != 0 ? notes.old.page_size : kDefaultPageSize;
  ElfPlan plan;
  plan.block = VMCOREDD_TRY(NoteBlock::Make(addition.dumps, addition.fragment, std::move(record),
                                            page_size, header.order));
  plan.padding = AlignUp(notes.old.kept.size, 4) - notes.old.kept.size;
  const uint64_t end = notes.kept_end() + plan.new_bytes();
  const uint64_t step = std::max(page_size, kPlacement);
  plan.delta = end > layout.first_load ? AlignUp(end - layout.first_load, step) : 0;
  VMCOREDD_TRY(CheckNoteBytes(layout.first_load + plan.delta));
  VMCOREDD_TRY(CheckElf32Fits(header, size + plan.delta));
  plan.note.index = layout.note_index;
  plan.note.filesz = end - layout.note.offset;
  // Either the same as p_filesz (the kernel, makedumpfile) or meaningless.
  plan.note.memsz = layout.note.memsz == layout.note.filesz ? plan.note.filesz : layout.note.memsz;
  return plan;
}

}  // namespace vmcoredd::attach
