// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "vmcoredd/base/text.h"
#include "vmcoredd/writer/attach/containers.h"
#include "vmcoredd/writer/attach/elf_layout.h"
#include "vmcoredd/writer/attach/elf_rebuild.h"
#include "vmcoredd/writer/attach/note_block.h"
#include "vmcoredd/writer/attach/old_notes.h"
#include "vmcoredd/writer/note_space.h"

// ELF: crash only sees notes before the first PT_LOAD, so the memory has to move:
// a new file beside the old one, renamed over it (FORMAT.md, "Attach").

namespace vmcoredd::attach {

namespace {

// The attach record: what the new headers do not tell.
constexpr std::string_view kPhdrKey = "phdr";             // index of the PT_NOTE
constexpr std::string_view kFileszKey = "filesz";         // its p_filesz
constexpr std::string_view kMemszKey = "memsz";           // its p_memsz
constexpr std::string_view kKeptKey = "kept";             // bytes of notes that stayed
constexpr std::string_view kFirstLoadKey = "first_load";  // offset of the memory
constexpr std::string_view kFileSizeKey = "file_size";
constexpr std::string_view kGapKey = "gap";  // what was between; absent: zeros

// The gap is padding to a page. More than the largest page is something else,
// and too much for a manifest.
constexpr uint64_t kMaxGapBytes = 64 * 1024;
constexpr uint64_t kDefaultPageSize = 4096;
constexpr uint64_t kGapWindow = 64 * 1024;

// The bytes between the notes that stay and the memory; nothing when they are
// zeros.
Result<std::vector<std::byte>> ReadGap(ByteSource& source, uint64_t begin, uint64_t end) {
  std::vector<std::byte> window(std::min(end - begin, kGapWindow));
  bool is_zero = true;
  for (uint64_t at = begin; at < end; at += window.size()) {
    const auto bytes = std::span(window).first(std::min<uint64_t>(window.size(), end - at));
    VMCOREDD_TRY(ReadExactAt(source, at, bytes, "bytes before the first PT_LOAD"));
    is_zero = is_zero && std::all_of(bytes.begin(), bytes.end(),
                                     [](std::byte b) { return b == std::byte{0}; });
    if (!is_zero && end - begin > kMaxGapBytes) {
      return FailAt(
          ErrorCode::kRefused, begin,
          std::to_string(end - begin) + " bytes that are not notes lie before the first PT_LOAD");
    }
  }
  if (is_zero) window.clear();
  return window;
}

Result<void> CheckElf32Fits(const ElfHeader& header, uint64_t new_size) {
  if (header.is_64 || new_size <= UINT32_MAX) return {};
  return Fail(ErrorCode::kRefused, "the offsets of an ELF32 file end at 4 GiB, it would have " +
                                       std::to_string(new_size) + " bytes");
}

}  // namespace

Result<AttachResult> AttachElf(LockedFile& file,
                               const ElfHeader& header,
                               const Addition& addition) {
  FileSource& source = file.source();
  const ElfLayout layout = VMCOREDD_TRY(SurveyElf(source, file.size(), header));
  const OldNotes old =
      VMCOREDD_TRY(SurveyNotes(source, {layout.note.offset, layout.note.filesz}, header.order));
  const uint64_t page_size = old.page_size != 0 ? old.page_size : kDefaultPageSize;
  const uint64_t head = layout.note.offset + old.kept.size;
  const auto gap = VMCOREDD_TRY(ReadGap(source, head, layout.first_load));

  AttachRecord record{std::string(kElfKind),
                      {{std::string(kPhdrKey), std::to_string(layout.note_index)},
                       {std::string(kFileszKey), std::to_string(layout.note.filesz)},
                       {std::string(kMemszKey), std::to_string(layout.note.memsz)},
                       {std::string(kKeptKey), std::to_string(old.kept.size)},
                       {std::string(kFirstLoadKey), std::to_string(layout.first_load)},
                       {std::string(kFileSizeKey), std::to_string(file.size())}}};
  if (!gap.empty()) record.values.emplace_back(kGapKey, ToHex(gap));
  const NoteBlock block = VMCOREDD_TRY(NoteBlock::Make(addition.dumps, addition.fragment,
                                                       std::move(record), page_size, header.order));

  const uint64_t padding = AlignUp(old.kept.size, 4) - old.kept.size;
  const uint64_t end = head + padding + block.size();
  const uint64_t step = std::max(page_size, kPlacement);
  const uint64_t delta = end > layout.first_load ? AlignUp(end - layout.first_load, step) : 0;
  VMCOREDD_TRY(CheckNoteBytes(layout.first_load + delta));
  VMCOREDD_TRY(CheckElf32Fits(header, file.size() + delta));

  ElfRebuild rebuild;
  rebuild.head = head;
  rebuild.tail_from = layout.first_load;
  rebuild.tail_to = layout.first_load + delta;
  rebuild.middle_size = padding + block.size();
  rebuild.write_middle = [&](OutputStream& out, uint64_t done) -> Result<void> {
    VMCOREDD_TRY(WriteZeros(padding, out));
    return block.Write(out, addition.options.progress, done);
  };
  rebuild.note.index = layout.note_index;
  rebuild.note.filesz = end - layout.note.offset;
  // Either the same as p_filesz (the kernel, makedumpfile) or meaningless.
  rebuild.note.memsz =
      layout.note.memsz == layout.note.filesz ? rebuild.note.filesz : layout.note.memsz;
  const RebuildResult rebuilt = VMCOREDD_TRY(RebuildElf(file, header, rebuild, addition.options));
  return AttachResult{std::string(kElfKind), rebuilt.bytes_written, addition.dumps.size(),
                      rebuilt.cloned};
}

Result<AttachResult> DetachElf(LockedFile& file,
                               const ElfHeader& header,
                               const AttachOptions& options) {
  FileSource& source = file.source();
  const ElfLayout layout = VMCOREDD_TRY(SurveyElf(source, file.size(), header));
  const OldNotes notes =
      VMCOREDD_TRY(SurveyNotes(source, {layout.note.offset, layout.note.filesz}, header.order));
  const ManifestFragment fragment = VMCOREDD_TRY(ReadAttachFragment(source, notes, kElfKind));
  const AttachRecord& record = *fragment.attach;
  const uint64_t first_load = VMCOREDD_TRY(NumberIn(record, kFirstLoadKey));
  const uint64_t old_size = VMCOREDD_TRY(NumberIn(record, kFileSizeKey));
  const uint64_t kept = VMCOREDD_TRY(NumberIn(record, kKeptKey));
  std::vector<std::byte> gap;
  const bool has_gap = std::any_of(record.values.begin(), record.values.end(),
                                   [](const auto& value) { return value.first == kGapKey; });
  if (has_gap) gap = VMCOREDD_TRY(BytesIn(record, kGapKey));

  ElfRebuild rebuild;
  rebuild.note.index = VMCOREDD_TRY(NumberIn(record, kPhdrKey));
  rebuild.note.filesz = VMCOREDD_TRY(NumberIn(record, kFileszKey));
  rebuild.note.memsz = VMCOREDD_TRY(NumberIn(record, kMemszKey));
  // Each of these holds for a file that attach wrote and nobody touched since.
  const auto head = CheckedAdd(layout.note.offset, kept);
  if (rebuild.note.index != layout.note_index || !head || *head > first_load ||
      kept > layout.note.filesz || first_load > layout.first_load || old_size > file.size() ||
      file.size() - old_size != layout.first_load - first_load ||
      rebuild.note.filesz > first_load - layout.note.offset ||
      (has_gap && gap.size() != first_load - *head)) {
    return Fail(ErrorCode::kRefused,
                "the notes are not where attach put them: the vmcore was written anew or changed "
                "since");
  }
  rebuild.head = *head;
  rebuild.tail_from = layout.first_load;
  rebuild.tail_to = first_load;
  rebuild.middle_size = first_load - *head;
  rebuild.write_middle = [&](OutputStream& out, uint64_t) { return out.Write(gap); };
  const RebuildResult rebuilt = VMCOREDD_TRY(RebuildElf(file, header, rebuild, options));
  return AttachResult{std::string(kElfKind), rebuilt.bytes_written, fragment.dumps.size(),
                      rebuilt.cloned};
}

}  // namespace vmcoredd::attach
