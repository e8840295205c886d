// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/readers/layout-import/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "readers/decode/byte_window.h"
#include "readers/decode/layout_decoder.h"
#include "readers/decode/layout_set.h"
#include "vmcoredd/base/byte_source.h"

namespace vmcoredd::test {

namespace {

LayoutSet Accepted(const ImportedLayout& layout) {
  LayoutSet set;
  set.Add("imported.toml", layout.toml);
  set.Link();
  for (const LayoutProblem& problem : set.problems()) {
    ADD_FAILURE() << problem.place.line << ':' << problem.place.column << ": " << problem.text
                  << "\n"
                  << layout.toml;
  }
  EXPECT_NE(set.Find(layout.name), nullptr);
  return set;
}

class ValueSink final : public DecodeSink {
 public:
  bool BeginGroup(const Group&) override { return true; }
  void EndGroup() override {}
  void OnField(const Field& field) override {
    if (field.state == FieldState::kRead) values[std::string(field.path)] = field.value;
  }
  void OnRemark(const Remark&) override {}
  void OnFinding(Finding) override {}
  std::map<std::string, uint64_t> values;
};

}  // namespace

ImportedLayout Imported(std::string_view text, const LayoutImportOptions& options) {
  LayoutImportOptions all = options;
  if (all.file.empty()) all.file = "registers";
  auto layout = ImportLayout(text, all);
  if (!layout) {
    ADD_FAILURE() << layout.error().ToString();
    return {};
  }
  Accepted(*layout);
  EXPECT_EQ(layout->problems.size(), std::min<size_t>(layout->left_out, 1000));
  return *std::move(layout);
}

std::vector<std::string> LeftOut(const ImportedLayout& layout) {
  std::vector<std::string> texts;
  for (const LayoutImportProblem& problem : layout.problems) {
    texts.push_back(std::to_string(problem.line) + ": " + problem.text);
  }
  return texts;
}

std::map<std::string, uint64_t> Values(const ImportedLayout& layout,
                                       const std::vector<uint8_t>& bytes) {
  const LayoutSet set = Accepted(layout);
  MemorySource source(std::as_bytes(std::span(bytes)));
  ByteWindow window(source, "", {});
  ValueSink sink;
  DecodeByLayout(*set.Find(layout.name), window, {}, sink);
  return sink.values;
}

std::string SvdDevice(std::string_view peripherals) {
  return "<device><name>D</name><peripherals>" + std::string(peripherals) +
         "</peripherals></device>";
}

std::string SvdOf(std::string_view registers) {
  return SvdDevice("<peripheral><name>P</name><baseAddress>0x1000</baseAddress><registers>" +
                   std::string(registers) + "</registers></peripheral>");
}

}  // namespace vmcoredd::test
