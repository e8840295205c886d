// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/writer/attach/containers.h"
#include "vmcoredd/writer/attach/note_block.h"
#include "vmcoredd/writer/attach/old_notes.h"

// kdump-compressed: all notes, old and new, are written behind the end of the
// file; then one write of 32 bytes in the sub header makes them the notes. The
// old notes stay where they were, unused (FORMAT.md, "Attach").

namespace vmcoredd::attach {

namespace {

constexpr std::string_view kFieldsKey = "fields";       // the 32 bytes that were replaced
constexpr std::string_view kFileSizeKey = "file_size";  // before the attach
constexpr std::string_view kNotesKey = "notes_offset";  // where the notes are now

uint64_t FieldsOffset(const KdumpHeader& header) {
  return header.sub_header_offset() + kKdumpNoteFieldsOffset;
}

Result<KdumpNoteFields> ReadFields(LockedFile& file, const KdumpHeader& header) {
  KdumpNoteFields fields;
  VMCOREDD_TRY(ReadExactAt(file.source(), FieldsOffset(header), fields, "sub header"));
  return fields;
}

}  // namespace

Result<AttachResult> AttachKdump(LockedFile& file,
                                 const KdumpHeader& header,
                                 const Addition& addition) {
  FileSource& source = file.source();
  VMCOREDD_TRY(CheckKdumpCanTakeNotes(source, file.size(), header));
  const OldNotes old = VMCOREDD_TRY(SurveyNotes(source, header.notes, header.order));
  const KdumpNoteFields old_fields = VMCOREDD_TRY(ReadFields(file, header));

  // No page descriptor points past the end of the file, that was checked: what
  // is written behind it cannot be taken for page data.
  const uint64_t notes_offset = AlignUp(file.size(), kPlacement);
  AttachRecord record{std::string(kKdumpKind),
                      {{std::string(kFieldsKey), ToHex(old_fields)},
                       {std::string(kFileSizeKey), std::to_string(file.size())},
                       {std::string(kNotesKey), std::to_string(notes_offset)}}};
  const NoteBlock block = VMCOREDD_TRY(NoteBlock::Make(
      addition.dumps, addition.fragment, std::move(record), header.block_size, header.order));
  const uint64_t total = AlignUp(old.kept.size, 4) + block.size();
  VMCOREDD_TRY(CheckNoteBytes(total));

  AppendGuard guard(file.fd(), file.size());
  OffsetStream out(file.fd(), notes_offset);
  VMCOREDD_TRY(WriteOldAndNewNotes(source, old.kept, block, out, addition.options.progress));
  VMCOREDD_TRY(SyncData(file.fd()));

  const KdumpNoteFields new_fields = EncodeKdumpNoteFields(
      MovedVmcoreinfo(header, old.kept, notes_offset), {notes_offset, total}, header.order);
  bool put_back = false;
  auto done = ReplaceBytes(file.fd(), FieldsOffset(header), new_fields, old_fields, put_back);
  if (done || !put_back) guard.Keep();
  VMCOREDD_TRY(std::move(done));

  AttachResult result;
  result.kind = kKdumpKind;
  result.bytes_written = total + new_fields.size();
  result.dumps = addition.dumps.size();
  return result;
}

Result<AttachResult> DetachKdump(LockedFile& file, const KdumpHeader& header) {
  FileSource& source = file.source();
  VMCOREDD_TRY(CheckKdumpHeaderCanTakeNotes(header));
  const OldNotes notes = VMCOREDD_TRY(SurveyNotes(source, header.notes, header.order));
  const ManifestFragment fragment = VMCOREDD_TRY(ReadAttachFragment(source, notes, kKdumpKind));
  const AttachRecord& record = *fragment.attach;
  const auto bytes = VMCOREDD_TRY(BytesIn(record, kFieldsKey));
  const uint64_t old_size = VMCOREDD_TRY(NumberIn(record, kFileSizeKey));
  const uint64_t notes_offset = VMCOREDD_TRY(NumberIn(record, kNotesKey));

  const KdumpNoteFields fields = VMCOREDD_TRY(ReadFields(file, header));
  KdumpNoteFields old_fields;
  if (bytes.size() != old_fields.size()) {
    return Fail(ErrorCode::kCorrupt, "the attach record holds " + std::to_string(bytes.size()) +
                                         " bytes of the sub header, expected 32");
  }
  std::copy(bytes.begin(), bytes.end(), old_fields.begin());
  const ByteRange old_notes{LoadInt<uint64_t>(&old_fields[16], header.order),
                            LoadInt<uint64_t>(&old_fields[24], header.order)};
  const auto old_end = old_notes.End();
  if (header.notes.offset != notes_offset || *header.notes.End() != file.size() ||
      old_size > notes_offset || !old_end || *old_end > old_size) {
    return Fail(ErrorCode::kRefused,
                "the notes are not where attach put them: the vmcore was written anew or changed "
                "since");
  }
  // What attach copied is the old notes without the padding behind them.
  const OldNotes old = VMCOREDD_TRY(SurveyNotes(source, old_notes, header.order));
  VMCOREDD_TRY(CheckSameBytes(source, old.kept.offset, notes_offset, old.kept.size));

  bool put_back = false;
  VMCOREDD_TRY(ReplaceBytes(file.fd(), FieldsOffset(header), old_fields, fields, put_back));
  if (::ftruncate(file.fd(), static_cast<off_t>(old_size)) != 0) {
    const int os_error = errno;
    // Whole again or nothing: with the new fields the vmcore is as it was.
    VMCOREDD_TRY(PwriteAll(file.fd(), fields, FieldsOffset(header)));
    VMCOREDD_TRY(SyncData(file.fd()));
    return FailIo("cannot cut the notes off", os_error);
  }
  if (auto synced = SyncData(file.fd()); !synced) return FailDetached(synced.error());
  AttachResult result;
  result.kind = kKdumpKind;
  result.bytes_written = old_fields.size();
  result.dumps = fragment.dumps.size();
  return result;
}

}  // namespace vmcoredd::attach
