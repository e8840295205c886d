// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/compare.h"
#include "collector/watch/state_file.h"
#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;
using namespace vmcoredd::watch;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto state = ParseState(text);
  if (!state) {
    fuzz::RequirePrintable(state.error());
    return 0;
  }
  const auto again = ParseState(StateText(*state));
  fuzz::Require(again && *again == *state, "a state comes back as it was");
  const Comparison same = CompareStates(*state, *state, {});
  fuzz::Require(same.events.empty(), "nothing happened between a state and itself");
  WatchState nothing;
  nothing.boot = state->boot;
  const Comparison all = CompareStates(nothing, *state, {});
  if (!state->lacks_devcoredumps) {
    fuzz::Require(all.state.devcoredumps == state->devcoredumps, "all coredumps are known then");
  }
  for (const WatchEvent& event : all.events) fuzz::Require(event.is_late, "found, not told");
  return 0;
}
