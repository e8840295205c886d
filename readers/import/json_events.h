// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_IMPORT_JSON_EVENTS_H_
#define READERS_IMPORT_JSON_EVENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "readers/import/text_input.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd::internal {

// Deeper JSON than any driver's message is an attack, and a string longer than this
// is no name or value.
inline constexpr size_t kMaxJsonDepth = 256;
inline constexpr uint64_t kMaxJsonTokenBytes = 1024 * 1024;

// What a JSON text consists of, in order, keys that repeat included. An answer
// that is not nothing is what is wrong, and ends the parsing.
class JsonEvents {
 public:
  using Answer = std::optional<std::string>;
  virtual ~JsonEvents() = default;
  virtual Answer Key(std::string_view name) = 0;
  virtual Answer Number(uint64_t value) = 0;
  // A string, a negative number or a fraction, true, false, null.
  virtual Answer Other() = 0;
  virtual Answer BeginObject() = 0;
  virtual Answer EndObject() = 0;
  virtual Answer BeginArray() = 0;
  virtual Answer EndArray() = 0;
};

// Reads one JSON value and nothing behind it. Fails with kTruncated when the text
// ends first, with kCorrupt when it is not JSON or `events` objects, both with the
// offset, and with the stream's error. The last number before a cut may lack digits.
Result<void> ReadJson(TextInput& in, JsonEvents& events);

}  // namespace vmcoredd::internal

#endif  // READERS_IMPORT_JSON_EVENTS_H_
