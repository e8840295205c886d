// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/import/text_input.h"

#include <cstring>
#include <span>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr size_t kWindow = 256 * 1024;
static_assert(kWindow > kMaxLineBytes);
constexpr size_t kShown = 40;  // of a line in a message

}  // namespace

TextInput::TextInput(InputStream& in) : in_(in), window_(kWindow) {}

bool TextInput::Fill() {
  if (ended_) return false;
  if (position_ != 0) {
    std::memmove(window_.data(), window_.data() + position_, filled_ - position_);
    base_ += position_;
    filled_ -= position_;
    position_ = 0;
  }
  if (filled_ == window_.size()) return false;
  const auto room = std::as_writable_bytes(std::span(window_).subspan(filled_));
  const auto got = in_.Read(room);
  if (!got || *got == 0) {
    if (!got) error_ = got.error();
    ended_ = true;
    return false;
  }
  if (copy_ != nullptr) {
    if (const auto copied = copy_->Write(room.first(*got)); !copied) {
      copy_error_ = copied.error();
      ended_ = true;
      return false;
    }
  }
  filled_ += *got;
  return true;
}

void TextInput::CopyTo(OutputStream& copy) {
  copy_ = &copy;
  const auto waiting = std::as_bytes(std::span(window_).subspan(position_, filled_ - position_));
  if (waiting.empty()) return;
  if (const auto copied = copy.Write(waiting); !copied) {
    copy_error_ = copied.error();
    filled_ = position_;
    ended_ = true;
  }
}

std::string_view TextInput::Peek() {
  while (filled_ - position_ < kPeekBytes && Fill()) {
  }
  return std::string_view(window_.data() + position_, filled_ - position_).substr(0, kPeekBytes);
}

std::optional<TextLine> TextInput::ReadLine() {
  size_t searched = 0;
  for (;;) {
    const char* const start = window_.data() + position_;
    const size_t there = filled_ - position_;
    const void* const end = std::memchr(start + searched, '\n', there - searched);
    const size_t length =
        end != nullptr ? static_cast<size_t>(static_cast<const char*>(end) - start) : there;
    if (length > kMaxLineBytes) {
      error_ = Error(ErrorCode::kLimitExceeded,
                     "line " + std::to_string(lines_ + 1) + " has more than 65536 bytes")
                   .At(offset());
      position_ = filled_;
      ended_ = true;
      return std::nullopt;
    }
    if (end == nullptr) {
      searched = there;
      if (Fill()) continue;
      if (there == 0) return std::nullopt;
    }
    TextLine line;
    line.number = ++lines_;
    line.offset = offset();
    line.is_ended = end != nullptr;
    line.text = std::string_view(window_.data() + position_, length);
    position_ += length + (line.is_ended ? 1 : 0);
    if (line.is_ended && line.text.ends_with('\r')) line.text.remove_suffix(1);
    return line;
  }
}

std::string_view TextInput::TakeBlock() {
  if (position_ == filled_ && !Fill()) return {};
  const std::string_view block(window_.data() + position_, filled_ - position_);
  position_ = filled_;
  return block;
}

Error LineError(ErrorCode code, const TextLine& line, std::string_view text) {
  return Error(code, "line " + std::to_string(line.number) + ": " + std::string(text))
      .At(line.offset);
}

std::string Excerpt(std::string_view line) {
  std::string text = "\"" + EscapeBytes(line.substr(0, kShown)) + "\"";
  if (line.size() > kShown) text += "...";
  return text;
}

}  // namespace vmcoredd
