// SPDX-License-Identifier: LGPL-2.1-or-later
#include <vector>

#include "readers/decode/layout_set.h"
#include "tests/fuzz/checked_decode.h"
#include "tests/fuzz/fuzz_input.h"

// Any bytes as a dump, by the layouts of the tree. The first two bytes of the input choose
// the layout, of those with a root by name, the third how it is decoded.

using namespace vmcoredd;

namespace {

const std::vector<const Layout*>& Layouts() {
  static const LayoutSet set = LayoutSet::Load({VMCOREDD_LAYOUTS});
  static const std::vector<const Layout*> roots = [] {
    fuzz::Require(set.problems().empty(), "the layouts of the tree have no mistakes");
    std::vector<const Layout*> out;
    for (const auto& [name, layout] : set.layouts()) {
      if (layout->root && layout->decoder.empty()) out.push_back(layout.get());
    }
    fuzz::Require(!out.empty(), "there are layouts");
    return out;
  }();
  return roots;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const auto& layouts = Layouts();
  const fuzz::Input input(data + 3, size - 3);
  const size_t chosen = data[0] | static_cast<size_t>(data[1]) << 8;
  fuzz::DecodeChecked(*layouts[chosen % layouts.size()], data[2], input.bytes());
  return 0;
}
