// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <string_view>

#include "readers/decode/byte_window.h"
#include "readers/decode/layout_decoder.h"
#include "readers/decode/layout_set.h"
#include "readers/layout-import/layout_import.h"
#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/base/byte_source.h"

// Register descriptions (readers/layout-import): the build names the language. Whatever comes
// in, the layout that comes out has no mistake, and bytes can be decoded by it.

using namespace vmcoredd;

namespace {

class NoSink final : public DecodeSink {
 public:
  bool BeginGroup(const Group&) override { return true; }
  void EndGroup() override {}
  void OnField(const Field&) override {}
  void OnRemark(const Remark&) override {}
  void OnFinding(Finding) override { fuzz::Require(false, "an import has no findings"); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Input input(data, size);
  const std::string_view text(reinterpret_cast<const char*>(input.bytes().data()), size);
  LayoutImportOptions options;
  options.language = FindRegisterLanguage(VMCOREDD_LANGUAGE);
  options.file = "fuzz";
  const auto imported = ImportLayout(text, options);
  if (!imported) {
    fuzz::RequirePrintable(imported.error());
    return 0;
  }
  fuzz::Require(imported->problems.size() <= std::max<size_t>(imported->left_out, 0),
                "what is left out is counted");
  for (const LayoutImportProblem& problem : imported->problems) {
    fuzz::RequirePrintable(Error(ErrorCode::kUnsupported, problem.text));
  }
  LayoutSet layouts;
  layouts.Add("fuzz.toml", imported->toml);
  layouts.Link();
  fuzz::Require(layouts.problems().empty(), "a layout that was imported has no mistake");
  const Layout* const layout = layouts.Find(imported->name);
  fuzz::Require(layout != nullptr, "it is there under its name");
  MemorySource source(input.bytes());
  ByteWindow window(source, "", {});
  NoSink sink;
  DecodeOptions decode;
  decode.limits.fields = 10'000;
  DecodeByLayout(*layout, window, decode, sink);
  return 0;
}
