// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <array>
#include <ctime>
#include <string>

#include "vmcoredd/base/utc_time.h"

#include "readers/decode/layout_decoder.h"

// What a number means, as a text.

namespace vmcoredd {

namespace {

std::string TimeText(uint64_t seconds) {
  const std::string text = seconds >> 63 == 0 ? UtcTime(static_cast<int64_t>(seconds)) : "";
  return text.empty() ? std::to_string(seconds) : text;
}

}  // namespace

std::string NumberText(uint64_t value, unsigned bits, const FieldMeaning& meaning) {
  if (meaning.format == NumberFormat::kDecimal) return std::to_string(value);
  return fmt::format("0x{:0{}x}", value, (bits + 3) / 4);
}

std::string MeaningOfNumber(uint64_t value,
                            unsigned bits,
                            const FieldMeaning& meaning,
                            std::span<const SlotValue> slots) {
  if (meaning.enumeration) {
    if (const EnumEntry* const entry = meaning.enumeration->Find(value)) return entry->text;
  }
  if (meaning.signed_bytes != 0 && !meaning.value) {
    const unsigned unused = 64 - 8u * meaning.signed_bytes;
    const auto number = static_cast<int64_t>(value << unused) >> unused;
    return meaning.unit.empty() ? std::to_string(number)
                                : std::to_string(number) + ' ' + meaning.unit;
  }
  uint64_t scaled = value;
  if (meaning.value) {
    const auto result = meaning.value->expression.Evaluate(slots);
    if (!result) return {};
    scaled = *result;
  }
  std::string text;
  switch (meaning.format) {
    case NumberFormat::kTime: text = TimeText(scaled); break;
    case NumberFormat::kIpv4:
      text = fmt::format("{}.{}.{}.{}", scaled >> 24 & 0xff, scaled >> 16 & 0xff,
                         scaled >> 8 & 0xff, scaled & 0xff);
      break;
    case NumberFormat::kVersion:
      text = fmt::format("{}.{}.{}", scaled >> 16, scaled >> 8 & 0xff, scaled & 0xff);
      break;
    case NumberFormat::kDecimal:
      if (meaning.value || !meaning.unit.empty()) text = std::to_string(scaled);
      break;
    default:
      if (meaning.value && meaning.unit.empty()) {
        text = fmt::format("0x{:x}", scaled);
      } else if (!meaning.unit.empty()) {
        text = std::to_string(scaled);
      }
      break;
  }
  static_cast<void>(bits);
  if (!text.empty() && !meaning.unit.empty()) text += ' ' + meaning.unit;
  return text;
}

}  // namespace vmcoredd
