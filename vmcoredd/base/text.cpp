// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr char kDigits[] = "0123456789abcdef";

bool IsPlain(char c) { return c >= ' ' && c <= '~' && c != '\\'; }

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<unsigned char> ByteValue(std::string_view two_digits) {
  const int high = DigitValue(two_digits[0]);
  const int low = DigitValue(two_digits[1]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<unsigned char>(high * 16 + low);
}

}  // namespace

std::string EscapeBytes(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    if (IsPlain(c)) {
      text += c;
      continue;
    }
    const auto value = static_cast<unsigned char>(c);
    text += "\\x";
    text += kDigits[value >> 4];
    text += kDigits[value & 0xf];
  }
  return text;
}

std::optional<std::string> UnescapeBytes(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsPlain(text[i])) {
      bytes += text[i];
      continue;
    }
    if (text.size() - i < 4 || text[i] != '\\' || text[i + 1] != 'x') return std::nullopt;
    const auto value = ByteValue(text.substr(i + 2, 2));
    if (!value) return std::nullopt;
    bytes += static_cast<char>(*value);
    i += 3;
  }
  return bytes;
}

std::string ToHex(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte b : bytes) {
    text += kDigits[std::to_integer<unsigned>(b) >> 4];
    text += kDigits[std::to_integer<unsigned>(b) & 0xf];
  }
  return text;
}

std::optional<std::vector<std::byte>> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::byte> bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    const auto value = ByteValue(text.substr(i, 2));
    if (!value) return std::nullopt;
    bytes.push_back(static_cast<std::byte>(*value));
  }
  return bytes;
}

}  // namespace vmcoredd
