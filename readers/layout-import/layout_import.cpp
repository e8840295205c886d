// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/layout-import/layout_import.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "readers/decode/toml_tree.h"
#include "readers/layout-import/import_text.h"
#include "readers/layout-import/importers.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

using internal::ImportedRegisters;
using internal::ImportProblems;

constexpr std::array<std::string_view, 2> kLanguages = {"crashlog-csv", "svd"};

// "STM32F0 x" -> "stm32f0-x"
std::string LayoutName(std::string_view raw) {
  std::string name;
  for (char c : raw.substr(0, 64)) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool is_good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    name += is_good ? c : '-';
  }
  return name.empty() ? "imported" : name;
}

Result<ImportedRegisters> Read(RegisterLanguage language,
                               std::string_view text,
                               const LayoutImportOptions& options,
                               ImportProblems& problems) {
  if (language == RegisterLanguage::kCrashlogCsv) {
    return internal::ReadCrashlogCsv(text, options, problems);
  }
#ifdef VMCOREDD_WITH_SVD
  return internal::ReadSvd(text, options, problems);
#else
  return Fail(ErrorCode::kUnsupported, "svd: this program was built without it");
#endif
}

}  // namespace

std::string_view RegisterLanguageName(RegisterLanguage language) {
  return kLanguages[static_cast<size_t>(language)];
}

std::optional<RegisterLanguage> FindRegisterLanguage(std::string_view name) {
  const auto found = std::find(kLanguages.begin(), kLanguages.end(), name);
  if (found == kLanguages.end()) return std::nullopt;
  return static_cast<RegisterLanguage>(found - kLanguages.begin());
}

std::optional<RegisterLanguage> GuessRegisterLanguage(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return std::nullopt;
  if (text[begin] == '<') return RegisterLanguage::kSvd;
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.find("name;") != line.npos || line.find(";name") != line.npos) {
    return RegisterLanguage::kCrashlogCsv;
  }
  return std::nullopt;
}

Result<ImportedLayout> ImportLayout(std::string_view text, const LayoutImportOptions& options) {
  if (text.size() > kMaxRegisterFile) {
    return Fail(ErrorCode::kLimitExceeded,
                fmt::format("the file is larger than {} bytes", kMaxRegisterFile));
  }
  const auto language = options.language ? options.language : GuessRegisterLanguage(text);
  if (!language) {
    return Fail(ErrorCode::kNotRecognised,
                "neither crashlog-csv (a line name;offset;size;...) nor svd (XML)");
  }
  ImportProblems problems;
  ImportedRegisters registers = VMCOREDD_TRY(Read(*language, text, options, problems));
  internal::LayoutHead& head = registers.head;
  head.match = &options;
  head.name = LayoutName(options.name.empty() ? head.name : options.name);
  if (!options.title.empty()) head.title = options.title;
  head.sources.insert(head.sources.end(), options.sources.begin(), options.sources.end());
  head.comments.insert(head.comments.begin(), "Made by vmcoredd layout import.");
  ImportedLayout out = WriteLayout(registers.root, head, problems);
  if (out.toml.empty()) return Fail(ErrorCode::kCorrupt, "no register that a layout can have");
  if (out.toml.size() > kMaxLayoutBytes) {
    return Fail(ErrorCode::kLimitExceeded,
                fmt::format("a layout of {} bytes, more than {}: choose a peripheral",
                            out.toml.size(), kMaxLayoutBytes));
  }
  out.left_out = problems.count();
  out.problems = std::move(problems.list());
  return out;
}

}  // namespace vmcoredd
