// SPDX-License-Identifier: LGPL-2.1-or-later
#include <zstd.h>
#include <zstd_errors.h>

#include "readers/vmcore/decompressors.h"

namespace vmcoredd::internal {

namespace {

// Not base's ZstdDecompressStream: that one is pushed, and refuses the windows
// above 8 MiB that `zstd --ultra` and `--long` make.
class ZstdDecoder final : public InputStream {
 public:
  explicit ZstdDecoder(std::unique_ptr<InputStream> in)
      : in_(std::move(in)), context_(ZSTD_createDCtx()) {}

  Result<size_t> Read(std::span<std::byte> out) override {
    if (!context_) return Fail(ErrorCode::kLimitExceeded, "zstd: out of memory");
    while (true) {
      const auto bytes = VMCOREDD_TRY(in_.Peek());
      if (bytes.empty() && !in_frame_) return 0;
      if (!in_frame_) frame_start_ = in_.consumed();
      // Only as much as the next step takes, which is at most one block: a block
      // that fails then takes no other with it.
      ZSTD_inBuffer input{bytes.data(), std::min(bytes.size(), next_), 0};
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      const size_t hint = ZSTD_decompressStream(context_.get(), &output, &input);
      if (ZSTD_isError(hint)) return DataError(hint);
      in_.Consume(input.pos);
      in_frame_ = hint != 0;
      if (!in_frame_) ++frames_;
      next_ = in_frame_ ? hint : kFirstStep;
      if (output.pos > 0) return output.pos;
      if (bytes.empty() && in_frame_) {
        return FailDecoding(ErrorCode::kTruncated, Compression::kZstd, in_.consumed(),
                            "the data is cut off");
      }
    }
  }

 private:
  // ZSTD_FRAMEHEADERSIZE_MIN() of the default format; the macro is not public.
  static constexpr size_t kFirstStep = 5;

  tl::unexpected<Error> DataError(size_t code) const {
    const ZSTD_ErrorCode kind = ZSTD_getErrorCode(code);
    if (kind == ZSTD_error_prefix_unknown && frames_ > 0) {
      return FailDecoding(ErrorCode::kCorrupt, Compression::kZstd, frame_start_,
                          "something else follows the data");
    }
    return FailDecoding(kind == ZSTD_error_frameParameter_windowTooLarge ? ErrorCode::kUnsupported
                                                                         : ErrorCode::kCorrupt,
                        Compression::kZstd, in_.consumed(), ZSTD_getErrorName(code));
  }

  struct Deleter {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  CompressedInput in_;
  std::unique_ptr<ZSTD_DCtx, Deleter> context_;
  size_t next_ = kFirstStep;
  bool in_frame_ = false;
  uint64_t frame_start_ = 0;
  uint64_t frames_ = 0;
};

}  // namespace

Result<std::unique_ptr<InputStream>> MakeZstdDecoder(std::unique_ptr<InputStream> in) {
  return std::make_unique<ZstdDecoder>(std::move(in));
}

}  // namespace vmcoredd::internal
