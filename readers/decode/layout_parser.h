// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_LAYOUT_PARSER_H_
#define READERS_DECODE_LAYOUT_PARSER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "readers/decode/layout.h"

namespace vmcoredd {

inline constexpr std::string_view kLayoutSchema = "vmcoredd-layout/1";

// A layout file as it stands, without what only the others can tell: names of other
// structures, slots of expressions.
struct ParsedLayout {
  std::unique_ptr<Layout> layout;       // nothing when the syntax is broken
  std::vector<LayoutProblem> problems;  // in the order of the file
};

// `file` is for messages.
ParsedLayout ParseLayout(std::string_view text, std::string file);

}  // namespace vmcoredd

#endif  // READERS_DECODE_LAYOUT_PARSER_H_
