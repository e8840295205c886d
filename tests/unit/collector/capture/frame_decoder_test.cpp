// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/frame_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "driver-plugins/abi/runner/frames.h"

namespace vmcoredd {
namespace {

std::string MakeFrame(uint32_t type, const std::string& payload) {
  unsigned char header[VMCOREDD_FRAME_HEADER_BYTES];
  vmcoredd_frame_put_u32(header, type);
  vmcoredd_frame_put_u32(header + 4, static_cast<uint32_t>(payload.size()));
  return std::string(reinterpret_cast<char*>(header), sizeof header) + payload;
}

class Recorder final : public FrameHandler {
 public:
  Result<void> OnFrame(const Frame& frame) override {
    frames.emplace_back(frame.type, frame.text());
    if (frame.type == 99) return Fail(ErrorCode::kCorrupt, "no");
    return {};
  }
  std::vector<std::pair<uint32_t, std::string>> frames;
};

using Frames = std::vector<std::pair<uint32_t, std::string>>;

TEST(FrameDecoder, GivesTheSameFramesHoweverTheStreamIsCut) {
  const std::string stream = MakeFrame(1, "hello") + MakeFrame(4, "") +
                             MakeFrame(4, std::string(3000, 'x')) + MakeFrame(10, "end");
  const Frames expected{{1, "hello"}, {4, ""}, {4, std::string(3000, 'x')}, {10, "end"}};
  for (const size_t step : {size_t{1}, size_t{2}, size_t{7}, size_t{8}, size_t{9}, size_t{4096}}) {
    Recorder recorder;
    FrameDecoder decoder(recorder);
    for (size_t at = 0; at < stream.size(); at += step) {
      const std::string piece = stream.substr(at, step);
      ASSERT_TRUE(decoder.Feed(std::as_bytes(std::span(piece))));
    }
    EXPECT_TRUE(decoder.Finish());
    EXPECT_EQ(recorder.frames, expected);
  }
}

TEST(FrameDecoder, TakesTheLargestPayloadAndRefusesOneByteMore) {
  Recorder recorder;
  FrameDecoder decoder(recorder);
  const std::string largest = MakeFrame(4, std::string(VMCOREDD_FRAME_MAX_PAYLOAD, 'x'));
  ASSERT_TRUE(decoder.Feed(std::as_bytes(std::span(largest))));
  EXPECT_EQ(recorder.frames.size(), 1u);

  const std::string more = MakeFrame(4, std::string(VMCOREDD_FRAME_MAX_PAYLOAD + 1, 'x'));
  const auto refused = decoder.Feed(std::as_bytes(std::span(more).first(8)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(refused.error().offset(), largest.size());
}

TEST(FrameDecoder, AStreamThatEndsInsideAFrameIsTruncated) {
  const std::string whole = MakeFrame(1, "hello");
  for (size_t size = 1; size < whole.size(); ++size) {
    Recorder recorder;
    FrameDecoder decoder(recorder);
    const std::string part = whole.substr(0, size);
    ASSERT_TRUE(decoder.Feed(std::as_bytes(std::span(part))));
    ASSERT_FALSE(decoder.Finish());
    EXPECT_EQ(decoder.Finish().error().code(), ErrorCode::kTruncated);
    EXPECT_TRUE(recorder.frames.empty());
  }
}

TEST(FrameDecoder, AnErrorOfTheHandlerEndsIt) {
  Recorder recorder;
  FrameDecoder decoder(recorder);
  const std::string stream = MakeFrame(99, "") + MakeFrame(1, "");
  EXPECT_FALSE(decoder.Feed(std::as_bytes(std::span(stream))));
  EXPECT_EQ(recorder.frames.size(), 1u);
}

}  // namespace
}  // namespace vmcoredd
