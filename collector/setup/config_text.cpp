// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/config_text.h"

#include "collector/setup/sysroot.h"

namespace vmcoredd {

namespace {

// Bytes of the UTF-8 character that `text` begins with; 0 if it is none. Overlong forms
// and surrogates are toml++'s to refuse.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const size_t length = byte(0) < 0x80                      ? 1
                        : byte(0) >= 0xc2 && byte(0) < 0xe0 ? 2
                        : byte(0) >= 0xe0 && byte(0) < 0xf0 ? 3
                        : byte(0) >= 0xf0 && byte(0) < 0xf5 ? 4
                                                            : 0;
  if (length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) return 0;
  }
  return length;
}

}  // namespace

std::optional<ConfigProblem> FindForbiddenByte(std::string_view text) {
  ConfigProblem place{1, 1, {}};
  bool in_comment = false;
  while (!text.empty()) {
    const char c = text.front();
    const size_t length = Utf8Length(text);
    if (place.column == 1) in_comment = Trim(text.substr(0, text.find('\n'))).starts_with('#');
    if (length == 0) place.text = "expected UTF-8";
    if (length > 1 && !in_comment) {
      place.text = "expected ASCII outside of lines of comment: in a text, write \\uXXXX";
    }
    if ((c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
      place.text = "a control character";
    }
    if (!place.text.empty()) return place;
    ++place.column;
    if (c == '\n') place = {place.line + 1, 1, {}};
    text.remove_prefix(length);
  }
  return std::nullopt;
}

}  // namespace vmcoredd
