// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_DECODE_SINK_H_
#define READERS_DECODE_DECODE_SINK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "readers/decode/layout.h"

// What decoding a dump gives, as a stream: groups, fields, remarks, findings. Text, JSON,
// diff and report are sinks. Nothing that is passed outlives the call.

namespace vmcoredd {

class ByteWindow;

// A piece of a window that was a piece of another.
struct WindowPiece {
  uint64_t at = 0;           // in the window
  uint64_t size = 0;         // there
  uint64_t stored_at = 0;    // in the other
  uint64_t stored_size = 0;  // there
  uint64_t header = 0;       // bytes in front of it there, which say where it ends
};

// Which bytes an offset is of: the dump itself, or what a stream or an address space within
// it gave.
struct WindowInfo {
  std::string path;  // empty: the dump; otherwise of the field that made it
  // What the window was made of, and how; nothing: it is the dump.
  const WindowInfo* outer = nullptr;
  std::vector<WindowPiece> pieces{};  // ascending
  bool is_coded = false;              // only whole pieces correspond
};

// A structure, an array, a record.
struct Group {
  std::string_view path;  // "capabilities[MSI-X]"
  std::string_view name;  // its last part
  std::string_view text;  // for people, may be empty
  const WindowInfo* window = nullptr;
  uint64_t offset = 0;
};

enum class FieldState : uint8_t {
  kRead,
  kMissing,     // the data ends before it, or in it
  kHole,        // could not be read when the dump was made
  kUnreadable,  // the device answered with what means nothing
};
std::string_view FieldStateName(FieldState state);

struct Field {
  std::string_view path;
  std::string_view name;
  const WindowInfo* window = nullptr;
  uint64_t offset = 0;  // in the window
  uint64_t size = 0;    // bytes
  FieldType type = FieldType::kUint;
  FieldState state = FieldState::kRead;
  bool perturbed = false;  // the crash kernel may have changed it
  PrivacyClasses privacy;  // its own, of what it is in, or by its type
  uint64_t value = 0;      // of integers and bits
  // Bits of an integer, which was shown before: from bit bit_low on. 0: not bits.
  uint8_t bit_low = 0;
  uint8_t bit_width = 0;
  // The bytes, of long fields the first kMaxFieldBytes of them.
  std::span<const std::byte> bytes;
  // What the value means: the name of an enumeration, a scaled number with its unit, a text.
  // Empty: only itself. Text of the dump: escape it.
  std::string_view meaning;
  std::string_view reason;  // of a hole
  const FieldMeaning* spec = nullptr;
  ByteWindow* source = nullptr;  // of all the bytes, for sinks that want more of them; may be null
  // Where it is in the window, if it is not together. Ascending.
  std::span<const WindowPiece> pieces{};
  bool is_decoded = false;  // what is in it follows, as fields
};

// Of a long field of bytes or text this much is in `bytes`.
inline constexpr size_t kMaxFieldBytes = 256;

// Damage, or a limit: decoding went on without something.
struct Remark {
  std::string_view path;
  const WindowInfo* window = nullptr;
  uint64_t offset = 0;
  std::string_view text;
  bool is_damage = true;  // false: by the layout's or the reader's choice
};

struct Evidence {
  std::string field;  // its path
  uint64_t offset = 0;
  std::string value;  // as it is shown
};

// Something that a person should look at.
struct Finding {
  Severity severity = Severity::kInfo;
  std::string id;
  std::string text;
  std::string next;    // what one does next; may be empty
  std::string path;    // of the field, or of the structure
  std::string window;  // the path of the window that offsets are in; empty: the dump
  std::vector<Evidence> evidence;
};

class DecodeSink {
 public:
  virtual ~DecodeSink() = default;

  // False: skip what is in it; EndGroup is then not called.
  virtual bool BeginGroup(const Group& group) = 0;
  virtual void EndGroup() = 0;
  virtual void OnField(const Field& field) = 0;
  // Bytes that are no value of their own, but say where values are and how they are called.
  virtual void OnStructure(const WindowInfo& /*window*/, uint64_t /*offset*/, uint64_t /*size*/) {}
  virtual void OnRemark(const Remark& remark) = 0;
  virtual void OnFinding(Finding finding) = 0;
};

}  // namespace vmcoredd

#endif  // READERS_DECODE_DECODE_SINK_H_
