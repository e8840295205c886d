// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/import/around_output.h"

#include <algorithm>
#include <string>

namespace vmcoredd::internal {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view SkipBlanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

Error KernelAnswerError(const TextLine& line) {
  return LineError(ErrorCode::kTruncated, line,
                   "devlink did not read the whole message: " + Excerpt(line.text));
}

}  // namespace

bool IsKernelAnswer(std::string_view line) {
  return line.starts_with("kernel answers:") || line.starts_with("devlink answers:");
}

std::optional<Error> JudgeTrailer(const TextLine& line) {
  if (IsKernelAnswer(line.text)) return KernelAnswerError(line);
  const std::string_view text = SkipBlanks(line.text);
  if (text.empty() || (text == "exit=0" && line.is_ended)) return std::nullopt;
  if (text.starts_with("exit=")) {
    return LineError(ErrorCode::kTruncated, line, "devlink failed: " + Excerpt(line.text));
  }
  return LineError(ErrorCode::kCorrupt, line,
                   "expected the end of the output, found " + Excerpt(line.text));
}

std::string_view SkipPreamble(std::string_view head) {
  for (;;) {
    const size_t end = head.find('\n');
    const std::string_view line = head.substr(0, end);
    const bool is_empty = line.find_first_not_of(kBlanks) == std::string_view::npos;
    const bool is_passed = is_empty || line.starts_with('#') || IsKernelAnswer(line);
    if (end == std::string_view::npos || !is_passed) return head;
    head.remove_prefix(end + 1);
  }
}

std::optional<Error> ReadPreamble(TextInput& in, RegionHeader* header) {
  std::optional<Error> meaning;
  for (;;) {
    const std::string_view head = in.Peek();
    if (head.empty() || SkipPreamble(head).size() == head.size()) return meaning;
    const auto line = in.ReadLine();
    if (!line) return meaning;
    if (header != nullptr && line->text.starts_with('#')) header->Take(*line);
    if (!meaning && IsKernelAnswer(line->text)) meaning = KernelAnswerError(*line);
  }
}

Result<void> ExpectOnlyTrailer(TextInput& in) {
  while (const auto line = in.ReadLine()) {
    if (const auto problem = JudgeTrailer(*line)) return tl::unexpected(*problem);
  }
  if (in.error()) return tl::unexpected(*in.error());
  return {};
}

bool LooksLikeJsonObject(std::string_view head) {
  return SkipBlanks(SkipPreamble(head)).starts_with('{');
}

std::string_view FirstJsonKey(std::string_view head) {
  head = SkipBlanks(SkipPreamble(head));
  if (!head.starts_with('{')) return {};
  head = SkipBlanks(head.substr(1));
  if (!head.starts_with('"')) return {};
  head.remove_prefix(1);
  const size_t end = head.find('"');
  return end == std::string_view::npos ? std::string_view() : head.substr(0, end);
}

}  // namespace vmcoredd::internal
