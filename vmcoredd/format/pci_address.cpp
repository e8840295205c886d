// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/pci_address.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace vmcoredd {

namespace {

// Takes `min` to `max` lower-case hexadecimal digits off the front.
std::optional<uint32_t> TakeHex(std::string_view& text, size_t min, size_t max) {
  size_t digits = text.find_first_not_of("0123456789abcdef");
  if (digits == std::string_view::npos) digits = text.size();
  if (digits < min || digits > max) return std::nullopt;
  uint32_t value = 0;
  std::from_chars(text.data(), text.data() + digits, value, 16);
  text.remove_prefix(digits);
  return value;
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<PciAddress> PciAddress::Parse(std::string_view text) {
  const std::string_view whole = text;
  // Domains above 0xffff exist: Intel VMD makes 0x10000.
  const auto domain = TakeHex(text, 4, 8);
  if (!domain || !Take(text, ':')) return std::nullopt;
  const auto bus = TakeHex(text, 2, 2);
  if (!bus || !Take(text, ':')) return std::nullopt;
  const auto device = TakeHex(text, 2, 2);
  if (!device || *device > 0x1f || !Take(text, '.')) return std::nullopt;
  const auto function = TakeHex(text, 1, 1);
  if (!function || *function > 7 || !text.empty()) return std::nullopt;
  const PciAddress address{*domain, static_cast<uint8_t>(*bus), static_cast<uint8_t>(*device),
                           static_cast<uint8_t>(*function)};
  if (address.ToString() != whole) return std::nullopt;  // a domain with too many zeros
  return address;
}

std::string PciAddress::ToString() const {
  std::array<char, 24> text;
  const int size =
      std::snprintf(text.data(), text.size(), "%04x:%02x:%02x.%x", domain, bus, device, function);
  return {text.data(), static_cast<size_t>(size)};
}

}  // namespace vmcoredd
