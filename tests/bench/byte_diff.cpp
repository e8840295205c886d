// SPDX-License-Identifier: LGPL-2.1-or-later
// usage: byte_diff FILE FILE
// Counts the ranges in which two files differ.
#include <cstdio>

#include "readers/decode/byte_diff.h"

using namespace vmcoredd;

static Result<ByteDiff> Compare(const char* first, const char* second) {
  const auto a = VMCOREDD_TRY(FileSource::Open(first));
  const auto b = VMCOREDD_TRY(FileSource::Open(second));
  return CompareBytes(*a, *b);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto diff = Compare(argv[1], argv[2]);
  if (!diff) {
    std::fprintf(stderr, "%s\n", diff.error().ToString().c_str());
    return 1;
  }
  std::printf("%llu ranges\n", static_cast<unsigned long long>(diff->range_count));
  return 0;
}
