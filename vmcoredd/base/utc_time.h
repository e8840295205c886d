// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_UTC_TIME_H_
#define VMCOREDD_BASE_UTC_TIME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vmcoredd {

// Seconds since 1970 as RFC 3339 in UTC, "2026-11-20T12:04:09Z"; empty before 1970 and after
// the year 9999, which that form does not have.
std::string UtcTime(int64_t seconds);

// The inverse; nothing if it is something else.
std::optional<int64_t> ParseUtcTime(std::string_view text);

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_UTC_TIME_H_
