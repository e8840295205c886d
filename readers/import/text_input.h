// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_IMPORT_TEXT_INPUT_H_
#define READERS_IMPORT_TEXT_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/input_stream.h"
#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// One line, without its end. Valid until the next call to its TextInput.
struct TextLine {
  std::string_view text;
  uint64_t number = 0;    // from 1
  uint64_t offset = 0;    // of its first byte in the input
  bool is_ended = false;  // false: the input ends where the line should end
};

// A longer line is no line of any tool.
inline constexpr size_t kMaxLineBytes = 64 * 1024;
// What Peek() shows.
inline constexpr size_t kPeekBytes = 4096;

// Text through a fixed window, by lines or by bytes. A stream that fails ends
// there, like a file that is cut off: error() says whether it did. Borrows the
// stream.
class TextInput {
 public:
  explicit TextInput(InputStream& in);
  TextInput(const TextInput&) = delete;
  TextInput& operator=(const TextInput&) = delete;

  // The next bytes, without taking them: kPeekBytes, or all there are.
  std::string_view Peek();
  // Nothing at the end. "\r\n" ends a line like "\n".
  std::optional<TextLine> ReadLine();
  // The next byte without taking it, -1 at the end.
  int PeekByte() {
    if (position_ == filled_ && !Fill()) return -1;
    return static_cast<unsigned char>(window_[position_]);
  }
  // Must the next PeekByte() read?
  bool is_window_used_up() const { return position_ == filled_; }
  // Takes the byte that PeekByte() showed.
  void SkipByte() { ++position_; }
  // Takes all that is in the window, at least one byte; empty at the end.
  std::string_view TakeBlock();

  // From here on, every byte also goes to `copy`, before it is given out. What has
  // only been peeked at counts as not given out. Not after ReadLine() or SkipByte().
  void CopyTo(OutputStream& copy);
  // What `copy` failed with. The text ends there, too.
  const std::optional<Error>& copy_error() const { return copy_error_; }

  // What ended the text before its end: the stream's error, or kLimitExceeded for
  // a line that is too long.
  const std::optional<Error>& error() const { return error_; }
  // Of the next byte.
  uint64_t offset() const { return base_ + position_; }

 private:
  // Moves what is left to the front and reads more behind it. False when there
  // is no more.
  bool Fill();

  InputStream& in_;
  OutputStream* copy_ = nullptr;
  std::vector<char> window_;
  size_t position_ = 0;
  size_t filled_ = 0;
  uint64_t base_ = 0;  // offset of the window
  uint64_t lines_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;
  std::optional<Error> copy_error_;
};

// "line 17: TEXT", at the line's offset.
Error LineError(ErrorCode code, const TextLine& line, std::string_view text);
// A line of the input for a message: escaped, and not all of a long one.
std::string Excerpt(std::string_view line);

}  // namespace vmcoredd

#endif  // READERS_IMPORT_TEXT_INPUT_H_
