// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/fuzz/fuzz_input.h"

#include <cstdio>
#include <cstdlib>

namespace vmcoredd::fuzz {

void Require(bool condition, const char* promise) {
  if (condition) return;
  std::fprintf(stderr, "promise broken: %s\n", promise);
  std::abort();
}

void RequirePrintable(const Error& error) {
  for (const char c : error.ToString()) {
    Require(c >= 0x20 && c < 0x7f, "an error's text is printable ASCII");
  }
}

}  // namespace vmcoredd::fuzz
