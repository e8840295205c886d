// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/parse_bytes.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <optional>

namespace vmcoredd::cli {

namespace {

std::optional<uint64_t> ParseBytes(std::string text) {
  int base = 10;
  unsigned shift = 0;
  if (text.size() > 1) {
    switch (text.back()) {
      case 'K': shift = 10; break;
      case 'M': shift = 20; break;
      case 'G': shift = 30; break;
      default: break;
    }
    if (shift != 0) text.pop_back();
  }
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.erase(0, 2);
  }
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  if ((value << shift) >> shift != value) return std::nullopt;
  return value << shift;
}

}  // namespace

uint64_t BytesOrThrow(const char* option, const std::string& text) {
  const auto value = ParseBytes(text);
  if (!value) {
    throw CLI::ValidationError(option,
                               "expected a number of bytes like 4096, 0x1000 or 4K, found " + text);
  }
  return *value;
}

}  // namespace vmcoredd::cli
