// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "vmcoredd/writer/attach/containers.h"
#include "vmcoredd/writer/attach/note_block.h"
#include "vmcoredd/writer/attach/old_notes.h"

// Flattened kdump-compressed: records behind the end marker, then the old end
// marker becomes the header of the first of them (FORMAT.md, "Attach").
//
//   at the old end marker   header of the notes record      written last
//                           notes, old and new
//                           header and 32 bytes: overrides the sub header
//                           new end marker

namespace vmcoredd::attach {

namespace {

constexpr std::string_view kEndMarkerKey = "end_marker";  // offset before the attach
constexpr std::string_view kNotesKey = "notes_offset";    // in the logical file

constexpr uint64_t kOverrideRecordBytes = kFlattenedRecordHeaderBytes + kKdumpNoteFieldsBytes;

}  // namespace

AttachRecord FlattenedAttachRecord(uint64_t end_marker, uint64_t notes_offset) {
  return {std::string(kFlattenedKind),
          {{std::string(kEndMarkerKey), std::to_string(end_marker)},
           {std::string(kNotesKey), std::to_string(notes_offset)}}};
}

Result<void> WriteFlattenedTail(const KdumpHeader& header,
                                ByteRange vmcoreinfo,
                                ByteRange notes,
                                OutputStream& out) {
  VMCOREDD_TRY(out.Write(EncodeFlattenedRecord(header.sub_header_offset() + kKdumpNoteFieldsOffset,
                                               kKdumpNoteFieldsBytes)));
  VMCOREDD_TRY(out.Write(EncodeKdumpNoteFields(vmcoreinfo, notes, header.order)));
  return out.Write(FlattenedEndMarker());
}

Result<AttachResult> AttachFlattenedKdump(LockedFile& file,
                                          const FlattenedFile& flattened,
                                          const KdumpHeader& header,
                                          const Addition& addition) {
  const uint64_t logical_end = flattened.logical_end();
  VMCOREDD_TRY(CheckKdumpCanTakeNotes(*flattened.logical, logical_end, header));
  const OldNotes old = VMCOREDD_TRY(SurveyNotes(*flattened.logical, header.notes, header.order));

  const uint64_t notes_offset = AlignUp(logical_end, kPlacement);
  const NoteBlock block = VMCOREDD_TRY(NoteBlock::Make(
      addition.dumps, addition.fragment, FlattenedAttachRecord(flattened.end_marker, notes_offset),
      header.block_size, header.order));
  const uint64_t total = AlignUp(old.kept.size, 4) + block.size();
  VMCOREDD_TRY(CheckNoteBytes(total));

  AppendGuard guard(file.fd(), file.size());
  OffsetStream out(file.fd(), flattened.end_marker + kFlattenedRecordHeaderBytes);
  VMCOREDD_TRY(
      WriteOldAndNewNotes(*flattened.logical, old.kept, block, out, addition.options.progress));
  VMCOREDD_TRY(WriteFlattenedTail(header, MovedVmcoreinfo(header, old.kept, notes_offset),
                                  {notes_offset, total}, out));
  VMCOREDD_TRY(SyncData(file.fd()));

  bool put_back = false;
  auto done =
      ReplaceBytes(file.fd(), flattened.end_marker, EncodeFlattenedRecord(notes_offset, total),
                   FlattenedEndMarker(), put_back);
  if (done || !put_back) guard.Keep();
  VMCOREDD_TRY(std::move(done));

  AttachResult result;
  result.kind = kFlattenedKind;
  result.bytes_written = out.offset() - flattened.end_marker;
  result.dumps = addition.dumps.size();
  return result;
}

Result<AttachResult> DetachFlattenedKdump(LockedFile& file,
                                          const FlattenedFile& flattened,
                                          const KdumpHeader& header) {
  VMCOREDD_TRY(CheckKdumpHeaderCanTakeNotes(header));
  const OldNotes notes = VMCOREDD_TRY(SurveyNotes(*flattened.logical, header.notes, header.order));
  const ManifestFragment fragment =
      VMCOREDD_TRY(ReadAttachFragment(*flattened.logical, notes, kFlattenedKind));
  const AttachRecord& record = *fragment.attach;
  const uint64_t old_marker = VMCOREDD_TRY(NumberIn(record, kEndMarkerKey));
  const uint64_t notes_offset = VMCOREDD_TRY(NumberIn(record, kNotesKey));

  // The last two records must be those that attach wrote.
  FlattenedRecordHeader notes_record, override_record;
  const auto expected_end = CheckedAdd(
      old_marker, kFlattenedRecordHeaderBytes + header.notes.size + kOverrideRecordBytes);
  const bool is_in_place =
      header.notes.offset == notes_offset && expected_end && *expected_end == flattened.end_marker;
  if (is_in_place) {
    VMCOREDD_TRY(ReadExactAt(file.source(), old_marker, notes_record, "notes record"));
    VMCOREDD_TRY(ReadExactAt(file.source(), flattened.end_marker - kOverrideRecordBytes,
                             override_record, "sub header record"));
  }
  if (!is_in_place || notes_record != EncodeFlattenedRecord(notes_offset, header.notes.size) ||
      override_record != EncodeFlattenedRecord(header.sub_header_offset() + kKdumpNoteFieldsOffset,
                                               kKdumpNoteFieldsBytes)) {
    return Fail(ErrorCode::kRefused,
                "the last records are not those that attach wrote: the vmcore was written anew or "
                "changed since");
  }

  bool put_back = false;
  VMCOREDD_TRY(ReplaceBytes(file.fd(), old_marker, FlattenedEndMarker(), notes_record, put_back));
  const uint64_t old_size = old_marker + kFlattenedRecordHeaderBytes;
  if (::ftruncate(file.fd(), static_cast<off_t>(old_size)) != 0) {
    const int os_error = errno;
    VMCOREDD_TRY(PwriteAll(file.fd(), notes_record, old_marker));
    VMCOREDD_TRY(SyncData(file.fd()));
    return FailIo("cannot cut the records off", os_error);
  }
  if (auto synced = SyncData(file.fd()); !synced) return FailDetached(synced.error());
  AttachResult result;
  result.kind = kFlattenedKind;
  result.bytes_written = kFlattenedRecordHeaderBytes;
  result.dumps = fragment.dumps.size();
  return result;
}

}  // namespace vmcoredd::attach
