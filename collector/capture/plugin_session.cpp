// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/plugin_session.h"

#include <cstring>
#include <utility>

#include "collector/capture/flat_text.h"
#include "driver-plugins/abi/runner/frames.h"
#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// errno values end at 133 on Linux; MAX_ERRNO of the kernel is 4095.
constexpr uint64_t kMaxErrno = 4095;

}  // namespace

std::string ErrnoText(int error) {
  const char* text = ::strerrordesc_np(error);
  return text ? text : "error " + std::to_string(error);
}

std::string PluginSession::CleanText(std::string_view text) {
  return EscapeBytes(text.substr(0, kMaxTextBytes));
}

Result<void> PluginSession::OnFrame(const Frame& frame) {
  if (state_ == State::kEnded) {
    return Fail(ErrorCode::kCorrupt, "the plugin goes on after its end");
  }
  if ((state_ == State::kStart) != (frame.type == VMCOREDD_FRAME_HELLO)) {
    return Fail(ErrorCode::kCorrupt,
                "expected one hello first, found frame type " + std::to_string(frame.type));
  }
  switch (frame.type) {
    case VMCOREDD_FRAME_HELLO: return OnHello(frame);
    case VMCOREDD_FRAME_LOG: return OnLog(frame);
    case VMCOREDD_FRAME_END: return OnEnd(frame);
    default: return OnBodyFrame(frame);
  }
}

Result<void> PluginSession::OnHello(const Frame& frame) {
  const Properties lines = VMCOREDD_TRY(ParseFlatText(frame.text()));
  const uint64_t protocol = VMCOREDD_TRY(FindNumber(lines, "protocol"));
  if (protocol != VMCOREDD_FRAMES_PROTOCOL) {
    return Fail(ErrorCode::kUnsupported, "it speaks protocol " + std::to_string(protocol) +
                                             ", expected " +
                                             std::to_string(VMCOREDD_FRAMES_PROTOCOL));
  }
  const auto name = FindText(lines, "plugin");
  if (name != plugin_name_) {
    return Fail(ErrorCode::kCorrupt, "it calls itself \"" + CleanText(name.value_or("")) +
                                         "\", expected \"" + plugin_name_ + '"');
  }
  state_ = State::kBody;
  return {};
}

Result<void> PluginSession::OnLog(const Frame& frame) {
  if (frame.payload.size() < 4) {
    return Fail(ErrorCode::kCorrupt, "a log frame without level");
  }
  const auto level = LoadInt<uint32_t>(frame.payload.data(), std::endian::little);
  std::string text = CleanText(frame.text().substr(4));
  if (level == VMCOREDD_LOG_ERROR) last_error_ = text;
  if (level <= VMCOREDD_LOG_WARNING && logs_.size() < kMaxLogLines)
    logs_.push_back(std::move(text));
  return {};
}

Result<void> PluginSession::OnEnd(const Frame& frame) {
  VMCOREDD_TRY(CheckEnd());
  const Properties lines = VMCOREDD_TRY(ParseFlatText(frame.text()));
  const uint64_t error = VMCOREDD_TRY(FindNumber(lines, "error"));
  if (error > kMaxErrno) {
    return Fail(ErrorCode::kCorrupt, std::to_string(error) + " is no error number");
  }
  error_ = static_cast<int>(error);
  reason_ = CleanText(FindText(lines, "reason").value_or(""));
  state_ = State::kEnded;
  return {};
}

std::string PluginSession::Problem(const ChildEnd& end) const {
  if (ended() && error_ != 0) return reason_.empty() ? ErrnoText(error_) : reason_;
  if (!end.is_success()) return ChildEndText(end);
  if (!ended()) return "it exited without finishing its answer";
  return {};
}

}  // namespace vmcoredd
