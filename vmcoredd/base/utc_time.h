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
// The same of microseconds, without what is below a second.
std::string UtcTimeOfMicros(int64_t micros);

// The inverse; nothing if it is something else.
std::optional<int64_t> ParseUtcTime(std::string_view text);

// Microseconds since 1970 of RFC 3339 with any zone and up to 9 digits of a second. To compare
// times by: as text, "12:04:09.5Z" stands before "12:04:09Z".
std::optional<int64_t> ParseRfc3339(std::string_view text);

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_UTC_TIME_H_
