// SPDX-License-Identifier: LGPL-2.1-or-later
// Uses something of each library that an outsider links.
#include <cstdio>

#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/format/dump_name.h"
#include "vmcoredd/format/manifest.h"

int main() {
  // XXH3 of nothing, 128 bits: known from its specification.
  if (vmcoredd::HashOf({}) != "99aa06d3014798d86001c324468d497f") return 1;
  std::puts("consumer: ok");
}
