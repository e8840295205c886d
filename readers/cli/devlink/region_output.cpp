// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/region_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "vmcoredd/base/text.h"

namespace vmcoredd::devlink_cli {

namespace {

constexpr size_t kLineBytes = 16;
constexpr size_t kBufferBytes = 64 * 1024;
constexpr std::string_view kDigits = "0123456789abcdef";

void AppendAddress(std::string& text, uint64_t address) {
  for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(address >> shift) & 0xf];
}

void AppendByte(std::string& text, std::byte byte) {
  text += kDigits[std::to_integer<unsigned>(byte) >> 4];
  text += kDigits[std::to_integer<unsigned>(byte) & 0xf];
}

std::string Base64(std::string_view bytes) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t bits = 0;
    for (size_t at = 0; at < 3; ++at) {
      bits = bits << 8 | (at < count ? static_cast<unsigned char>(bytes[i + at]) : 0);
    }
    for (size_t at = 0; at < 4; ++at) {
      text += at <= count ? letters[(bits >> (18 - 6 * at)) & 0x3f] : '=';
    }
  }
  return text;
}

}  // namespace

void RangeCheck::AddHole(uint64_t begin, uint64_t end) {
  missing_ += end - begin;
  if (hole_begin_) return;
  hole_begin_ = begin;
  hole_end_ = end;
}

bool RangeCheck::Take(const devlink::DevlinkClient::Chunk& chunk) {
  const bool follows = chunk.address == next_;
  if (chunk.address > next_) AddHole(next_, chunk.address);
  next_ = chunk.address + chunk.bytes.size();
  return follows;
}

Result<void> RangeCheck::Finish() {
  if (next_ < end_) AddHole(next_, end_);
  if (missing_ == 0) return {};
  return Fail(ErrorCode::kTruncated,
              fmt::format("{} bytes did not come, the first of them at {:#x}-{:#x}", missing_,
                          *hole_begin_, *hole_end_ - 1));
}

void RegionText::Flush() {
  sink_(buffer_);
  buffer_.clear();
}

void RegionText::Put(const devlink::DevlinkClient::Chunk& chunk, bool follows) {
  if (!follows) column_ = 0;
  for (size_t done = 0; done < chunk.bytes.size();) {
    if (column_ == 0) {
      if (has_bytes_) buffer_ += '\n';
      AppendAddress(buffer_, chunk.address + done);
      buffer_ += ' ';
    }
    has_bytes_ = true;
    const size_t count = std::min(kLineBytes - column_, chunk.bytes.size() - done);
    for (const std::byte byte : chunk.bytes.subspan(done, count)) {
      if (words_ && column_ != 0 && column_ % 2 == 0) buffer_ += ' ';
      AppendByte(buffer_, byte);
      if (!words_) buffer_ += ' ';
      ++column_;
    }
    column_ %= kLineBytes;
    done += count;
  }
  if (buffer_.size() >= kBufferBytes) Flush();
}

void RegionText::Finish() {
  buffer_ += '\n';
  Flush();
}

Result<void> EncodedString::Write(std::span<const std::byte> bytes) {
  if (hex_) {
    json_.StringPiece(ToHex(bytes));
    return {};
  }
  pending_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t whole = pending_.size() / 3 * 3;
  json_.StringPiece(Base64(std::string_view(pending_).substr(0, whole)));
  pending_.erase(0, whole);
  return {};
}

Result<void> EncodedString::Finish() {
  json_.StringPiece(Base64(pending_));
  pending_.clear();
  return {};
}

}  // namespace vmcoredd::devlink_cli
