// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_FRAME_DECODER_H_
#define VMCOREDD_COLLECTOR_CAPTURE_FRAME_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "vmcoredd/base/result.h"

namespace vmcoredd {

// One frame of a plugin's process (driver-plugins/abi/runner/frames.h). The
// payload is valid during OnFrame().
struct Frame {
  uint32_t type = 0;
  std::span<const std::byte> payload;

  std::string_view text() const {
    return {reinterpret_cast<const char*>(payload.data()), payload.size()};
  }
};

// What to do with the frames. An error ends the conversation with the process.
class FrameHandler {
 public:
  virtual ~FrameHandler() = default;
  virtual Result<void> OnFrame(const Frame& frame) = 0;
};

// Cuts a stream of bytes, in pieces of any size, into frames. The stream comes
// from a process that may be broken or malicious: the largest payload is bounded
// before it is stored, and memory is one payload.
class FrameDecoder {
 public:
  explicit FrameDecoder(FrameHandler& handler) : handler_(handler) {}

  // kLimitExceeded for a payload above VMCOREDD_FRAME_MAX_PAYLOAD, at its offset
  // in the stream; errors of the handler as they are. No Feed() after an error.
  Result<void> Feed(std::span<const std::byte> bytes);
  // kTruncated when the stream ended inside a frame.
  Result<void> Finish() const;

 private:
  FrameHandler& handler_;
  std::vector<std::byte> pending_;  // the frame that is not complete yet
  uint64_t offset_ = 0;             // of pending_ in the stream
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_FRAME_DECODER_H_
