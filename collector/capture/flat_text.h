// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_FLAT_TEXT_H_
#define VMCOREDD_COLLECTOR_CAPTURE_FLAT_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

// Lines of key=value, each ended by a newline: how the collector, its plugins and
// its spool tell each other everything that is not payload. The crash kernel's
// program can afford no other parser.

namespace vmcoredd {

// Lines in one text. A request with many options stays far below.
inline constexpr size_t kMaxFlatLines = 1024;

// Appends a line. The value must hold no newline (EscapeBytes sees to that).
void AppendFlatLine(std::string& text, std::string_view key, std::string_view value);
void AppendFlatLine(std::string& text, std::string_view key, uint64_t value);

// kCorrupt for a line without '=' or newline, kLimitExceeded past kMaxFlatLines.
Result<Properties> ParseFlatText(std::string_view text);

// Takes the first line off `text`: its key and its value. kCorrupt as above.
Result<std::pair<std::string_view, std::string_view>> TakeFlatLine(std::string_view& text);

// The value of the first `key`, or nothing.
std::optional<std::string_view> FindText(const Properties& properties, std::string_view key);
// The same as a decimal number; kCorrupt when it is missing or is not one.
Result<uint64_t> FindNumber(const Properties& properties, std::string_view key);
// A decimal or, with 0x, hexadecimal number; nothing if that is not all of `text`.
std::optional<uint64_t> ParseNumber(std::string_view text);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_FLAT_TEXT_H_
