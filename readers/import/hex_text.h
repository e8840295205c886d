// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_IMPORT_HEX_TEXT_H_
#define READERS_IMPORT_HEX_TEXT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// Hexadecimal digits in text that may be gigabytes.

namespace vmcoredd::internal {

inline constexpr uint8_t kNoDigit = 0xff;

inline constexpr std::array<uint8_t, 256> kHexDigits = [] {
  std::array<uint8_t, 256> digits{};
  for (uint8_t& digit : digits) digit = kNoDigit;
  for (uint8_t i = 0; i < 10; ++i) digits['0' + i] = i;
  for (uint8_t i = 0; i < 6; ++i) {
    digits['a' + i] = digits['A' + i] = static_cast<uint8_t>(10 + i);
  }
  return digits;
}();

inline uint8_t HexDigit(char c) { return kHexDigits[static_cast<unsigned char>(c)]; }

// The byte that two digits stand for, -1 when they are not digits.
inline int HexByte(const char* two) {
  const uint8_t high = HexDigit(two[0]);
  const uint8_t low = HexDigit(two[1]);
  return (high | low) > 0xf ? -1 : high << 4 | low;
}

// The number that all of `digits` stand for, at most 16 of them.
inline std::optional<uint64_t> HexNumber(std::string_view digits) {
  if (digits.empty() || digits.size() > 16) return std::nullopt;
  uint64_t value = 0;
  for (const char c : digits) {
    const uint8_t digit = HexDigit(c);
    if (digit == kNoDigit) return std::nullopt;
    value = value << 4 | digit;
  }
  return value;
}

}  // namespace vmcoredd::internal

#endif  // READERS_IMPORT_HEX_TEXT_H_
