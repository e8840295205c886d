// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/dump_child.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "vmcoredd/base/endian.h"

extern "C" {
#include "driver-plugins/abi/runner/frame_writer.h"
}

namespace vmcoredd {

namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();
// A reason in the last frame. Longer ones would not fit its line.
constexpr size_t kMaxReason = 480;
// What is collected does not wait longer than this for a frame to become full: the parent
// kills who delivers nothing.
constexpr std::chrono::milliseconds kFlushAfter{200};

// What a callback writes, as frames. Small pieces (a region comes in 256 bytes at a time) go
// into one.
class FrameOutput final : public OutputStream, public DumpContext {
 public:
  FrameOutput(frame_writer& frames, bool is_stream) : frames_(frames), is_stream_(is_stream) {}

  void set_limit(uint64_t limit) { limit_ = limit; }
  uint64_t written() const { return written_; }

  Result<void> Write(std::span<const std::byte> bytes) override {
    const bool is_over = bytes.size() > limit_ - written_;
    if (is_over) bytes = bytes.first(limit_ - written_);
    written_ += bytes.size();
    while (!bytes.empty()) {
      const size_t taken = std::min(bytes.size(), window_.size() - used_);
      std::copy_n(bytes.begin(), taken, window_.begin() + static_cast<ptrdiff_t>(used_));
      used_ += taken;
      bytes = bytes.subspan(taken);
      if (used_ == window_.size()) VMCOREDD_TRY(Flush());
    }
    if (used_ > 0 && Clock::now() - flushed_ > kFlushAfter) VMCOREDD_TRY(Flush());
    if (!is_over) return {};
    return Fail(ErrorCode::kLimitExceeded,
                "the dump is full after " + std::to_string(limit_) + " bytes");
  }

  Result<void> WriteHole(uint64_t size, std::string reason) override {
    if (!is_stream_) {
      return Fail(ErrorCode::kInvalidArgument, "a fill callback marks holes, it has no position");
    }
    return PutHole(size, reason);
  }
  void MarkHole(ByteRange range, std::string reason) override {
    if (holes_.size() < kMaxMarks) holes_.push_back({range, std::move(reason)});
  }
  void AddWarning(std::string text) override { Remark(VMCOREDD_FRAME_WARNING, text); }
  void AddPerturbation(std::string text) override { Remark(VMCOREDD_FRAME_PERTURBED, text); }

  // The buffer of a fill callback, with the holes that it marked.
  Result<void> WriteFilled(std::span<const std::byte> buffer) {
    std::sort(holes_.begin(), holes_.end(),
              [](const Hole& a, const Hole& b) { return a.range.offset < b.range.offset; });
    for (const Hole& hole : holes_) {
      const uint64_t begin = std::max(hole.range.offset, written_);
      if (begin >= buffer.size()) break;
      const uint64_t room = buffer.size() - begin;
      const uint64_t skipped = begin - hole.range.offset;  // a hole before it has that
      if (hole.range.size <= skipped) continue;
      VMCOREDD_TRY(Write(buffer.subspan(written_, begin - written_)));
      VMCOREDD_TRY(PutHole(std::min(hole.range.size - skipped, room), hole.reason));
    }
    return Write(buffer.subspan(written_));
  }

  Result<void> PutHole(uint64_t size, const std::string& reason) {
    if (size == 0) return {};
    VMCOREDD_TRY(Flush());
    const bool is_over = size > limit_ - written_;
    size = std::min(size, limit_ - written_);
    written_ += size;
    std::array<std::byte, 8> head;
    StoreInt(head.data(), size, std::endian::little);
    if (size > 0) {
      frame_write_text(&frames_, VMCOREDD_FRAME_HOLE, head.data(), head.size(), reason.c_str());
    }
    VMCOREDD_TRY(Check());
    if (!is_over) return {};
    return Fail(ErrorCode::kLimitExceeded,
                "the dump is full after " + std::to_string(limit_) + " bytes");
  }

  Result<void> Flush() {
    flushed_ = Clock::now();
    if (used_ > 0) {
      frame_write(&frames_, VMCOREDD_FRAME_DATA, nullptr, 0, window_.data(), used_);
    }
    used_ = 0;
    return Check();
  }

 private:
  // More than who receives them takes (kMaxDumpHoles).
  static constexpr size_t kMaxMarks = 4096;

