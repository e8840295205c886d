// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/flat_text.h"

#include <charconv>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

void AppendFlatLine(std::string& text, std::string_view key, std::string_view value) {
  text += key;
  text += '=';
  text += value;
  text += '\n';
}

void AppendFlatLine(std::string& text, std::string_view key, uint64_t value) {
  AppendFlatLine(text, key, std::to_string(value));
}

Result<std::pair<std::string_view, std::string_view>> TakeFlatLine(std::string_view& text) {
  const size_t newline = text.find('\n');
  const size_t equals = text.find('=');
  if (newline == text.npos || equals > newline) {
    return Fail(ErrorCode::kCorrupt,
                "expected key=value and a newline, found \"" +
                    EscapeBytes(text.substr(0, std::min<size_t>(newline, 40))) + '"');
  }
  const std::pair line{text.substr(0, equals), text.substr(equals + 1, newline - equals - 1)};
  text.remove_prefix(newline + 1);
  return line;
}

Result<Properties> ParseFlatText(std::string_view text) {
  Properties properties;
  while (!text.empty()) {
    const auto line = VMCOREDD_TRY(TakeFlatLine(text));
    if (properties.size() == kMaxFlatLines) {
      return Fail(ErrorCode::kLimitExceeded,
                  "more than " + std::to_string(kMaxFlatLines) + " lines");
    }
    properties.emplace_back(line.first, line.second);
  }
  return properties;
}

std::optional<std::string_view> FindText(const Properties& properties, std::string_view key) {
  for (const auto& [name, value] : properties) {
    if (name == key) return value;
  }
  return std::nullopt;
}

Result<uint64_t> FindNumber(const Properties& properties, std::string_view key) {
  const auto text = FindText(properties, key);
  const auto number = text ? ParseNumber(*text) : std::nullopt;
  if (!number) {
    return Fail(ErrorCode::kCorrupt, "expected a number as " + std::string(key) + ", found \"" +
                                         EscapeBytes(text.value_or("").substr(0, 40)) + '"');
  }
  return *number;
}

std::optional<uint64_t> ParseNumber(std::string_view text) {
  const bool is_hex = text.starts_with("0x");
  if (is_hex) text.remove_prefix(2);
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, is_hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace vmcoredd
