// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_TEXT_H_
#define VMCOREDD_BASE_TEXT_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vmcoredd {

// Names in a dump are data from an enemy. EscapeBytes makes text of them that
// is safe on a terminal, in JSON and in an error message: printable ASCII stays,
// the backslash and every other byte become \xNN. The result is reversible.
std::string EscapeBytes(std::string_view bytes);

// The inverse. Nothing when the text holds a backslash that does not begin
// \xNN, or a byte that EscapeBytes would have escaped.
std::optional<std::string> UnescapeBytes(std::string_view text);

// Bytes of the UTF-8 character at the beginning of a text that is not empty; 0: it is none.
size_t Utf8Length(std::string_view text);
// The same text where it is UTF-8; each byte that is not becomes \xNN.
std::string ValidUtf8(std::string_view bytes);

// Lower-case hexadecimal, two digits a byte, and back.
std::string ToHex(std::span<const std::byte> bytes);
std::optional<std::vector<std::byte>> FromHex(std::string_view text);

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_TEXT_H_
