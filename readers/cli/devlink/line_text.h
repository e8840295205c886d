// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_LINE_TEXT_H_
#define READERS_CLI_DEVLINK_LINE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "readers/report/json_stream.h"

namespace vmcoredd::devlink_cli {

// Text as devlink lays it out: words with a blank between them, lines indented by two
// blanks a level, no empty lines.
class LineText {
 public:
  explicit LineText(TextSink sink) : sink_(std::move(sink)) {}

  // Text goes on in the line; at the start of one, the indentation comes first.
  void Print(std::string_view text) {
    if (is_line_new_) sink_(std::string(2 * level_, ' '));
    is_line_new_ = false;
    is_line_empty_ = false;
    sink_(text);
  }
  // A blank before the next word, unless it starts a line that NewLine() has begun. (The
  // first line of all has one: devlink's formatted messages begin with it.)
  void Separate() {
    if (!is_line_new_) Print(" ");
  }
  void Word(std::string_view text) {
    Separate();
    Print(text);
  }
  // Ends the line, if there is anything in it.
  void NewLine() {
    if (is_line_empty_) return;
    sink_("\n");
    is_line_new_ = true;
    is_line_empty_ = true;
  }
  void Indent() { ++level_; }
  void Outdent() {
    if (level_ > 0) --level_;
  }
  // Starts anew, at the left margin.
  void Reset() {
    NewLine();
    level_ = 0;
    is_line_new_ = false;
  }

 private:
  TextSink sink_;
  size_t level_ = 0;
  bool is_line_new_ = false;
  bool is_line_empty_ = true;
};

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_LINE_TEXT_H_
