// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/layout-import/import_text.h"

#include <fmt/core.h>

#include <algorithm>

#include "vmcoredd/base/text.h"

namespace vmcoredd::internal {

namespace {

constexpr size_t kMaxName = 64;

bool IsNameCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

std::string LayoutNameOf(std::string_view raw) {
  std::string name;
  for (const char c : raw.substr(0, kMaxName)) name += IsNameCharacter(c) ? c : '_';
  return name.empty() ? "unnamed" : name;
}

std::string UniqueNames::Take(std::string_view raw) {
  std::string name = LayoutNameOf(raw);
  for (size_t number = 2; !taken_.insert(name).second; ++number) {
    const std::string end = '_' + std::to_string(number);
    name = LayoutNameOf(raw).substr(0, kMaxName - end.size()) + end;
  }
  return name;
}

std::string TidyText(std::string_view raw) {
  std::string text;
  bool gap = false;
  for (const char c : raw) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      gap = true;
      continue;
    }
    if (text.size() >= kMaxImportText) return text + "...";
    if (gap && !text.empty()) text += ' ';
    gap = false;
    text += c;
  }
  return text;
}

std::string TomlString(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const size_t length = Utf8Length(text);
    const bool is_c1 = length == 2 && byte == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
    if (length == 0) {
      out += fmt::format("\\\\x{:02x}", byte);
    } else if (is_c1) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[1]));
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      if (byte == '"' || byte == '\\') out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out + '"';
}

std::string ShownName(std::string_view raw) {
  constexpr size_t shown = 80;
  return EscapeBytes(raw.substr(0, shown)) + (raw.size() > shown ? "..." : "");
}

std::string HexText(uint64_t value) { return fmt::format("{:#x}", value); }

}  // namespace vmcoredd::internal
