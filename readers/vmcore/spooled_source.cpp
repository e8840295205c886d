// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/spooled_source.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/temporary_file.h"
#include "vmcoredd/base/zero_blocks.h"

namespace vmcoredd {

namespace {

constexpr size_t kWindowBytes = 256 * 1024;

}  // namespace

SpooledSource::SpooledSource(std::unique_ptr<InputStream> stream, UniqueFd file, uint64_t max_bytes)
    : stream_(std::move(stream)),
      file_(std::move(file)),
      max_bytes_(max_bytes),
      window_(kWindowBytes) {}

Result<std::unique_ptr<SpooledSource>> SpooledSource::Create(std::unique_ptr<InputStream> stream,
                                                             const std::string& folder,
                                                             uint64_t max_bytes) {
  UniqueFd file = VMCOREDD_TRY(OpenTemporaryFile(folder));
  return std::unique_ptr<SpooledSource>(
      new SpooledSource(std::move(stream), std::move(file), max_bytes));
}

std::span<const std::byte> SpooledSource::Next() {
  auto got = stream_->Read(window_);
  if (got && *got > 0) {
    passed_ += *got;
    return std::span<const std::byte>(window_).first(*got);
  }
  if (!got) damage_ = std::move(got).error();
  stream_.reset();
  end_ = passed_;
  return {};
}

Result<void> SpooledSource::Keep(std::span<const std::byte> bytes) {
  return VisitBlockRuns(kept_, bytes, [&](uint64_t at, auto run, bool is_zero) -> Result<void> {
    if (!is_zero) {
      auto written = PwriteAll(file_.get(), run, at);
      if (!written) return FailWith(std::move(written).error(), "the temporary file");
    }
    kept_ = at + run.size();
    return {};
  });
}

Result<void> SpooledSource::KeepUntil(uint64_t end) {
  while (kept_ < end && !end_) {
    if (passed_ > kept_) {
      return FailAt(ErrorCode::kLimitExceeded, kept_,
                    "the stream goes on after " + std::to_string(max_bytes_) +
                        " bytes, the most that is kept of it (--max-spool)");
    }
    const auto bytes = Next();
    VMCOREDD_TRY(Keep(bytes.first(std::min<uint64_t>(bytes.size(), max_bytes_ - kept_))));
  }
  return {};
}

Result<void> SpooledSource::ReadToEnd(uint64_t keep_until, const ProgressCallback& progress) {
  VMCOREDD_TRY(KeepUntil(keep_until));
  while (!end_) {
    Next();
    if (progress) progress(passed_);
  }
  return {};
}

Result<size_t> SpooledSource::ReadAt(uint64_t offset, std::span<std::byte> out) {
  const uint64_t want = CheckedAdd(offset, out.size()).value_or(UINT64_MAX);
  VMCOREDD_TRY(KeepUntil(want));
  const uint64_t end = std::min(want, end_.value_or(want));
  if (offset >= end) return 0;
  if (end > kept_) {
    return FailAt(ErrorCode::kUnsupported, kept_, "this part of the stream was not kept");
  }
  out = out.first(end - offset);
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::pread(file_.get(), out.data() + done, out.size() - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailIo("cannot read the temporary file", errno);
    if (got == 0) break;  // a hole at the end
    done += static_cast<size_t>(got);
  }
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(done), out.end(), std::byte{0});
  return out.size();
}

}  // namespace vmcoredd
