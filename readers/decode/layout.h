// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_LAYOUT_H_
#define READERS_DECODE_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/decode/expression.h"
#include "readers/decode/privacy.h"
#include "vmcoredd/base/checked_math.h"

// What a layout file says (driver-plugins/LAYOUTS.md), as the engine goes by it. Made by
// the parser (layout_parser.h), completed by the linker (layout_set.h), never changed
// afterwards. Texts are those of the file: they may come from a stranger.

namespace vmcoredd {

// Where in a file something stands; from 1.
struct LayoutPlace {
  uint32_t line = 0;
  uint32_t column = 0;
};

enum class Severity : uint8_t { kInfo, kWarning, kError, kFatal };
std::string_view SeverityName(Severity severity);

enum class ByteOrder : uint8_t { kLittle, kBig, kNative };
enum class NumberFormat : uint8_t { kHex, kDecimal, kTime, kIpv4, kVersion };

// An expression as written, and where.
struct PlacedExpression {
  Expression expression;
  LayoutPlace place;
};
using OptionalExpression = std::optional<PlacedExpression>;

// A text with fields in it: literals and names, alternating, a literal first.
struct TextTemplate {
  std::vector<std::string> literals;
  std::vector<std::string> names;
  std::vector<uint32_t> slots;                  // of names, in the structure
  std::vector<const struct FieldSpec*> fields;  // those of names that are texts; else null
};

struct Rule {
  Severity severity = Severity::kInfo;
  OptionalExpression when;  // of a field's rule: nothing: not zero
  TextTemplate text;        // no literal: made of the field
  std::string next;
  std::string id;
  std::vector<std::string> evidence;
  std::vector<uint32_t> evidence_slots;
  LayoutPlace place;
};

struct EnumEntry {
  uint64_t low = 0;
  uint64_t high = 0;
  std::string text;
  std::optional<Severity> bad;
  std::string next;
};

struct Enumeration {
  std::string name;
  std::vector<EnumEntry> entries;     // ascending, no overlaps
  std::optional<EnumEntry> fallback;  // of all other values

  const EnumEntry* Find(uint64_t value) const;
};

// What a number means: of an integer field, or of bits of one.
struct FieldMeaning {
  std::string text;
  uint8_t signed_bytes = 0;  // of a signed integer; 0: it is none
  std::string enum_name;
  const Enumeration* enumeration = nullptr;
  OptionalExpression value;
  std::string unit;
  NumberFormat format = NumberFormat::kHex;
  std::string access;
  bool is_volatile = false;
  bool advances = false;
  bool shared = false;
  std::string perturbed;
  std::optional<PrivacyClasses> privacy;  // nothing: as what it is in, or by its type
  std::optional<Rule> bad;
  LayoutPlace place;
};

struct BitsField {
  std::string name;
  uint8_t low = 0;
  uint8_t width = 1;
  FieldMeaning meaning;
};

struct BitsSet {
  std::string name;
  std::vector<BitsField> fields;  // from the lowest bit up
  LayoutPlace place;
};

struct Structure;

// Which structure some bytes are.
struct StructureCase {
  uint64_t low = 0;
  uint64_t high = 0;
  bool is_number = false;
  std::string text;  // as written: what a choice by a text or a GUID goes by
  std::string structure_name;
  const Structure* structure = nullptr;
  LayoutPlace place;
};
struct StructureChoice {
  std::string always_name;
  const Structure* always = nullptr;
  OptionalExpression on;
  std::string on_text;  // a text or GUID field of the same structure
  std::vector<StructureCase> cases;
  std::string fallback_name;
  const Structure* fallback = nullptr;

