// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/register_text.h"

#include <charconv>
#include <string_view>

#include "readers/export/export_dump.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/endian.h"

namespace vmcoredd {

namespace {

constexpr size_t kTextBytes = 64 * 1024;

void AppendHex(std::string& text, uint32_t value) {
  text += "0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[value >> shift & 0xf];
}

}  // namespace

uint64_t FirstAddressOf(const DeviceDump& dump) {
  const std::string_view text = PropertyOf(dump, "region_offset");
  uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() ? value : 0;
}

RegisterText::RegisterText(const DeviceDump& dump, OutputStream& out)
    : out_(out), holes_(dump), first_address_(FirstAddressOf(dump)) {}

Result<void> RegisterText::Write(std::span<const std::byte> bytes) {
  for (const std::byte byte : bytes) {
    word_[used_++] = byte;
    if (used_ < word_.size()) continue;
    used_ = 0;
    VMCOREDD_TRY(AddWord());
  }
  return {};
}

Result<void> RegisterText::AddWord() {
  const uint64_t offset = offset_;
  offset_ += word_.size();
  if (holes_.Touches(offset, word_.size())) return {};
  const auto address = CheckedAdd(first_address_, offset);
  if (!address || *address > UINT32_MAX) {
    return FailAt(ErrorCode::kUnsupported, offset, "mstdump has no addresses of more than 32 bits");
  }
  AppendHex(text_, static_cast<uint32_t>(*address));
  text_ += ' ';
  AppendHex(text_, LoadInt<uint32_t>(word_.data(), std::endian::little));
  text_ += '\n';
  ++lines_;
  return text_.size() < kTextBytes ? Result<void>() : Flush();
}

Result<void> RegisterText::Flush() {
  VMCOREDD_TRY(out_.Write(std::as_bytes(std::span(text_))));
  text_.clear();
  return {};
}

}  // namespace vmcoredd
