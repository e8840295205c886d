// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <string>
#include <vector>

#include "vmcoredd/base/text.h"
#include "vmcoredd/writer/attach/containers.h"
#include "vmcoredd/writer/attach/elf_plan.h"
#include "vmcoredd/writer/attach/elf_rebuild.h"

// ELF: crash only sees notes before the first PT_LOAD, so the memory has to move:
// a new file beside the old one, renamed over it (FORMAT.md, "Attach").

namespace vmcoredd::attach {

namespace {

constexpr std::string_view kKeptKey = "kept";  // bytes of notes that stayed
constexpr std::string_view kFileSizeKey = "file_size";
constexpr std::string_view kGapKey = "gap";  // what was between; absent: zeros

}  // namespace

Result<AttachResult> AttachElf(LockedFile& file,
                               const ElfHeader& header,
                               const Addition& addition) {
  FileSource& source = file.source();
  const ElfNotes notes = VMCOREDD_TRY(SurveyElfNotes(source, file.size(), header));
  const auto gap = VMCOREDD_TRY(ReadGap(source, notes));
  AttachRecord record = ElfAttachRecord(kElfKind, notes.layout);
  record.values.emplace_back(kKeptKey, std::to_string(notes.old.kept.size));
  record.values.emplace_back(kFileSizeKey, std::to_string(file.size()));
  if (!gap.empty()) record.values.emplace_back(kGapKey, ToHex(gap));
  const ElfPlan plan =
      VMCOREDD_TRY(PlanElf(notes, file.size(), header, addition, std::move(record)));

  ElfRebuild rebuild;
  rebuild.head = notes.kept_end();
  rebuild.tail_from = notes.layout.first_load;
  rebuild.tail_to = notes.layout.first_load + plan.delta;
  rebuild.middle_size = plan.new_bytes();
  rebuild.write_middle = [&](OutputStream& out, uint64_t done) {
    return plan.WriteNewNotes(out, addition.options.progress, done);
  };
  rebuild.note = plan.note;
  const RebuildResult rebuilt = VMCOREDD_TRY(RebuildElf(file, header, rebuild, addition.options));
  return AttachResult{std::string(kElfKind), rebuilt.bytes_written, addition.dumps.size(),
                      rebuilt.cloned};
}

Result<AttachResult> DetachElf(LockedFile& file,
                               const ElfHeader& header,
                               const AttachOptions& options) {
  FileSource& source = file.source();
  const ElfNotes notes = VMCOREDD_TRY(SurveyElfNotes(source, file.size(), header));
  const ElfLayout& layout = notes.layout;
  const ManifestFragment fragment = VMCOREDD_TRY(ReadAttachFragment(source, notes.old, kElfKind));
  const AttachRecord& record = *fragment.attach;
  const uint64_t first_load = VMCOREDD_TRY(NumberIn(record, kFirstLoadKey));
  const uint64_t old_size = VMCOREDD_TRY(NumberIn(record, kFileSizeKey));
  const uint64_t kept = VMCOREDD_TRY(NumberIn(record, kKeptKey));
  std::vector<std::byte> gap;
  const bool has_gap = std::any_of(record.values.begin(), record.values.end(),
                                   [](const auto& value) { return value.first == kGapKey; });
  if (has_gap) gap = VMCOREDD_TRY(BytesIn(record, kGapKey));

  ElfRebuild rebuild;
  rebuild.note = VMCOREDD_TRY(NoteSizesIn(record));
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
