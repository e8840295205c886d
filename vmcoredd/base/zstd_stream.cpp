// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/zstd_stream.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <string>

namespace vmcoredd {

namespace {

constexpr size_t kWindow = 64 * 1024;
// 2^23 bytes: what every zstd level up to 19 stays within. Larger windows are a
// way to make a reader allocate gigabytes.
constexpr int kMaxWindowLog = 23;

tl::unexpected<Error> ZstdFailure(size_t code) {
  const ErrorCode kind = ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge
                             ? ErrorCode::kUnsupported
                             : ErrorCode::kCorrupt;
  return Fail(kind, std::string("zstd: ") + ZSTD_getErrorName(code));
}

}  // namespace

void ZstdCompressStream::Deleter::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

ZstdCompressStream::ZstdCompressStream(OutputStream& out, int level)
    : out_(out), context_(ZSTD_createCCtx()), window_(kWindow) {
  if (context_) ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
}
ZstdCompressStream::~ZstdCompressStream() = default;

Result<void> ZstdCompressStream::Run(std::span<const std::byte> bytes, bool end) {
  if (!context_) return Fail(ErrorCode::kLimitExceeded, "zstd: out of memory");
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  size_t pending = 0;
  do {
    ZSTD_outBuffer out{window_.data(), window_.size(), 0};
    pending = ZSTD_compressStream2(context_.get(), &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(pending)) return ZstdFailure(pending);
    VMCOREDD_TRY(out_.Write(std::span(window_).first(out.pos)));
  } while (in.pos < in.size || (end && pending != 0));
  return {};
}

Result<void> ZstdCompressStream::Write(std::span<const std::byte> bytes) {
  return bytes.empty() ? Result<void>() : Run(bytes, false);
}

Result<void> ZstdCompressStream::Finish() { return Run({}, true); }

void ZstdDecompressStream::Deleter::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

ZstdDecompressStream::ZstdDecompressStream(OutputStream& out)
    : out_(out), context_(ZSTD_createDCtx()), window_(kWindow) {
  if (context_) ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
}
ZstdDecompressStream::~ZstdDecompressStream() = default;

Result<void> ZstdDecompressStream::Write(std::span<const std::byte> bytes) {
  if (!context_) return Fail(ErrorCode::kLimitExceeded, "zstd: out of memory");
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  bool output_full = false;
  while (in.pos < in.size || output_full) {
    ZSTD_outBuffer out{window_.data(), window_.size(), 0};
    const size_t hint = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(hint)) return ZstdFailure(hint);
    frame_open_ = hint != 0;
    // A full window may mean that more output waits inside the context.
    output_full = frame_open_ && out.pos == out.size;
    VMCOREDD_TRY(out_.Write(std::span(window_).first(out.pos)));
  }
  return {};
}

Result<void> ZstdDecompressStream::Finish() {
  if (frame_open_) return Fail(ErrorCode::kTruncated, "zstd: the last frame is not complete");
  return {};
}

}  // namespace vmcoredd
