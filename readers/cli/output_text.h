// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_OUTPUT_TEXT_H_
#define READERS_CLI_OUTPUT_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/cli/inputs.h"

// What the subcommands print for people. All of it is escaped.

namespace vmcoredd::cli {

// A path of the command line or of ours, safe on a terminal: like EscapeBytes, but
// backslashes stay, so that what is shown can be typed.
std::string PathText(std::string_view path);

// The name of a dump, escaped; "" in quotes if it has none.
std::string NameText(std::string_view raw);

// "1 problem", "2 problems".
std::string Count(uint64_t count, std::string_view what);

// "0 B", "4095 B", "4.0 KiB", "1.3 GiB".
std::string HumanBytes(uint64_t bytes);

// "yes", "no" or "not known".
std::string CompletenessText(std::optional<bool> complete);

// RFC 3339 in UTC, "2026-11-20T12:04:09Z".
std::string TimeText(int64_t seconds);

// The files that make one vmcore: "FILE" or "FILE + FILE".
std::string FilesText(const Input& input);

// What `list` and `info` print of one vmcore.
std::string ListText(const Input& input, bool with_heading);
std::string InfoText(Input& input);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_OUTPUT_TEXT_H_
