// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_LAYOUT_IMPORT_IMPORT_TEXT_H_
#define READERS_LAYOUT_IMPORT_IMPORT_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace vmcoredd::internal {

// A name as layouts have them: letters, digits, '_', at most 64. Other characters become '_';
// nothing becomes "unnamed".
std::string LayoutNameOf(std::string_view raw);

// Names of one scope: a second one of the same name gets a number.
class UniqueNames {
 public:
  std::string Take(std::string_view raw);

 private:
  std::set<std::string, std::less<>> taken_;
};

// Lines and indentation become single blanks; what is longer than kMaxImportText is cut.
inline constexpr size_t kMaxImportText = 2000;
std::string TidyText(std::string_view raw);

// A string of TOML, quotation marks included. Bytes that are no UTF-8 appear as \xNN in the
// text, control characters as \u00NN.
std::string TomlString(std::string_view text);

// A name of the input for a message: escaped, and not longer than a line.
std::string ShownName(std::string_view raw);

// As a layout writes it: "0x1c".
std::string HexText(uint64_t value);

}  // namespace vmcoredd::internal

#endif  // READERS_LAYOUT_IMPORT_IMPORT_TEXT_H_
