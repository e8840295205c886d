// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_DECOMPRESSORS_H_
#define READERS_VMCORE_DECOMPRESSORS_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "readers/vmcore/decompress.h"

// Private to decompress.cpp: one decoder a library.

namespace vmcoredd::internal {

// Compressed input through a fixed window, and how far it was used.
class CompressedInput {
 public:
  explicit CompressedInput(std::unique_ptr<InputStream> in) : in_(std::move(in)), window_(kBytes) {}

  // The bytes that wait to be decoded: reads more when there are none. Empty
  // only at the end of the input.
  Result<std::span<const std::byte>> Peek() {
    if (position_ == filled_ && !ended_) {
      position_ = 0;
      filled_ = VMCOREDD_TRY(in_->Read(window_));
      ended_ = filled_ == 0;
    }
    return std::span<const std::byte>(window_).subspan(position_, filled_ - position_);
  }
  void Consume(size_t bytes) {
    position_ += bytes;
    consumed_ += bytes;
  }
  uint64_t consumed() const { return consumed_; }

 private:
  static constexpr size_t kBytes = 128 * 1024;
  std::unique_ptr<InputStream> in_;
  std::vector<std::byte> window_;
  size_t position_ = 0;
  size_t filled_ = 0;
  uint64_t consumed_ = 0;
  bool ended_ = false;
};

// These errors carry no offset: readers' offsets are in the decompressed file.
inline tl::unexpected<Error> FailDecoding(ErrorCode code,
                                          Compression compression,
                                          uint64_t at,
                                          std::string_view what) {
  return Fail(code, std::string(CompressionName(compression)) + ": " + std::string(what) +
                        " at byte " + std::to_string(at) + " of the compressed file");
}

Result<std::unique_ptr<InputStream>> MakeGzipDecoder(std::unique_ptr<InputStream> in);
Result<std::unique_ptr<InputStream>> MakeZstdDecoder(std::unique_ptr<InputStream> in);
// bzip2, lz4 and xz.
Result<std::unique_ptr<InputStream>> MakeLibarchiveDecoder(Compression compression,
                                                           std::unique_ptr<InputStream> in);

}  // namespace vmcoredd::internal

#endif  // READERS_VMCORE_DECOMPRESSORS_H_
