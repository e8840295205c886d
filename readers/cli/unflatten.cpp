// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/unflatten.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "vmcoredd/base/zero_blocks.h"
#include "vmcoredd/format/flattened.h"

namespace vmcoredd::cli {

namespace {

constexpr size_t kWindow = 256 * 1024;

// Fills buffers as far as the stream has bytes, and remembers why it ended.
class FlattenedInput {
 public:
  FlattenedInput(InputStream& in, const ProgressCallback& progress)
      : in_(in), progress_(progress) {}

  // The bytes that were there; fewer than asked only at the end.
  std::span<const std::byte> Read(std::span<std::byte> out) {
    size_t done = 0;
    while (done < out.size() && !ended_) {
      const auto got = in_.Read(out.subspan(done));
      if (!got) error_ = got.error();
      ended_ = !got || *got == 0;
      if (got) done += *got;
    }
    offset_ += done;
    if (progress_) progress_(offset_);
    return out.first(done);
  }
  // Why Read() gave fewer than it was asked for.
  Error WhyEnded(const char* where) const {
    if (error_) return *error_;
    return Error(ErrorCode::kTruncated, std::string("the flattened file ends ") + where)
        .At(offset_);
  }
  const std::optional<Error>& error() const { return error_; }
  uint64_t offset() const { return offset_; }

 private:
  InputStream& in_;
  const ProgressCallback& progress_;
  uint64_t offset_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;
};

// Puts bytes at any place of a file. Zeros where nothing was yet are left out,
// zeros over something are not.
class PlacedOutput {
 public:
  explicit PlacedOutput(OutputFile& file) : file_(file) {}

  Result<void> Write(uint64_t offset, std::span<const std::byte> bytes) {
    const uint64_t end = offset + bytes.size();  // DecodeFlattenedRecord checks overflow
    const uint64_t old_end = file_.end();
    if (end > old_end) VMCOREDD_TRY(file_.SetEnd(end));
    return VisitBlockRuns(offset, bytes, [&](uint64_t at, auto run, bool is_zero) -> Result<void> {
      if (is_zero) run = run.first(std::min<uint64_t>(run.size(), old_end - std::min(old_end, at)));
      return run.empty() ? Result<void>() : file_.WriteAt(at, run);
    });
  }

 private:
  OutputFile& file_;
};

}  // namespace

Result<UnflattenResult> Unflatten(InputStream& in,
                                  OutputFile& out,
                                  const ProgressCallback& progress) {
  FlattenedInput input(in, progress);
  PlacedOutput output(out);
  std::vector<std::byte> window(kWindow);
  const auto result = [&](std::optional<Error> damage) {
    return UnflattenResult{out.end(), std::move(damage)};
  };

  MemorySource header(input.Read(std::span(window).first(kFlattenedHeaderBytes)));
  if (!VMCOREDD_TRY(IsFlattened(header))) {
    if (input.error()) return tl::unexpected(*input.error());
    return Fail(ErrorCode::kNotRecognised, "not a flattened file");
  }
  for (uint64_t records = 0;; ++records) {
    FlattenedRecordHeader bytes;
    const uint64_t header_offset = input.offset();
    if (input.Read(bytes).size() < bytes.size()) {
      return result(input.WhyEnded("without its end marker"));
    }
    const auto record = DecodeFlattenedRecord(bytes, header_offset);
    if (!record) return result(record.error());
    if (!*record) break;
    if (records == FlattenedLimits{}.records) {
      return FailAt(ErrorCode::kLimitExceeded, header_offset,
                    "flattened file: more than " + std::to_string(records) + " records");
    }
    uint64_t done = 0;
    while (done < (*record)->size) {
      const size_t want = std::min<uint64_t>((*record)->size - done, window.size());
      const auto piece = input.Read(std::span(window).first(want));
      VMCOREDD_TRY(output.Write((*record)->logical_offset + done, piece));
      if (piece.size() < want) return result(input.WhyEnded("inside a record"));
      done += want;
    }
  }
  // Only the end of a compressed stream tells whether it was intact.
  if (!input.Read(std::span(window).first(1)).empty()) {
    return result(Error(ErrorCode::kCorrupt, "bytes follow the end marker").At(input.offset() - 1));
  }
  return result(input.error());
}

}  // namespace vmcoredd::cli
