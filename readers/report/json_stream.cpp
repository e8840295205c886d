// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/json_stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

std::string QuoteJson(std::string_view raw) {
  std::string text = "\"";
  for (size_t i = 0; i < raw.size();) {
    const auto byte = static_cast<unsigned char>(raw[i]);
    size_t used = 1;
    if (byte == '"' || byte == '\\') {
      text += {'\\', raw[i]};
    } else if (byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f' || byte == '\b') {
      constexpr std::string_view plain = "\t\n\r\f\b", letters = "tnrfb";
      text += {'\\', letters[plain.find(raw[i])]};
    } else if (byte < 0x20 || byte == 0x7f) {
      text += fmt::format("\\u{:04x}", byte);
    } else if (byte < 0x80) {
      text += raw[i];
    } else if ((used = Utf8Length(raw.substr(i))) == 0) {
      text += fmt::format("\\\\x{:02x}", byte);
      used = 1;
    } else if (byte == 0xc2 && static_cast<unsigned char>(raw[i + 1]) < 0xa0) {
      text += fmt::format("\\u{:04x}", static_cast<unsigned char>(raw[i + 1]));
    } else {
      text += raw.substr(i, used);
    }
    i += used;
  }
  return text + '"';
}

void JsonStream::Separate() {
  if (needs_comma_) sink_(",");
  needs_comma_ = true;
}

void JsonStream::EndLine() {
  if (pretty_) sink_('\n' + std::string(4 * depth_, ' '));
}

void JsonStream::Begin(char bracket) {
  Separate();
  sink_({&bracket, 1});
  ++depth_;
  needs_comma_ = false;
}

void JsonStream::End(char bracket) {
  --depth_;
  if (needs_comma_ && bracket == '}') EndLine();
  sink_({&bracket, 1});
  needs_comma_ = true;
}

void JsonStream::EndObject() { End('}'); }

void JsonStream::BeginArray() {
  Begin('[');
  if (pretty_) sink_(" ");
}

void JsonStream::EndArray() {
  if (pretty_ && needs_comma_) sink_(" ");
  End(']');
}

void JsonStream::Name(std::string_view name) {
  Separate();
  EndLine();
  sink_(QuoteJson(name) + (pretty_ ? ": " : ":"));
  needs_comma_ = false;
}

void JsonStream::String(std::string_view text) {
  Separate();
  sink_(QuoteJson(text));
}

void JsonStream::Uint(uint64_t value) {
  Separate();
  sink_(fmt::format_int(value).c_str());
}

void JsonStream::Bytes(std::span<const std::byte> bytes) {
  std::string items;
  for (const std::byte byte : bytes) {
    if (needs_comma_) items += ',';
    needs_comma_ = true;
    const auto value = std::to_integer<unsigned>(byte);
    if (value >= 100) items += static_cast<char>('0' + value / 100);
    if (value >= 10) items += static_cast<char>('0' + value / 10 % 10);
    items += static_cast<char>('0' + value % 10);
  }
  sink_(items);
}

void JsonStream::Bool(bool value) {
  Separate();
  sink_(value ? "true" : "false");
}

void JsonStream::Null() {
  Separate();
  sink_("null");
}

void JsonStream::BigUint(std::string_view name, uint64_t value) {
  Name(name, std::to_string(value));
}

void JsonStream::BeginString() {
  Separate();
  sink_("\"");
}

}  // namespace vmcoredd
