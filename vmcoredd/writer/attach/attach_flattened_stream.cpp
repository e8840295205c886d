// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>
#include <utility>

#include "vmcoredd/format/elf_headers.h"
#include "vmcoredd/writer/attach/containers.h"
#include "vmcoredd/writer/attach/flattened_relay.h"
#include "vmcoredd/writer/attach/note_block.h"
#include "vmcoredd/writer/attach/old_notes.h"
#include "vmcoredd/writer/note_space.h"

// Flattened kdump-compressed in a pipe: the same records as in a file, in the
// place of the end marker. Whatever keeps notes from being added must not lose the
// vmcore: it is passed on as it came.

namespace vmcoredd {

namespace {

using attach::FlattenedRelay;

// Counts, to know how much of a record is missing.
class CountingStream final : public OutputStream {
 public:
  explicit CountingStream(int fd) : out_(fd) {}
  Result<void> Write(std::span<const std::byte> bytes) override {
    VMCOREDD_TRY(out_.Write(bytes));
    written_ += bytes.size();
    return {};
  }
  uint64_t written() const { return written_; }

 private:
  FdStream out_;
  uint64_t written_ = 0;
};

// What is going to be added, decided when the end marker has come.
struct Plan {
  KdumpHeader header;
  ByteSource* kept = nullptr;
  ByteRange old_notes;
  ByteRange notes;  // in the logical file
  attach::NoteBlock block;
};

tl::unexpected<Error> WhyNoKdump(ByteSource& kept, const Error& error) {
  const auto elf = ReadElfHeader(kept);
  const bool is_elf = elf || elf.error().code() != ErrorCode::kNotRecognised;
  if (error.code() != ErrorCode::kNotRecognised || !is_elf) {
    return attach::Refuse(error, "the stream is not a flattened kdump-compressed file");
  }
  return Fail(ErrorCode::kRefused,
              "the stream is a flattened ELF, whose memory has to move for notes, and that is not "
              "known before it has passed: attach to the file that it becomes");
}

Result<Plan> MakePlan(FlattenedRelay& relay, const attach::Addition& addition) {
  ByteSource* kept = VMCOREDD_TRY(relay.Kept());
  const auto header = ReadKdumpHeader(*kept);
  if (!header) return WhyNoKdump(*kept, header.error());
  VMCOREDD_TRY(attach::CheckKdumpHeaderCanTakeNotes(*header));
  if (header->descriptors_offset() > relay.logical_end()) {
    return Fail(ErrorCode::kRefused, "the vmcore is truncated: it ends before its page bitmap");
  }
  if (*header->notes.End() > relay.kept_end()) {
    return Fail(ErrorCode::kRefused,
                "the notes are behind the headers (something is attached already): attach to the "
                "file instead");
  }
  const attach::OldNotes old =
      VMCOREDD_TRY(attach::SurveyNotes(*kept, header->notes, header->order));
  const uint64_t notes_offset = AlignUp(relay.logical_end(), attach::kPlacement);
  auto block = VMCOREDD_TRY(
      attach::NoteBlock::Make(addition.dumps, addition.fragment,
                              attach::FlattenedAttachRecord(relay.passed(), notes_offset),
                              header->block_size, header->order));
  const uint64_t total = AlignUp(old.kept.size, 4) + block.size();
  VMCOREDD_TRY(attach::CheckNoteBytes(total));
  return Plan{*header, kept, old.kept, {notes_offset, total}, std::move(block)};
}

Result<void> WriteNotes(const Plan& plan,
                        OutputStream& out,
                        CountingStream& notes,
                        const ProgressCallback& progress) {
  VMCOREDD_TRY(out.Write(EncodeFlattenedRecord(plan.notes.offset, plan.notes.size)));
  auto written =
      attach::WriteOldAndNewNotes(*plan.kept, plan.old_notes, plan.block, notes, progress);
  if (written) return {};
  // A dump could not be read: with the record filled up and no other record that
  // makes it the notes, the vmcore stays what it was.
  VMCOREDD_TRY(WriteZeros(plan.notes.size - notes.written(), notes));
  return written;
}

}  // namespace

Result<AttachResult> AttachToFlattenedStream(int in,
                                             int out,
                                             const std::vector<DumpToAttach>& dumps,
                                             const ManifestFragment& fragment,
                                             const AttachOptions& options) {
  auto relay =
      VMCOREDD_TRY(FlattenedRelay::Create(in, out, options.spool_folder, options.progress));
  VMCOREDD_TRY(relay.PassRecords());
  FdStream stream(out);
  auto plan = MakePlan(relay, {dumps, fragment, options});
  if (!plan) {
    VMCOREDD_TRY(stream.Write(FlattenedEndMarker()));
    return tl::unexpected(std::move(plan).error());
  }
  ProgressCallback progress;
  if (options.progress) {
    progress = [&](uint64_t done) { options.progress(relay.passed() + done); };
  }
  CountingStream notes(out);
  if (auto written = WriteNotes(*plan, stream, notes, progress); !written) {
    VMCOREDD_TRY(stream.Write(FlattenedEndMarker()));
    return tl::unexpected(std::move(written).error());
  }
  VMCOREDD_TRY(attach::WriteFlattenedTail(
      plan->header, attach::MovedVmcoreinfo(plan->header, plan->old_notes, plan->notes.offset),
      plan->notes, stream));
  return AttachResult{std::string(attach::kFlattenedKind), notes.written(), dumps.size(), false};
}

}  // namespace vmcoredd
