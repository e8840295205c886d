// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/utc_time.h"

#include <algorithm>
#include <array>
#include <ctime>

namespace vmcoredd {

namespace {
constexpr const char* kForm = "%Y-%m-%dT%H:%M:%SZ";
constexpr int64_t kLast = 253402300799;  // 9999-12-31T23:59:59Z
constexpr std::string_view kDigits = "0123456789";

// d: a digit; others stand for themselves.
bool Fits(std::string_view text, std::string_view form) {
  return text.size() == form.size() &&
         std::equal(text.begin(), text.end(), form.begin(), [](char c, char f) {
           return f == 'd' ? kDigits.find(c) != kDigits.npos : c == f;
         });
}

int Number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// Seconds from a zone to UTC: "Z", "+02:00".
std::optional<int> ZoneSeconds(std::string_view zone) {
  if (zone == "Z") return 0;
  if (!Fits(zone, "+dd:dd") && !Fits(zone, "-dd:dd")) return std::nullopt;
  const int hours = Number(zone.substr(1, 2));
  const int minutes = Number(zone.substr(4, 2));
  if (hours > 23 || minutes > 59) return std::nullopt;
  return (zone.front() == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}
}  // namespace

std::string UtcTime(int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  std::array<char, 32> text{};
  if (seconds < 0 || seconds > kLast || !::gmtime_r(&time, &parts)) return {};
  return {text.data(), std::strftime(text.data(), text.size(), kForm, &parts)};
}

std::string UtcTimeOfMicros(int64_t micros) {
  return micros < 0 ? std::string() : UtcTime(micros / 1'000'000);
}

std::optional<int64_t> ParseUtcTime(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* const end = ::strptime(copy.c_str(), kForm, &parts);
  if (!end || *end != '\0') return std::nullopt;
  return ::timegm(&parts);
}

std::optional<int64_t> ParseRfc3339(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
  if (!Fits(text.substr(0, form.size()), form)) return std::nullopt;
  std::tm parts{};
  parts.tm_year = Number(text.substr(0, 4)) - 1900;
  parts.tm_mon = Number(text.substr(5, 2)) - 1;
  parts.tm_mday = Number(text.substr(8, 2));
  parts.tm_hour = Number(text.substr(11, 2));
  parts.tm_min = Number(text.substr(14, 2));
  parts.tm_sec = Number(text.substr(17, 2));
  const std::tm said = parts;
  const int64_t seconds = ::timegm(&parts);
  // timegm() makes the 3rd of March of a 31st of February.
  if (said.tm_mon != parts.tm_mon || said.tm_mday != parts.tm_mday ||
      said.tm_hour != parts.tm_hour || said.tm_min != parts.tm_min || said.tm_sec != parts.tm_sec) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(form.size());
  int micros = 0;
  if (rest.starts_with('.')) {
    const size_t end = std::min(rest.find_first_not_of(kDigits, 1), rest.size());
    if (end == 1 || end > 10) return std::nullopt;
    std::string digits(rest.substr(1, end - 1));
    digits.resize(6, '0');
    micros = Number(digits);
    rest.remove_prefix(end);
  }
  const auto zone = ZoneSeconds(rest);
  if (!zone) return std::nullopt;
  return (seconds - *zone) * 1'000'000 + micros;
}

}  // namespace vmcoredd
