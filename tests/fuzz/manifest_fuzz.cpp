// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string_view>

#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/format/manifest_parser.h"

using namespace vmcoredd;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Input input(data, size);
  const std::string_view text(reinterpret_cast<const char*>(input.bytes().data()), size);
  const auto fragment = ParseManifest(text);
  if (!fragment) {
    fuzz::RequirePrintable(fragment.error());
    return 0;
  }
  // What was understood can be written, read again, and says the same.
  const auto once = ManifestToJson(*fragment);
  const auto again = ParseManifest(once);
  fuzz::Require(again.has_value(), "what we write, we read");
  fuzz::Require(ManifestToJson(*again) == once, "reading and writing changes nothing");
  return 0;
}
