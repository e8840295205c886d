// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/utc_time.h"

#include <array>
#include <ctime>

namespace vmcoredd {

namespace {
constexpr const char* kForm = "%Y-%m-%dT%H:%M:%SZ";
constexpr int64_t kLast = 253402300799;  // 9999-12-31T23:59:59Z
}  // namespace

std::string UtcTime(int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  std::array<char, 32> text{};
  if (seconds < 0 || seconds > kLast || !::gmtime_r(&time, &parts)) return {};
  return {text.data(), std::strftime(text.data(), text.size(), kForm, &parts)};
}

std::optional<int64_t> ParseUtcTime(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* const end = ::strptime(copy.c_str(), kForm, &parts);
  if (!end || *end != '\0') return std::nullopt;
  return ::timegm(&parts);
}

}  // namespace vmcoredd
