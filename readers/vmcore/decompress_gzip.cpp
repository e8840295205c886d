// SPDX-License-Identifier: LGPL-2.1-or-later
#include <zlib.h>

#include "readers/vmcore/decompressors.h"

namespace vmcoredd::internal {

namespace {

constexpr int kGzipOnly = 16;  // added to the window bits: no zlib header

class GzipDecoder final : public InputStream {
 public:
  explicit GzipDecoder(std::unique_ptr<InputStream> in) : in_(std::move(in)) {}
  ~GzipDecoder() override { inflateEnd(&state_); }

  Result<void> Init() {
    if (inflateInit2(&state_, MAX_WBITS + kGzipOnly) != Z_OK) {
      return Fail(ErrorCode::kLimitExceeded, "gzip: out of memory");
    }
    return {};
  }

  Result<size_t> Read(std::span<std::byte> out) override {
    state_.next_out = reinterpret_cast<Bytef*>(out.data());
    state_.avail_out = static_cast<uInt>(std::min<size_t>(out.size(), kMaxStep));
    const size_t wanted = state_.avail_out;
    while (state_.avail_out == wanted) {
      const auto bytes = VMCOREDD_TRY(in_.Peek());
      if (bytes.empty()) {
        if (!in_member_) return 0;
        return FailDecoding(ErrorCode::kTruncated, Compression::kGzip, in_.consumed(),
                            "the data is cut off");
      }
      if (!in_member_) BeginMember();
      // zlib's interface predates const.
      state_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
      state_.avail_in = static_cast<uInt>(bytes.size());
      const int status = inflate(&state_, Z_NO_FLUSH);
      in_.Consume(bytes.size() - state_.avail_in);
      if (status == Z_STREAM_END) {
        in_member_ = false;
        ++members_;
      } else if (status != Z_OK && status != Z_BUF_ERROR && state_.avail_out == wanted) {
        // With some bytes decoded, the same error comes again at the next call.
        return DataError();
      }
    }
    return wanted - state_.avail_out;
  }

 private:
  static constexpr size_t kMaxStep = 1u << 30;

  void BeginMember() {
    inflateReset(&state_);
    member_start_ = in_.consumed();
    in_member_ = true;
  }
  tl::unexpected<Error> DataError() const {
    if (members_ > 0 && state_.total_out == 0) {
      return FailDecoding(ErrorCode::kCorrupt, Compression::kGzip, member_start_,
                          "something else follows the data");
    }
    return FailDecoding(ErrorCode::kCorrupt, Compression::kGzip, in_.consumed(),
                        state_.msg != nullptr ? state_.msg : "the data is damaged");
  }

  CompressedInput in_;
  z_stream state_{};
  bool in_member_ = false;
  uint64_t member_start_ = 0;
  uint64_t members_ = 0;
};

}  // namespace

Result<std::unique_ptr<InputStream>> MakeGzipDecoder(std::unique_ptr<InputStream> in) {
  auto decoder = std::make_unique<GzipDecoder>(std::move(in));
  VMCOREDD_TRY(decoder->Init());
  return decoder;
}

}  // namespace vmcoredd::internal
