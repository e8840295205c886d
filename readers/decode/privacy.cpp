// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/privacy.h"

#include <algorithm>

namespace vmcoredd {

namespace {

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Bytes of two digits with one of the separators between them, from `at` on: how long.
size_t BytesAt(std::string_view text, size_t at) {
  const auto is_byte = [text](size_t i) {
    return i + 2 <= text.size() && IsHexDigit(text[i]) && IsHexDigit(text[i + 1]);
  };
  constexpr size_t address = 6 * 3 - 1;
  if (text.size() - at < address || !is_byte(at)) return 0;
  const char between = text[at + 2];
  if (between != ':' && between != '-') return 0;
  size_t end = at + 2;
  while (end < text.size() && text[end] == between && is_byte(end + 1)) end += 3;
  const bool goes_on = end < text.size() && IsAlphanumeric(text[end]);
  return end - at >= address && !goes_on ? end - at : 0;
}

// A name of systemd's: two letters for the kind, 'x', the address.
size_t InterfaceAt(std::string_view text, size_t at) {
  constexpr size_t prefix = 3;
  constexpr size_t size = prefix + 12;
  if (text.size() - at < size) return 0;
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const std::string_view digits = text.substr(at + prefix, size - prefix);
  if (!is_letter(text[at]) || !is_letter(text[at + 1]) || text[at + 2] != 'x' ||
      !std::all_of(digits.begin(), digits.end(), IsHexDigit)) {
    return 0;
  }
  return at + size < text.size() && IsHexDigit(text[at + size]) ? 0 : size;
}

}  // namespace

std::string_view PrivacyName(Privacy privacy) {
  switch (privacy) {
    case Privacy::kMac: return "mac";
    case Privacy::kSerial: return "serial";
    case Privacy::kPayload: return "payload";
    case Privacy::kSecret: return "secret";
  }
  return "";
}

std::optional<Privacy> PrivacyClasses::first() const {
  for (const Privacy one : kPrivacies) {
    if (contains(one)) return one;
  }
  return std::nullopt;
}

std::string PrivacyText(PrivacyClasses classes) {
  std::string text;
  for (const Privacy one : kPrivacies) {
    if (!classes.contains(one)) continue;
    if (!text.empty()) text += ", ";
    text += PrivacyName(one);
  }
  return text;
}

PrivacyClasses PrivacyOfName(std::string_view name) {
  // Lower case; what is between words is '_', and so is what is around them all.
  std::string text = "_";
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    text += is_upper ? static_cast<char>(c - 'A' + 'a') : IsAlphanumeric(c) ? c : '_';
  }
  text += '_';
  const auto has = [&text](std::string_view word) { return text.find(word) != text.npos; };
  PrivacyClasses classes;
  // A GUID of a NIC is made of its address.
  const bool has_guid = has("guid") || has("eui");
  if (has_guid || has("serial") || has("uuid") || has("wwn") || has("wwid") || has("_sn_") ||
      has("_dsn_")) {
    classes = classes | Privacy::kSerial;
  }
  if (has_guid || has("mac_") || has("macaddr") || has("_macs_") || has("perm_addr") ||
      has("permaddr") || has("hw_addr") || has("hwaddr")) {
    classes = classes | Privacy::kMac;
  }
  return classes;
}

std::optional<TextRange> FindHardwareAddress(std::string_view text, size_t from) {
  for (size_t at = from; at < text.size(); ++at) {
    if (at > 0 && IsAlphanumeric(text[at - 1])) continue;
    for (const size_t size : {BytesAt(text, at), InterfaceAt(text, at)}) {
      if (size != 0) return TextRange{at, size};
    }
  }
  return std::nullopt;
}

}  // namespace vmcoredd
