// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_JSON_STREAM_H_
#define READERS_REPORT_JSON_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace vmcoredd {

// Takes output in pieces of any size.
using TextSink = std::function<void(std::string_view)>;

// Writes JSON piece by piece, in constant memory, with the spacing of iproute2: compact, or
// pretty with four blanks a level, each member on a line of its own, arrays on one
// ("[ 1,2 ]", objects in them as "[ {", "},{", "} ]"). What is opened must be closed; a name
// stands before each value of an object. Names may repeat: devlink's do.
class JsonStream {
 public:
  JsonStream(TextSink sink, bool pretty) : sink_(std::move(sink)), pretty_(pretty) {}

  void Name(std::string_view name);
  void BeginObject() { Begin('{'); }
  void EndObject();
  void BeginArray();
  void EndArray();

  void String(std::string_view text);
  void Uint(uint64_t value);
  void Bool(bool value);
  void Null();
  // The items of an array, one a byte: most of what there is of a region.
  void Bytes(std::span<const std::byte> bytes);

  void Name(std::string_view name, std::string_view text) {
    Name(name);
    String(text);
  }
  // Values that can pass 2^53, where many readers lose digits: as strings.
  void BigUint(std::string_view name, uint64_t value);
  void Field(std::string_view name, uint64_t value) {
    Name(name);
    Uint(value);
  }
  void Flag(std::string_view name, bool value) {
    Name(name);
    Bool(value);
  }

  // A string in pieces, which need no escaping (base64).
  void BeginString();
  void StringPiece(std::string_view text) { sink_(text); }
  void EndString() { sink_("\""); }

  bool is_whole() const { return depth_ == 0; }

 private:
  void Begin(char bracket);
  void End(char bracket);
  void Separate();
  void EndLine();

  TextSink sink_;
  bool pretty_;
  size_t depth_ = 0;
  bool needs_comma_ = false;
};

// A string of JSON, quotes included. Bytes that are no UTF-8 appear as \xNN in the text,
// control characters as \u00NN: what a driver says never controls a terminal.
std::string QuoteJson(std::string_view raw);

}  // namespace vmcoredd

#endif  // READERS_REPORT_JSON_STREAM_H_
