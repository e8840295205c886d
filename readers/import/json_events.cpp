// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/import/json_events.h"

#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

// The only unit of the importers that includes the JSON library.

namespace vmcoredd::internal {

namespace {

// The text, with a limit to what comes without an event: the library keeps a whole
// string or number.
struct BoundedText {
  TextInput* in = nullptr;
  uint64_t last_event = 0;
  bool token_is_too_long = false;

  int next = -1;  // what Peek() has shown

  // Asks for the limit where the window ends, not for every byte.
  bool Peek() {
    if (in->is_window_used_up() && in->offset() - last_event > kMaxJsonTokenBytes) {
      token_is_too_long = true;
      return false;
    }
    next = in->PeekByte();
    return next >= 0;
  }
};

// What the library reads from. Copies share the text; without one, the end.
class TextIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  TextIterator() = default;
  explicit TextIterator(BoundedText& text) : text_(&text) {}
  char operator*() const { return static_cast<char>(text_->next); }
  TextIterator& operator++() {
    text_->in->SkipByte();
    return *this;
  }
  TextIterator operator++(int) {
    TextIterator before = *this;
    ++*this;
    return before;
  }
  // Only ever compared with the end, and before every look at a byte.
  bool operator==(const TextIterator&) const { return text_ == nullptr || !text_->Peek(); }
  bool operator!=(const TextIterator& end) const { return !(*this == end); }

 private:
  BoundedText* text_ = nullptr;
};

class Handler {
 public:
  Handler(BoundedText& text, JsonEvents& events) : text_(text), events_(events) {}

  bool null() { return Tell(events_.Other()); }
  bool boolean(bool) { return Tell(events_.Other()); }
  bool number_integer(int64_t) { return Tell(events_.Other()); }
  bool number_unsigned(uint64_t value) { return Tell(events_.Number(value)); }
  bool number_float(double, const std::string&) { return Tell(events_.Other()); }
  bool string(std::string&) { return Tell(events_.Other()); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool key(std::string& name) { return Tell(events_.Key(name)); }
  bool start_object(size_t) { return Enter() && Tell(events_.BeginObject()); }
  bool start_array(size_t) { return Enter() && Tell(events_.BeginArray()); }
  bool end_object() {
    --depth_;
    return Tell(events_.EndObject());
  }
  bool end_array() {
    --depth_;
    return Tell(events_.EndArray());
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

  const std::optional<std::string>& objection() const { return objection_; }

 private:
  bool Tell(JsonEvents::Answer answer) {
    text_.last_event = text_.in->offset();
    objection_ = std::move(answer);
    return !objection_;
  }
  bool Enter() {
    if (++depth_ <= kMaxJsonDepth) return true;
    objection_ = "the JSON is nested deeper than 256 times";
    return false;
  }

  BoundedText& text_;
  JsonEvents& events_;
  size_t depth_ = 0;
  std::optional<std::string> objection_;
};

}  // namespace

Result<void> ReadJson(TextInput& in, JsonEvents& events) {
  BoundedText text;
  text.in = &in;
  text.last_event = in.offset();
  Handler handler(text, events);
  const bool is_strict = false;
  if (nlohmann::json::sax_parse(TextIterator(text), TextIterator(), &handler,
                                nlohmann::json::input_format_t::json, is_strict)) {
    return {};
  }
  const uint64_t offset = in.offset();
  if (handler.objection()) return FailAt(ErrorCode::kCorrupt, offset, *handler.objection());
  if (text.token_is_too_long) {
    return FailAt(ErrorCode::kLimitExceeded, offset, "more than 1 MiB of JSON without a value");
  }
  if (in.error()) return tl::unexpected(*in.error());
  if (in.PeekByte() < 0) {
    return FailAt(ErrorCode::kTruncated, offset, "the JSON ends in the middle");
  }
  return FailAt(ErrorCode::kCorrupt, offset, "expected JSON, found something else");
}

}  // namespace vmcoredd::internal