  bool is_set() const { return !always_name.empty() || on || !on_text.empty(); }
};

enum class FieldType : uint8_t {
  kUint,
  kInt,
  kText,
  kBytes,
  kGuid,
  kMac,
  kStruct,
  kRecords,
  kChain,
  kStream,
  kSparse,
  kPairs,
};
std::string_view FieldTypeName(FieldType type);
// Of a field whose layout does not say it: nobody knows what is in bytes and texts.
PrivacyClasses DefaultPrivacy(FieldType type);

enum class StreamCodec : uint8_t { kNone, kZlib, kDeflate };

// A value that decoding a field puts into a slot of its structure.
struct SlotBinding {
  uint32_t slot = 0;
  uint8_t low = 0;     // which bits
  uint8_t width = 64;  //
  uint64_t index = 0;  // which element of an array
  uint32_t inner = 0;  // of a structure: that slot of it
  const FieldMeaning* meaning = nullptr;
};

struct FieldSpec {
  std::string name;
  FieldType type = FieldType::kUint;
  OptionalExpression at;
  bool from_window = false;
  OptionalExpression size;
  uint8_t width = 4;  // of integers
  std::optional<ByteOrder> order;
  OptionalExpression count, stride, when;
  FieldMeaning meaning;
  std::string bits_name;
  const BitsSet* bits = nullptr;
  std::optional<std::vector<uint64_t>> unreadable;
  bool overlay = false;
  bool is_inline = false;  // of a structure: its fields are shown as those of its user

  // structures and containers
  StructureChoice content;
  std::vector<std::pair<std::string, PlacedExpression>> with;
  std::string key;
  OptionalExpression record_while, record_where, first, next, data_size, length, address, value;
  std::string record_name;  // chunk, record
  const Structure* record = nullptr;
  StreamCodec codec = StreamCodec::kNone;
  std::vector<ByteRange> ranges;
  // In the record's slots; made by the linker.
  std::optional<uint32_t> key_slot;  // an integer
  const FieldMeaning* key_meaning = nullptr;
  const struct FieldSpec* key_field = nullptr;  // a text or GUID

  std::vector<SlotBinding> bindings;
  // Of the structure, where it is always there and its place does not depend on data.
  std::optional<uint64_t> fixed_at;
  LayoutPlace place;
};

// Slots that every structure has; then those of `params`, then of names that its
// expressions use.
inline constexpr uint32_t kSlotSize = 0;
inline constexpr uint32_t kSlotOffset = 1;
inline constexpr uint32_t kSlotIndex = 2;
inline constexpr uint32_t kSlotRaw = 3;
inline constexpr uint32_t kFirstOwnSlot = 4;

struct Layout;

struct Structure {
  std::string name;
  std::string text;
  std::vector<std::string> params;
  std::vector<FieldSpec> fields;
  std::vector<Rule> findings;
  OptionalExpression size;
  LayoutPlace place;

  const Layout* layout = nullptr;
  std::map<std::string, uint32_t, std::less<>> slots;  // by name, as expressions write it
  uint32_t slot_count = kFirstOwnSlot;
  std::optional<uint64_t> fixed_size;  // when it does not depend on data

  const FieldSpec* FindField(std::string_view name) const;
};

// A version number within bounds: [from, before), compared number by number.
struct FirmwareRange {
  std::string key;
  std::string from, before;  // empty: no bound
};

struct Magic {
  uint64_t at = 0;
  std::vector<std::byte> bytes;
};

struct MatchRule {
  std::vector<std::string> dump, source, driver, content, region, reporter, member;  // globs
  std::vector<std::string> pci;                                                      // "15b3:*"
  std::vector<std::string> pci_class;                                                // "0108"
  std::vector<Magic> magic;
  std::optional<FirmwareRange> firmware;
  std::optional<uint64_t> size;

  size_t conditions() const;
};

struct Layout {
  std::string name;
  std::string title;
  std::vector<std::string> sources;
  std::string file;
  std::string root_name;
  const Structure* root = nullptr;
  std::string decoder;  // compiled in, instead of a root
  ByteOrder order = ByteOrder::kLittle;
  std::vector<uint64_t> unreadable;
  std::vector<MatchRule> matches;
  std::map<std::string, std::unique_ptr<Structure>, std::less<>> structures;
  std::map<std::string, std::unique_ptr<BitsSet>, std::less<>> bits;
  std::map<std::string, std::unique_ptr<Enumeration>, std::less<>> enums;
  LayoutPlace root_place;
};

// Something wrong with a layout file.
struct LayoutProblem {
  std::string file;
  LayoutPlace place;
  std::string text;
  bool hides_others = true;  // what is checked later was not, because of it
};

}  // namespace vmcoredd

#endif  // READERS_DECODE_LAYOUT_H_
