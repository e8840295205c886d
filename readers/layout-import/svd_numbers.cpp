// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/layout-import/svd_numbers.h"

#include <algorithm>
#include <charconv>

#include "vmcoredd/base/checked_math.h"

namespace vmcoredd::internal {

namespace {

constexpr size_t kMaxRanges = 256;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::optional<uint64_t> Digits(std::string_view text, int base) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool HasPrefix(std::string_view text, std::string_view lower) {
  return text.size() > lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(),
                    [](char a, char b) { return a == b || (b >= 'A' && b <= 'Z' && a == b + 32); });
}

}  // namespace

std::optional<uint64_t> ParseSvdNumber(std::string_view text) {
  text = Trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  if (text.starts_with('#')) return Digits(text.substr(1), 2);
  if (HasPrefix(text, "0b")) return Digits(text.substr(2), 2);
  constexpr std::string_view scales = "kmgtKMGT";
  unsigned shift = 0;
  if (const size_t scale = scales.find(text.back()); scale != scales.npos) {
    shift = 10 * static_cast<unsigned>(scale % 4 + 1);
    text.remove_suffix(1);
  }
  const auto value = HasPrefix(text, "0x") ? Digits(text.substr(2), 16) : Digits(text, 10);
  return value ? CheckedMul(*value, uint64_t{1} << shift) : std::nullopt;
}

std::optional<std::vector<std::pair<uint64_t, uint64_t>>> ParseSvdEnumValue(std::string_view text) {
  text = Trimmed(text);
  std::string_view bits = text;
  if (bits.starts_with('#')) bits.remove_prefix(1);
  if (HasPrefix(bits, "0b")) bits.remove_prefix(2);
  if (bits.size() == text.size() || bits.find_first_of("xX") == bits.npos) {
    const auto value = ParseSvdNumber(text);
    if (!value) return std::nullopt;
    return std::vector{std::pair(*value, *value)};
  }
  if (bits.size() > 64) return std::nullopt;
  // Bits that do not matter at the end make a range, others a value for each.
  const size_t last = bits.find_last_not_of("xX");
  const size_t fixed = last == bits.npos ? 0 : last + 1;
  const unsigned free = static_cast<unsigned>(bits.size() - fixed);
  std::vector<uint64_t> values = {0};
  for (const char c : bits.substr(0, fixed)) {
    const bool both = c == 'x' || c == 'X';
    if (!both && c != '0' && c != '1') return std::nullopt;
    if (both && values.size() * 2 > kMaxRanges) return std::nullopt;
    std::vector<uint64_t> next;
    for (const uint64_t value : values) {
      if (both || c == '0') next.push_back(value << 1);
      if (both || c == '1') next.push_back(value << 1 | 1);
    }
    values = std::move(next);
  }
  const uint64_t ones = free >= 64 ? ~uint64_t{0} : (uint64_t{1} << free) - 1;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const uint64_t value : values) {
    const uint64_t low = free >= 64 ? 0 : value << free;
    ranges.emplace_back(low, low | ones);
  }
  std::sort(ranges.begin(), ranges.end());
  return ranges;
}

std::optional<std::pair<uint64_t, uint64_t>> ParseSvdBitRange(std::string_view text) {
  text = Trimmed(text);
  const size_t colon = text.find(':');
  if (!text.starts_with('[') || !text.ends_with(']') || colon == text.npos) return std::nullopt;
  const auto high = ParseSvdNumber(text.substr(1, colon - 1));
  const auto low = ParseSvdNumber(text.substr(colon + 1, text.size() - colon - 2));
  if (!high || !low || *low > *high || *high > 65535) return std::nullopt;
  return std::pair(*low, *high - *low + 1);
}

std::optional<std::vector<std::string>> ParseSvdIndex(std::string_view text, uint64_t count) {
  text = Trimmed(text);
  std::vector<std::string> names;
  const size_t dash = text.find('-');
  if (text.find(',') == text.npos && dash != text.npos) {
    const std::string_view first = Trimmed(text.substr(0, dash));
    const std::string_view last = Trimmed(text.substr(dash + 1));
    const auto low = Digits(first, 10);
    const auto high = Digits(last, 10);
    if (low && high && *low <= *high && *high - *low == count - 1) {
      for (uint64_t i = 0; i < count; ++i) names.push_back(std::to_string(*low + i));
    } else if (first.size() == 1 && last.size() == 1 && first < last &&
               static_cast<uint64_t>(last[0] - first[0]) == count - 1) {
      for (char c = first[0]; names.size() < count; ++c) names.emplace_back(1, c);
    }
  } else {
    while (names.size() <= count) {
      const size_t comma = text.find(',');
      names.emplace_back(Trimmed(text.substr(0, comma)));
      if (comma == text.npos) break;
      text.remove_prefix(comma + 1);
    }
  }
  if (names.size() != count) return std::nullopt;
  return names;
}

}  // namespace vmcoredd::internal
