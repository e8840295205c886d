// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <string_view>

#include "readers/decode/layout_set.h"
#include "tests/fuzz/checked_decode.h"
#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/base/byte_source.h"

// A layout file of a stranger: the text up to the first NUL, then how it is decoded by, and
// the dump. A library stands beside it, to be used by it.

using namespace vmcoredd;

namespace {

constexpr std::string_view kLibrary = R"(
schema = "vmcoredd-layout/1"
name = "library"
title = "a library"
sources = ["none"]
[struct.pair]
params = ["width"]
size = 8
fields = [{ name = "a", enum = "kind", bits = "low" }, { name = "b", when = "width > a" }]
[bits.low]
LOW = "3:0"
[enum.kind]
1 = { text = "one", bad = "warning" }
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const uint8_t* const nul = std::find(data, data + size, uint8_t{0});
  const std::string_view text(reinterpret_cast<const char*>(data), static_cast<size_t>(nul - data));
  LayoutSet set;
  set.Add("library.toml", kLibrary);
  set.Add("fuzz.toml", text);
  set.Link();
  for (const LayoutProblem& problem : set.problems()) {
    fuzz::RequirePrintable(Error(ErrorCode::kCorrupt, problem.text));
    fuzz::Require(problem.file == "fuzz.toml", "who makes a mistake is told so");
    fuzz::Require(problem.place.line >= 1, "and where");
  }
  const size_t rest = size - text.size();
  const fuzz::Input dump(rest > 2 ? nul + 2 : nul, rest > 2 ? rest - 2 : 0);
  MemorySource source(dump.bytes());
  DumpFacts facts;
  facts.name = "fuzz_0000:01:00.0_what";
  facts.size = dump.bytes().size();
  static_cast<void>(set.Match(facts, source));
  for (const auto& [name, layout] : set.layouts()) {
    if (!layout->root) continue;
    fuzz::Require(set.problems().empty(), "a layout with mistakes is not used");
    fuzz::DecodeChecked(*layout, rest > 1 ? nul[1] : 0, dump.bytes());
  }
  return 0;
}
