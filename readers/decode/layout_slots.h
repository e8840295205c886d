// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_LAYOUT_SLOTS_H_
#define READERS_DECODE_LAYOUT_SLOTS_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "readers/decode/layout.h"
#include "readers/decode/layout_linker.h"

namespace vmcoredd::internal {

template <typename T>
using NamedParts = std::map<std::string, std::unique_ptr<T>, std::less<>>;

// What a name of a structure, of bits or of an enumeration means in a layout: its own first,
// then LAYOUT.NAME.
template <typename T>
T* FindPart(const LayoutMap& layouts,
            const Layout& from,
            NamedParts<T> Layout::*where,
            std::string_view name) {
  if (const auto own = (from.*where).find(name); own != (from.*where).end()) {
    return own->second.get();
  }
  const size_t dot = name.find('.');
  if (dot == name.npos) return nullptr;
  const auto layout = layouts.find(name.substr(0, dot));
  if (layout == layouts.end()) return nullptr;
  auto& items = (*layout->second).*where;
  const auto item = items.find(name.substr(dot + 1));
  return item == items.end() ? nullptr : item->second.get();
}

inline constexpr size_t kAllFields = std::numeric_limits<size_t>::max();

// Gives the names of expressions their slots: FIELD, FIELD.BITS, FIELD[2], STRUCT.FIELD.
class SlotFinder {
 public:
  explicit SlotFinder(const LayoutMap& layouts) : layouts_(layouts) {}

  // The slot of a name in a structure, made if need be. Fields from `limit` on do not
  // count yet. Nothing, and a reason, if there is no such number.
  std::optional<uint32_t> Find(Structure& structure,
                               std::string_view name,
                               size_t limit,
                               std::string& why);

 private:
  const LayoutMap& layouts_;
};

// What the number in a slot means; null if nothing is said of it.
const FieldMeaning* MeaningOfSlot(const Structure& structure, uint32_t slot);

// The names of the flags that are set in the value of a slot, if it is a register that has
// nothing but flags: "RX, TX".
std::string FlagsOfSlot(const Structure& structure, uint32_t slot, uint64_t value);

}  // namespace vmcoredd::internal

#endif  // READERS_DECODE_LAYOUT_SLOTS_H_
