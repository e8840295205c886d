// SPDX-License-Identifier: LGPL-2.1-or-later
#include <span>
#include <string>
#include <utility>

#include "readers/import/around_output.h"
#include "readers/import/importers.h"
#include "readers/import/json_events.h"

// devlink health dump show | diagnose: a driver's formatted message. The text is
// ambiguous (values have no quotes) and the JSON has lost its types, so what was
// saved is kept as it is, and only checked to be whole.

namespace vmcoredd::internal {

namespace {

SavedDump MakeDump(SavedKind kind, std::string_view content) {
  SavedDump dump;
  dump.kind = kind;
  dump.content = content;
  return dump;
}

// Looks for what cannot be the whole of a message, whatever the length of its lines: an
// array is one line. The lines of a block are indented deeper than the name that opens
// it, so a name alone cannot be last.
class MessageText {
 public:
  void Add(std::string_view block) {
    while (!block.empty()) {
      const size_t end = block.find('\n');
      const std::string_view piece = block.substr(0, end);
      start_ += piece.substr(0, kStartBytes - start_.size());
      const size_t last = piece.find_last_not_of(" \r");
      if (last != std::string_view::npos) last_byte_ = piece[last];
      length_ += piece.size();
      if (end == std::string_view::npos) return;
      EndLine(true);
      offset_ += length_ + 1;
      length_ = 0;
      block.remove_prefix(end + 1);
    }
  }
  // The first thing that is wrong.
  std::optional<Error> Finish() {
    if (length_ != 0) EndLine(false);
    if (damage_) return damage_;
    if (lines_of_message_ == 0) return Error(ErrorCode::kTruncated, "the message is empty");
    if (!opens_block_) return std::nullopt;
    return Error(ErrorCode::kTruncated, "the text ends where a block begins");
  }

 private:
  static constexpr size_t kStartBytes = 80;

  void EndLine(bool is_ended) {
    TextLine line;
    line.text = start_;
    line.number = ++number_;
    line.offset = offset_;
    line.is_ended = is_ended;
    std::optional<Error> problem;
    if (IsKernelAnswer(line.text) || line.text.starts_with("exit=")) {
      problem = JudgeTrailer(line);
    } else if (!is_ended) {
      problem = LineError(ErrorCode::kTruncated, line, "the text ends in the middle of a line");
    } else if (last_byte_ != 0) {
      ++lines_of_message_;
      opens_block_ = last_byte_ == ':';
    }
    if (problem && !damage_) damage_ = std::move(problem);
    start_.clear();
    last_byte_ = 0;
  }

  std::optional<Error> damage_;
  uint64_t lines_of_message_ = 0;
  bool opens_block_ = false;
  // Of the line that is being read.
  std::string start_;
  char last_byte_ = 0;
  uint64_t number_ = 0;
  uint64_t offset_ = 0;
  uint64_t length_ = 0;
};

class AnyEvents final : public JsonEvents {
 public:
  Answer Key(std::string_view) override { return std::nullopt; }
  Answer Number(uint64_t) override { return std::nullopt; }
  Answer Other() override { return std::nullopt; }
  Answer BeginObject() override { return std::nullopt; }
  Answer EndObject() override { return std::nullopt; }
  Answer BeginArray() override { return std::nullopt; }
  Answer EndArray() override { return std::nullopt; }
};

// What is left is also part of the file.
Result<void> Drain(TextInput& in) {
  while (!in.TakeBlock().empty()) {
  }
  if (in.copy_error()) return tl::unexpected(*in.copy_error());
  return {};
}

}  // namespace

bool LooksLikeMessageText(std::string_view head) {
  const std::string_view text = SkipPreamble(head);
  const std::string_view line = text.substr(0, text.find('\n'));
  const size_t colon = line.find(':');
  const size_t name = line.find_first_not_of(' ');
  if (colon == std::string_view::npos || name == colon || line[name] == '{') return false;
  // devlink begins with a blank, and a blank or nothing is behind each name.
  return name != 0 && (colon + 1 == line.size() || line[colon + 1] == ' ');
}

bool LooksLikeMessageJson(std::string_view head) { return LooksLikeJsonObject(head); }

Result<void> ImportMessageText(TextInput& in, ImportSink& sink, SavedKind kind) {
  if (in.Peek().empty()) {
    return in.error() ? tl::unexpected(*in.error())
                      : Fail(ErrorCode::kNotRecognised, "no devlink message: no text");
  }
  VMCOREDD_TRY(sink.Begin(MakeDump(kind, "devlink-health-text")));
  MessageText text;
  for (;;) {
    const std::string_view block = in.TakeBlock();
    if (block.empty()) break;
    text.Add(block);
    VMCOREDD_TRY(sink.Write(std::as_bytes(std::span(block))));
  }
  DumpRemarks remarks;
  if (const auto damage = text.Finish()) AddDamage(sink, remarks, *damage);
  if (in.error()) AddDamage(sink, remarks, *in.error());
  return sink.End(remarks);
}

Result<void> ImportMessageJson(TextInput& in, ImportSink& sink, SavedKind kind) {
  if (!LooksLikeJsonObject(in.Peek())) {
    return in.error() ? tl::unexpected(*in.error())
                      : Fail(ErrorCode::kNotRecognised, "no devlink message: no JSON object");
  }
  VMCOREDD_TRY(sink.Begin(MakeDump(kind, "devlink-health-json")));
  in.CopyTo(sink);
  DumpRemarks remarks;
  if (const auto answer = ReadPreamble(in)) AddDamage(sink, remarks, *answer);
  AnyEvents events;
  auto read = ReadJson(in, events);
  if (read) read = ExpectOnlyTrailer(in);
  VMCOREDD_TRY(Drain(in));
  if (!read) AddDamage(sink, remarks, read.error());
  return sink.End(remarks);
}

}  // namespace vmcoredd::internal
