// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_LAYOUT_LINKER_H_
#define READERS_DECODE_LAYOUT_LINKER_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "readers/decode/layout.h"

namespace vmcoredd::internal {

using LayoutMap = std::map<std::string, std::unique_ptr<Layout>, std::less<>>;
using NameSet = std::set<std::string, std::less<>>;

// An array longer than this is a mistake, or an attack.
inline constexpr uint64_t kMaxArray = uint64_t{1} << 20;

// Finds what names mean, across layouts, gives each name of an expression its slot, and
// checks what only then can be checked: places, overlaps, structures within themselves.
// Adds what is wrong to `problems`; a layout with problems must not be decoded with. `broken`:
// names of layouts that are left out, so that those which need them say why.
void LinkLayouts(LayoutMap& layouts, const NameSet& broken, std::vector<LayoutProblem>& problems);

}  // namespace vmcoredd::internal

#endif  // READERS_DECODE_LAYOUT_LINKER_H_
