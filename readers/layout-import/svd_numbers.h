// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_LAYOUT_IMPORT_SVD_NUMBERS_H_
#define READERS_LAYOUT_IMPORT_SVD_NUMBERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vmcoredd::internal {

// Numbers of CMSIS-SVD ("scaledNonNegativeInteger"): decimal, 0x hexadecimal, # binary, with
// k, m, g or t behind them.
std::optional<uint64_t> ParseSvdNumber(std::string_view text);

// Values of an enumeration: as numbers, or binary with x where a bit does not matter. As
// ranges, ascending; nothing for what is no such value, or becomes more than 256 ranges.
std::optional<std::vector<std::pair<uint64_t, uint64_t>>> ParseSvdEnumValue(std::string_view text);

// "[7:4]": lowest bit and width.
std::optional<std::pair<uint64_t, uint64_t>> ParseSvdBitRange(std::string_view text);

// What stands for %s in `count` elements: "0-3", "A-D", "A,B,C". Nothing if it does not fit.
std::optional<std::vector<std::string>> ParseSvdIndex(std::string_view text, uint64_t count);

}  // namespace vmcoredd::internal

#endif  // READERS_LAYOUT_IMPORT_SVD_NUMBERS_H_