  Result<void> Check() const {
    if (frames_.error == 0) return {};
    return FailIo("the dump is not wanted any more", -frames_.error);
  }
  void Remark(uint32_t type, const std::string& text) {
    if (Flush()) frame_write_text(&frames_, type, nullptr, 0, text.c_str());
  }

  frame_writer& frames_;
  bool is_stream_;
  uint64_t limit_ = kNoLimit;
  uint64_t written_ = 0;  // bytes of the dump, holes included
  std::array<std::byte, VMCOREDD_FRAME_MAX_PAYLOAD> window_;
  size_t used_ = 0;
  Clock::time_point flushed_ = Clock::now();
  std::vector<Hole> holes_;  // of a fill callback
};

// One line of it: who reads it escapes the rest.
std::string ReasonText(std::string_view text) {
  std::string reason(text.substr(0, kMaxReason));
  std::replace_if(
      reason.begin(), reason.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; },
      '?');
  return reason;
}

// What a callback says that the size is; nothing: it does not know.
Result<std::optional<uint64_t>> AskSize(const DumpRegistration& registration, uint64_t quota) {
  const auto* ask = std::get_if<SizeCallback>(&registration.size);
  if (!ask) return std::optional<uint64_t>(std::get<uint64_t>(registration.size));
  const std::optional<uint64_t> size = (*ask)(quota);
  if (size && (*size == 0 || *size > quota)) {
    return Fail(ErrorCode::kLimitExceeded, "the dump needs " + std::to_string(*size) +
                                               " bytes, there are " + std::to_string(quota));
  }
  return size;
}

Result<void> Collect(const DumpRegistration& registration, uint64_t quota, FrameOutput& output) {
  const auto size = VMCOREDD_TRY(AskSize(registration, quota));
  output.set_limit(size.value_or(kNoLimit));
  if (const auto* stream = std::get_if<StreamCallback>(&registration.collect)) {
    VMCOREDD_TRY((*stream)(output, output));
    if (size && output.written() < *size) {
      return Fail(ErrorCode::kTruncated, "it delivered " + std::to_string(output.written()) +
                                             " of " + std::to_string(*size) + " bytes");
    }
    return {};
  }
  if (!size || *size > kMaxFillBytes) {
    return Fail(ErrorCode::kLimitExceeded,
                size ? "a dump of " + std::to_string(*size) + " bytes must be streamed"
                     : "a fill callback needs a size");
  }
  std::vector<std::byte> buffer(*size);
  VMCOREDD_TRY(std::get<FillCallback>(registration.collect)(buffer, output));
  return output.WriteFilled(buffer);
}

Result<void> CollectAll(const DumpRegistration& registration,
                        uint64_t quota,
                        int fd,
                        frame_writer& frames) {
  frames.fd = fd;
  const auto* fixed = std::get_if<uint64_t>(&registration.size);
  frame_write_flat(&frames, VMCOREDD_FRAME_HELLO, "protocol=%u\nplugin=%s\n",
                   VMCOREDD_FRAMES_PROTOCOL, kLiveChildName.data());
  frame_write_flat(&frames, VMCOREDD_FRAME_BEGIN, "index=0\nsize=%llu\n",
                   static_cast<unsigned long long>(fixed ? *fixed : 0));
  const auto output = std::make_unique<FrameOutput>(
      frames, std::holds_alternative<StreamCallback>(registration.collect));
  auto collected = Collect(registration, quota, *output);
  if (auto flushed = output->Flush(); collected && !flushed) collected = flushed;
  return collected;
}

}  // namespace

int ServeDump(const DumpRegistration& registration, uint64_t quota, int fd) {
  frame_writer frames{};
  int error = 0;
  std::string reason;
  // The libraries that a callback uses may throw, if only for want of memory.
  try {
    if (const auto collected = CollectAll(registration, quota, fd, frames); !collected) {
      error = collected.error().os_error() != 0 ? collected.error().os_error() : EIO;
      reason = ReasonText(collected.error().ToString());
    }
  } catch (const std::exception& failure) {
    error = ENOMEM;
    reason = ReasonText(failure.what());
  }
  frame_write_flat(&frames, VMCOREDD_FRAME_DONE, "error=%d\n", error);
  frame_write_flat(&frames, VMCOREDD_FRAME_END, "error=%d\nreason=%s\n", error, reason.c_str());
  return frames.error == 0 ? 0 : 1;
}

}  // namespace vmcoredd
