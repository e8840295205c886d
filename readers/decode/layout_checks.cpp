// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/layout_checks.h"

#include <fmt/core.h>

#include <algorithm>

#include "vmcoredd/base/text.h"

namespace vmcoredd::internal {

namespace {

// A layout of a stranger may inline what is inlined, again and again.
constexpr size_t kMaxSteps = size_t{1} << 22;
constexpr size_t kMaxDepth = 32;  // nothing is decoded that is deeper

}  // namespace

void CheckEnumeration(const FieldMeaning& meaning,
                      unsigned bits,
                      std::string_view what,
                      const ReportProblem& report) {
  if (!meaning.enumeration || meaning.enumeration->entries.empty() || bits >= 64) return;
  const uint64_t last = meaning.enumeration->entries.back().low;
  if (last >> bits == 0) return;
  report(meaning.place, fmt::format("{}: a key of its enum is 0x{:x}, and it has {} bits",
                                    EscapeBytes(what), last, bits));
}

bool InlineNames::Add(const std::string& name, bool is_conditional) {
  const bool is_taken = always_.contains(name) || (!is_conditional && perhaps_.contains(name));
  (is_conditional ? perhaps_ : always_).insert(name);
  if (!is_conditional) always_name_ = name;
  if (is_taken) second_ = name;
  return !is_taken;
}

bool InlineNames::Inline(const Structure* structure, bool is_conditional, size_t depth) {
  if (!structure || depth == kMaxDepth) return true;
  // What is there perhaps has said its names; what is always there says them twice.
  if (is_conditional) {
    return !walked_perhaps_.insert(structure).second || Walk(*structure, true, depth + 1);
  }
  if (const auto walked = walked_.find(structure); walked != walked_.end()) {
    second_ = walked->second;
    return second_.empty();
  }
  const size_t names = always_.size();
  const bool is_good = Walk(*structure, false, depth + 1);
  walked_[structure] = always_.size() > names ? always_name_ : std::string();
  return is_good;
}

bool InlineNames::Walk(const Structure& structure, bool is_conditional, size_t depth) {
  for (const FieldSpec& field : structure.fields) {
    if (depth == 0) field_ = &field;
    if (++steps_ > kMaxSteps) return false;
    const bool may_be_absent = is_conditional || field.when;
    if (!field.is_inline) {
      if (!Add(field.name, may_be_absent)) return false;
      continue;
    }
    const bool is_array = field.count && field.count->expression.Constant().value_or(2) > 1;
    for (int i = is_array ? 2 : 1; i > 0; --i) {
      if (!Inline(field.content.always, may_be_absent, depth)) return false;
    }
    for (const StructureCase& item : field.content.cases) {
      if (!Inline(item.structure, true, depth)) return false;
    }
    if (!Inline(field.content.fallback, true, depth)) return false;
  }
  return true;
}

void InlineNames::Check(const Structure& structure) {
  const auto has_inline = std::any_of(structure.fields.begin(), structure.fields.end(),
                                      [](const FieldSpec& field) { return field.is_inline; });
  if (!has_inline || steps_ > kMaxSteps) return;
  always_.clear();
  perhaps_.clear();
  walked_.clear();
  walked_perhaps_.clear();
  second_.clear();
  if (Walk(structure, false, 0)) return;
  report_(field_->place, structure.name + '.' + field_->name + ": " +
                             (second_.empty() ? "too much is inlined"
                                              : "a second field " + EscapeBytes(second_) +
                                                    ", with what is inlined"));
}

}  // namespace vmcoredd::internal
