// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/flattened_rebuild.h"

#include <utility>
#include <vector>

#include "vmcoredd/writer/attach/file_copy.h"

namespace vmcoredd::attach {

namespace {

// Changes fields of the ELF headers where the records have them.
class FieldWriter {
 public:
  FieldWriter(FlattenedSource& old, const FlattenedElfRebuild& rebuild, OutputFile& out)
      : old_(old), rebuild_(rebuild), out_(out) {}

  // A HeaderSink.
  Result<void> Write(uint64_t offset,
                     std::span<const std::byte> before,
                     std::span<const std::byte> after) {
    places_.resize(before.size());
    VMCOREDD_TRY(old_.Locate(offset, places_));
    for (size_t i = 0; i < places_.size(); ++i) Redirect(offset + i, places_[i]);
    size_t end = 0;
    for (size_t begin = 0; begin < before.size(); begin = end) {
      end = begin + 1;
      if (before[begin] == after[begin] || places_[begin] == kKept) continue;
      if (places_[begin] == FlattenedSource::kNowhere) {
        return FailAt(ErrorCode::kRefused, offset + begin,
                      "a field of the ELF headers that must change is in no record");
      }
      while (end < before.size() && before[end] != after[end] &&
             places_[end] == places_[begin] + (end - begin)) {
        ++end;
      }
      VMCOREDD_TRY(out_.WriteAt(places_[begin], after.subspan(begin, end - begin)));
    }
    return {};
  }

 private:
  static constexpr uint64_t kKept = FlattenedSource::kNowhere - 1;

  void Redirect(uint64_t offset, uint64_t& place) const {
    const ByteRange apart = rebuild_.apart;
    if (offset < apart.offset || offset - apart.offset >= apart.size) return;
    place = rebuild_.new_record
                ? rebuild_.records_end + kFlattenedRecordHeaderBytes + (offset - apart.offset)
                : kKept;
  }

  FlattenedSource& old_;
  const FlattenedElfRebuild& rebuild_;
  OutputFile& out_;
  std::vector<uint64_t> places_;  // where each byte of a piece stands in the file
};

Result<void> MoveRecords(FlattenedSource& old,
                         const FlattenedElfRebuild& rebuild,
                         OutputFile& out) {
  if (rebuild.shift.shift == 0) return {};
  return old.WalkRecords([&](const FlattenedRecord& record) -> Result<void> {
    if (record.header_offset >= rebuild.records_end || !DoesRecordMove(record, rebuild.shift)) {
      return {};
    }
    const uint64_t moved = record.logical_offset + rebuild.shift.shift;
    return out.WriteAt(record.header_offset, EncodeFlattenedRecord(moved, record.size));
  });
}

}  // namespace

bool DoesRecordMove(const FlattenedRecord& record, const ElfShift& shift) {
  return record.size != 0 && record.logical_offset + record.size > shift.threshold;
}

Result<RebuildResult> RebuildFlattenedElf(LockedFile& file,
                                          const FlattenedFile& flattened,
                                          const ElfHeader& header,
                                          const FlattenedElfRebuild& rebuild,
                                          const AttachOptions& options) {
  const auto& record = rebuild.new_record;
  auto out = VMCOREDD_TRY(OutputFile::Create(file.path(), OutputFile::Existing::kReplace));
  RebuildResult result;
  result.cloned = CloneRange(file.fd(), 0, 0, out.fd(), 0);
  // What was shared behind the records goes, so that what is not written is zeros.
  VMCOREDD_TRY(out.SetEnd(rebuild.records_end));
  if (!result.cloned) {
    const uint64_t added = record ? kFlattenedRecordHeaderBytes + record->bytes_to_write : 0;
    VMCOREDD_TRY(
        AskForFullCopy(file, rebuild.records_end, added + kFlattenedRecordHeaderBytes, options));
    result.bytes_written = VMCOREDD_TRY(
        CopyWithoutHoles(file.source(), 0, rebuild.records_end, out.fd(), 0, options.progress));
  }
  VMCOREDD_TRY(MoveRecords(*flattened.logical, rebuild, out));
  if (record) {
    VMCOREDD_TRY(out.Write(EncodeFlattenedRecord(rebuild.apart.offset, record->size)));
    const uint64_t record_end = out.end() + record->size;
    VMCOREDD_TRY(record->write(out, result.bytes_written + kFlattenedRecordHeaderBytes));
    if (out.end() > record_end) {
      return Fail(ErrorCode::kInvalidArgument, "the notes are larger than was planned");
    }
    VMCOREDD_TRY(out.SetEnd(record_end));
    result.bytes_written += kFlattenedRecordHeaderBytes + record->bytes_to_write;
  }
  VMCOREDD_TRY(out.Write(FlattenedEndMarker()));
  result.bytes_written += kFlattenedRecordHeaderBytes;

  FieldWriter fields(*flattened.logical, rebuild, out);
  const auto write_fields = [&](uint64_t offset, std::span<const std::byte> before,
                                std::span<const std::byte> after) {
    return fields.Write(offset, before, after);
  };
  VMCOREDD_TRY(
      ShiftElfHeaders(*flattened.logical, header, rebuild.shift, rebuild.note, write_fields));
  VMCOREDD_TRY(CopyAttributes(file.fd(), out.fd()));
  VMCOREDD_TRY(out.Commit());
  return result;
}

}  // namespace vmcoredd::attach
