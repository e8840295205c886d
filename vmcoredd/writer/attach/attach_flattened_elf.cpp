// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <string>
#include <utility>

#include "vmcoredd/writer/attach/containers.h"
#include "vmcoredd/writer/attach/elf_plan.h"
#include "vmcoredd/writer/attach/flattened_rebuild.h"

// Flattened ELF: the memory has to move, as in ELF, but only the headers of its records
// say where it is. A new file beside the old one, renamed over it (FORMAT.md, "Attach").
//
//   up to the old end marker   the old records, those with memory at another offset
//   behind                     one record: the notes from where they grow, zeros up to
//                              the memory
//                              new end marker

namespace vmcoredd::attach {

namespace {

constexpr std::string_view kEndMarkerKey = "end_marker";  // offset before the attach

// Where the new record begins: behind the notes that stay, or, when records that move
// take bytes from before that with them, at the first of these bytes.
Result<uint64_t> NewRecordStart(FlattenedSource& logical,
                                const ElfNotes& notes,
                                const ElfShift& shift) {
  uint64_t start = notes.kept_end();
  if (shift.shift == 0) return start;
  VMCOREDD_TRY(logical.WalkRecords([&](const FlattenedRecord& record) -> Result<void> {
    if (DoesRecordMove(record, shift)) start = std::min(start, record.logical_offset);
    return {};
  }));
  return start;
}

tl::unexpected<Error> ChangedSince() {
  return Fail(ErrorCode::kRefused,
              "the records are not those that attach wrote: the vmcore was written anew or changed "
              "since");
}

// The record that attach wrote, if the file ends with it and all records before it
// are where attach leaves them: none that ends in the space that it made.
Result<ByteRange> FindNewRecord(const FlattenedFile& flattened,
                                uint64_t old_marker,
                                uint64_t old_first_load,
                                uint64_t first_load) {
  std::optional<ByteRange> last;
  uint64_t first_moved = UINT64_MAX;
  const uint64_t delta = first_load - old_first_load;
  VMCOREDD_TRY(flattened.logical->WalkRecords([&](const FlattenedRecord& record) -> Result<void> {
    const uint64_t end = record.logical_offset + record.size;
    if (record.header_offset >= old_marker) {
      const bool is_it = record.header_offset == old_marker && end == first_load;
      if (!is_it) return ChangedSince();
      last = ByteRange{record.logical_offset, record.size};
    } else if (record.size != 0 && end > first_load) {
      if (record.logical_offset < delta) return ChangedSince();
      first_moved = std::min(first_moved, record.logical_offset - delta);
    } else if (record.size != 0 && end > old_first_load) {
      return ChangedSince();
    }
    return {};
  }));
  // Where fields of the headers are now depends on where the record begins.
  const bool is_in_place =
      last && last->offset <= old_first_load && (delta == 0 || last->offset <= first_moved);
  if (!is_in_place) return ChangedSince();
  return *last;
}

}  // namespace

Result<AttachResult> AttachFlattenedElf(LockedFile& file,
                                        const FlattenedFile& flattened,
                                        const ElfHeader& header,
                                        const Addition& addition) {
  FlattenedSource& logical = *flattened.logical;
  const uint64_t logical_end = flattened.logical_end();
  const ElfNotes notes = VMCOREDD_TRY(SurveyElfNotes(logical, logical_end, header));
  // What is in there stays in its records, but more than padding must not be hidden.
  VMCOREDD_TRY(ReadGap(logical, notes));
  AttachRecord record = ElfAttachRecord(kFlattenedElfKind, notes.layout);
  record.values.emplace_back(kEndMarkerKey, std::to_string(flattened.end_marker));
  const ElfPlan plan =
      VMCOREDD_TRY(PlanElf(notes, logical_end, header, addition, std::move(record)));
  const uint64_t first_load = notes.layout.first_load;
  if (logical_end > INT64_MAX - plan.delta) {
    return FailAt(ErrorCode::kRefused, logical_end,
                  "the records end where they cannot move any further");
  }

  FlattenedElfRebuild rebuild;
  rebuild.records_end = flattened.end_marker;
  rebuild.shift = {first_load, plan.delta};
  rebuild.note = plan.note;
  const uint64_t start = VMCOREDD_TRY(NewRecordStart(logical, notes, rebuild.shift));
  const uint64_t old_bytes = notes.kept_end() - start;
  rebuild.apart = {start, first_load - start};
  rebuild.new_record.emplace();
  rebuild.new_record->size = first_load + plan.delta - start;
  rebuild.new_record->bytes_to_write = old_bytes + plan.new_bytes();
  rebuild.new_record->write = [&](OutputStream& out, uint64_t done) -> Result<void> {
    VMCOREDD_TRY(CopyRange(logical, start, old_bytes, out));
    return plan.WriteNewNotes(out, addition.options.progress, done + old_bytes);
  };
  const RebuildResult rebuilt =
      VMCOREDD_TRY(RebuildFlattenedElf(file, flattened, header, rebuild, addition.options));
  return AttachResult{std::string(kFlattenedElfKind), rebuilt.bytes_written, addition.dumps.size(),
                      rebuilt.cloned};
}

Result<AttachResult> DetachFlattenedElf(LockedFile& file,
                                        const FlattenedFile& flattened,
                                        const ElfHeader& header,
                                        const AttachOptions& options) {
  FlattenedSource& logical = *flattened.logical;
  const ElfNotes notes = VMCOREDD_TRY(SurveyElfNotes(logical, flattened.logical_end(), header));
  const ElfLayout& layout = notes.layout;
  const ManifestFragment fragment =
      VMCOREDD_TRY(ReadAttachFragment(logical, notes.old, kFlattenedElfKind));
  const AttachRecord& record = *fragment.attach;
  const uint64_t old_marker = VMCOREDD_TRY(NumberIn(record, kEndMarkerKey));
  const uint64_t old_first_load = VMCOREDD_TRY(NumberIn(record, kFirstLoadKey));

  FlattenedElfRebuild rebuild;
  rebuild.note = VMCOREDD_TRY(NoteSizesIn(record));
  if (rebuild.note.index != layout.note_index || old_first_load > layout.first_load ||
      old_first_load < layout.note.offset ||
      rebuild.note.filesz > old_first_load - layout.note.offset) {
    return ChangedSince();
  }
  rebuild.records_end = old_marker;
  rebuild.shift = {layout.first_load, old_first_load - layout.first_load};  // modulo 2^64
  rebuild.apart =
      VMCOREDD_TRY(FindNewRecord(flattened, old_marker, old_first_load, layout.first_load));
  const RebuildResult rebuilt =
      VMCOREDD_TRY(RebuildFlattenedElf(file, flattened, header, rebuild, options));
  return AttachResult{std::string(kFlattenedElfKind), rebuilt.bytes_written, fragment.dumps.size(),
                      rebuilt.cloned};
}

}  // namespace vmcoredd::attach
