// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/vmcore_input.h"

#include <array>
#include <utility>
#include <vector>

#include "readers/vmcore/decompress.h"

namespace vmcoredd {

namespace {

std::optional<Error> BytesBehindMarker(const FlattenedSource& flattened, const ByteSource& file) {
  const auto marker = flattened.state().end_marker;
  const auto size = file.Size();
  if (!marker || !size || *size <= *marker + kFlattenedRecordHeaderBytes) return std::nullopt;
  const uint64_t end = *marker + kFlattenedRecordHeaderBytes;
  return Error(ErrorCode::kCorrupt,
               std::to_string(*size - end) + " bytes follow the flattened file's end marker")
      .At(end);
}

}  // namespace

Result<std::unique_ptr<VmcoreInput>> VmcoreInput::Open(std::unique_ptr<ByteSource> file,
                                                       const OpenOptions& options) {
  std::array<std::byte, kCompressionMagicBytes> head;
  const size_t got = VMCOREDD_TRY(file->ReadAt(0, head));
  if (DetectCompression(std::span(head).first(got))) {
    return Open(std::make_unique<SourceInputStream>(std::move(file)), options);
  }
  std::unique_ptr<VmcoreInput> input(new VmcoreInput);
  input->file_ = std::move(file);
  VMCOREDD_TRY(input->Unflatten(options));
  return input;
}

Result<std::unique_ptr<VmcoreInput>> VmcoreInput::Open(std::unique_ptr<InputStream> stream,
                                                       const OpenOptions& options) {
  if (options.progress) {
    stream = std::make_unique<ReportingInputStream>(std::move(stream), options.progress);
  }
  DecompressedStream decompressed = VMCOREDD_TRY(Decompress(std::move(stream)));
  std::unique_ptr<VmcoreInput> input(new VmcoreInput);
  if (decompressed.compression) input->compression_ = CompressionName(*decompressed.compression);
  auto spool = VMCOREDD_TRY(SpooledSource::Create(std::move(decompressed.stream),
                                                  options.spool_folder, options.max_spool));
  input->spool_ = spool.get();
  input->file_ = std::move(spool);
  // A stream that is damaged from its first byte on has nothing to show but that.
  std::array<std::byte, 1> first;
  if (VMCOREDD_TRY(input->file_->ReadAt(0, first)) == 0 && input->spool_->damage()) {
    return tl::unexpected(*input->spool_->damage());
  }
  VMCOREDD_TRY(input->Unflatten(options));
  return input;
}

Result<void> VmcoreInput::Unflatten(const OpenOptions& options) {
  if (!VMCOREDD_TRY(IsFlattened(*file_))) return {};
  flattened_ = VMCOREDD_TRY(FlattenedSource::Open(*file_, options.leading_records_only
                                                              ? FlattenedSource::Extent::kLeading
                                                              : FlattenedSource::Extent::kAll));
  const FlattenedSource::State& state = flattened_->state();
  leading_only_ = options.leading_records_only && !state.end_marker && !state.damage;
  return {};
}

std::vector<FlattenedRecord> VmcoreInput::LeadingRecords() {
  std::vector<FlattenedRecord> records;
  uint64_t at = kFlattenedHeaderBytes;
  while (flattened_ && records.size() < kLeadingRecords) {
    FlattenedRecordHeader header;
    if (!ReadExactAt(*file_, at, header, "flattened record")) break;
    const auto record = DecodeFlattenedRecord(header, at);
    if (!record || !*record) break;
    records.push_back(**record);
    at = (*record)->data_offset() + (*record)->size;  // below 2^63, it was checked
  }
  return records;
}

std::optional<Error> VmcoreInput::stream_damage() const {
  return spool_ != nullptr ? spool_->damage() : std::nullopt;
}

void VmcoreInput::Describe(VmcoreInfo& info) const {
  info.compression = compression_;
  if (auto damage = stream_damage()) info.diagnostics.push_back({*damage});
  if (!flattened_) {
    if (file_->Size()) info.complete = true;
    return;
  }
  if (flattened_->state().damage) {
    info.complete = false;
    info.diagnostics.push_back({*flattened_->state().damage});
  } else if (flattened_->state().end_marker) {
    info.complete = true;
    if (auto behind = BytesBehindMarker(*flattened_, *file_)) {
      info.diagnostics.push_back({*behind});
    }
  }
}

Result<void> VmcoreInput::ReadToEnd(uint64_t keep_until, const ProgressCallback& progress) {
  if (spool_ == nullptr) return {};
  // Opening a flattened file has read, and kept, everything up to its end marker.
  return spool_->ReadToEnd(flattened_ ? 0 : keep_until, progress);
}

Result<void> VmcoreInput::Verify(const VmcoreReader::ReportCallback& report) const {
  if (leading_only_) {
    return Fail(ErrorCode::kInvalidArgument,
                "opened for the leading records of a flattened file only");
  }
  if (auto damage = stream_damage()) report({*damage});
  if (!flattened_) return {};
  if (flattened_->state().damage) report({*flattened_->state().damage});
  if (auto behind = BytesBehindMarker(*flattened_, *file_)) report({*behind});
  return {};
}

std::optional<Error> MissingBytes(uint64_t size, uint64_t end, std::string_view what) {
  if (end <= size) return std::nullopt;
  return Error(ErrorCode::kTruncated,
               std::to_string(end - size) +
                   " bytes are missing: the file ends here, but the end of " + std::string(what) +
                   " is at offset " + std::to_string(end))
      .At(size);
}

void CheckPromisedEnd(VmcoreInfo& info,
                      std::optional<uint64_t> size,
                      uint64_t end,
                      std::string_view what) {
  if (!size) return;
  auto missing = MissingBytes(*size, end, what);
  if (!missing) return;
  info.complete = false;
  info.diagnostics.push_back({*std::move(missing)});
}

}  // namespace vmcoredd
