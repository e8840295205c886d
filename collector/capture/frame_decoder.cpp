// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/frame_decoder.h"

#include <algorithm>
#include <string>

#include "driver-plugins/abi/runner/frames.h"
#include "vmcoredd/base/endian.h"

namespace vmcoredd {

Result<void> FrameDecoder::Feed(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    size_t wanted = VMCOREDD_FRAME_HEADER_BYTES;
    if (pending_.size() >= VMCOREDD_FRAME_HEADER_BYTES) {
      wanted += LoadInt<uint32_t>(pending_.data() + 4, std::endian::little);
    }
    const size_t taken = std::min(wanted - pending_.size(), bytes.size());
    pending_.insert(pending_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(taken));
    bytes = bytes.subspan(taken);
    if (pending_.size() < VMCOREDD_FRAME_HEADER_BYTES) break;

    Frame frame;
    frame.type = LoadInt<uint32_t>(pending_.data(), std::endian::little);
    const auto length = LoadInt<uint32_t>(pending_.data() + 4, std::endian::little);
    if (length > VMCOREDD_FRAME_MAX_PAYLOAD) {
      return FailAt(ErrorCode::kLimitExceeded, offset_,
                    "a frame of type " + std::to_string(frame.type) + " has " +
                        std::to_string(length) + " bytes, expected at most " +
                        std::to_string(VMCOREDD_FRAME_MAX_PAYLOAD));
    }
    if (pending_.size() < VMCOREDD_FRAME_HEADER_BYTES + length) continue;
    frame.payload = std::span(pending_).subspan(VMCOREDD_FRAME_HEADER_BYTES);
    VMCOREDD_TRY(handler_.OnFrame(frame));
    offset_ += pending_.size();
    pending_.clear();
  }
  return {};
}

Result<void> FrameDecoder::Finish() const {
  if (pending_.empty()) return {};
  return FailAt(ErrorCode::kTruncated, offset_, "the output ends inside a frame");
}

}  // namespace vmcoredd
