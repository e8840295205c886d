// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/selector.h"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "readers/cli/console.h"
#include "readers/cli/output_text.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

// How many dumps the message about a selector without match names.
constexpr size_t kNamedDumps = 8;

std::optional<uint32_t> AsIndex(std::string_view text) {
  uint32_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return index;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string WhatThereIs(const std::vector<Input>& inputs) {
  size_t count = 0;
  std::string text;
  for (const Input& input : inputs) {
    for (const DeviceDump& dump : input.table.dumps) {
      if (++count > kNamedDumps) continue;
      if (count > 1) text += ", ";
      text += std::to_string(dump.index()) + ' ' + NameText(dump.name());
    }
  }
  if (count > kNamedDumps) text += " and " + std::to_string(count - kNamedDumps) + " more";
  return text;
}

}  // namespace

bool SelectorMatches(const std::string& selector, const DeviceDump& dump) {
  if (IsNumber(selector)) return AsIndex(selector) == dump.index();
  const std::string& raw = dump.name();
  if (selector == raw) return true;
  const std::string escaped = EscapeBytes(raw);
  // Escaped names are full of backslashes, which must not quote there.
  return selector == escaped || ::fnmatch(selector.c_str(), raw.c_str(), 0) == 0 ||
         ::fnmatch(selector.c_str(), escaped.c_str(), FNM_NOESCAPE) == 0;
}

std::vector<SelectedDump> SelectDumps(std::vector<Input>& inputs,
                                      const std::vector<std::string>& selectors,
                                      Console& console) {
  std::vector<SelectedDump> selected;
  std::vector<bool> used(selectors.size(), false);
  for (Input& input : inputs) {
    for (const DeviceDump& dump : input.table.dumps) {
      bool wanted = selectors.empty();
      for (size_t i = 0; i < selectors.size(); ++i) {
        if (!SelectorMatches(selectors[i], dump)) continue;
        wanted = true;
        used[i] = true;
      }
      if (wanted) selected.push_back({&input, &dump});
    }
  }
  if (inputs.empty()) return selected;  // has been said

  const std::string file = inputs.size() == 1 ? inputs.front().file() : std::string();
  const std::string what = WhatThereIs(inputs);
  if (what.empty()) {
    console.AddProblem(file, Error(ErrorCode::kNotFound, "there is no device dump in it"));
    return selected;
  }
  for (size_t i = 0; i < selectors.size(); ++i) {
    if (used[i]) continue;
    console.AddProblem(
        file, Error(ErrorCode::kNotFound,
                    "no device dump matches \"" + EscapeBytes(selectors[i]) + "\": found " + what));
  }
  return selected;
}

}  // namespace vmcoredd::cli
