// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/manifest_parser.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// The bytes that a JSON string stands for: code point n is byte n (FORMAT.md,
// "Strings"). Nothing when there is a code point above 255. `utf8` is valid
// UTF-8, the JSON parser checked that.
std::optional<std::string> BytesOfText(std::string_view utf8) {
  std::string bytes;
  bytes.reserve(utf8.size());
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      bytes += utf8[i];
      continue;
    }
    if (lead > 0xc3 || i + 1 == utf8.size()) return std::nullopt;
    const auto next = static_cast<unsigned char>(utf8[++i]);
    bytes += static_cast<char>((lead & 0x3) << 6 | (next & 0x3f));
  }
  return bytes;
}

bool IsReadableSchema(std::string_view schema) {
  if (!schema.starts_with(kManifestSchema)) return false;
  schema.remove_prefix(kManifestSchema.size());
  if (schema.empty()) return true;
  schema.remove_prefix(1);
  return !schema.empty() && schema.find_first_not_of("0123456789") == std::string_view::npos;
}

Codec CodecOfName(std::string_view name) {
  for (const Codec codec : {Codec::kNone, Codec::kZstd}) {
    if (name == CodecName(codec)) return codec;
  }
  return Codec::kUnknown;
}

Outcome OutcomeOfName(std::string_view name) {
  for (const Outcome outcome : {Outcome::kOk, Outcome::kPartial, Outcome::kFailed,
                                Outcome::kTimedOut, Outcome::kOverBudget, Outcome::kSkipped}) {
    if (name == OutcomeName(outcome)) return outcome;
  }
  return Outcome::kUnknown;
}

// Text in which EscapeBytes() left only printable ASCII.
struct EscapedName {
  std::string* name;
};
struct LengthIs {
  bool* exact;
};

// Where a JSON value goes: a member of the fragment, or nowhere (monostate) when
// the schema does not know it.
using Place = std::variant<std::monostate,
                           // Strings.
                           std::string*,
                           EscapedName,
                           LengthIs,
                           uint64_t*,
                           std::optional<uint64_t>*,
                           Codec*,
                           Outcome*,
                           // Objects.
                           ManifestFragment*,
                           ManifestDump*,
                           ManifestSkip*,
                           Hole*,
                           AttachRecord*,
                           Properties*,
                           // Lists.
                           std::vector<ManifestDump>*,
                           std::vector<ManifestSkip>*,
                           std::vector<Properties>*,
                           std::vector<Hole>*,
                           std::vector<Part>*,
                           std::vector<std::string>*>;

enum class Shape { kUnknown, kString, kObject, kList };
Shape ShapeOf(const Place& place) {
  if (place.index() == 0) return Shape::kUnknown;
  if (place.index() < Place(static_cast<ManifestFragment*>(nullptr)).index()) return Shape::kString;
  if (place.index() <= Place(static_cast<Properties*>(nullptr)).index()) return Shape::kObject;
  return Shape::kList;
}

// The schema: which member a key of an object is.
Place Member(ManifestFragment& fragment, std::string_view key) {
  if (key == "generator") return &fragment.generator;
  if (key == "kind") return &fragment.kind;
  if (key == "capture_id") return &fragment.capture_id;
  if (key == "time") return &fragment.time;
  if (key == "machine") return &fragment.machine;
  if (key == "crash") return &fragment.crash;
  if (key == "dumps") return &fragment.dumps;
  if (key == "skipped") return &fragment.skipped;
  if (key == "devices") return &fragment.devices;
  if (key == "attach") return &fragment.attach.emplace();
  if (key == "warnings") return &fragment.warnings;
  return {};
}
Place Member(ManifestDump& dump, std::string_view key) {
  if (key == "name") return EscapedName{&dump.name};
  if (key == "ordinal") return &dump.ordinal;
  if (key == "length") return &dump.length;
  if (key == "length_is") return LengthIs{&dump.length_is_exact};
  if (key == "hash") return &dump.hash;
  if (key == "codec") return &dump.codec;
  if (key == "stored") return &dump.stored;
  if (key == "parts") return &dump.parts;
  if (key == "source") return &dump.source;
  if (key == "content") return &dump.content;
  if (key == "device") return &dump.device;
  if (key == "time") return &dump.time;
  if (key == "duration_us") return &dump.duration_us;
  if (key == "phase") return &dump.phase;
  if (key == "outcome") return &dump.outcome;
  if (key == "holes") return &dump.holes;
  if (key == "perturbed") return &dump.perturbed;
  if (key == "warnings") return &dump.warnings;
  return {};
}
Place Member(ManifestSkip& skip, std::string_view key) {
  if (key == "name") return EscapedName{&skip.name};
  if (key == "source") return &skip.source;
  if (key == "outcome") return &skip.outcome;
  if (key == "reason") return &skip.reason;
  return {};
}
Place Member(Hole& hole, std::string_view key) {
  if (key == "offset") return &hole.range.offset;
  if (key == "size") return &hole.range.size;
  if (key == "reason") return &hole.reason;
  return {};
}
Place Member(AttachRecord& attach, std::string_view key) {
  if (key == "kind") return &attach.kind;
  if (key == "values") return &attach.values;
  return {};
}
Place Member(Properties& properties, std::string_view key) {
  return &properties.emplace_back(key, std::string()).second;
}

// Takes the events of the JSON parser and keeps what the schema knows. A handler
// that returns false, after setting `error`, stops the parser.
class FragmentBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  ManifestFragment fragment;
  std::optional<Error> error;

  bool key(string_t& name) override {
    if (skipped_depth_ != 0) return true;
    const auto bytes = BytesOfText(name);
    if (!bytes) return Stop(ErrorCode::kCorrupt, "a key holds a code point above 255");
    key_ = *bytes;
    if (schema_seen_ || key_ == "schema") return true;
    return Stop(ErrorCode::kCorrupt, "the first member is not \"schema\"");
  }

  bool string(string_t& value) override {
    if (skipped_depth_ != 0) return true;
    auto bytes = BytesOfText(value);
    if (!bytes) return Stop(ErrorCode::kCorrupt, Where() + " holds a code point above 255");
    if (!schema_seen_ && !open_.empty()) return CheckSchema(*bytes);
    Place place;
    return FindPlace(place) && Store(place, *std::move(bytes));
  }

  bool start_object(std::size_t) override { return Open(Shape::kObject, "an object"); }
  bool start_array(std::size_t) override { return Open(Shape::kList, "a list"); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool null() override { return Ignore("null"); }
  bool boolean(bool) override { return Ignore("a truth value"); }
  bool number_integer(number_integer_t) override { return Ignore("a number"); }
  bool number_unsigned(number_unsigned_t) override { return Ignore("a number"); }
  bool number_float(number_float_t, const string_t&) override { return Ignore("a number"); }
  bool binary(binary_t&) override { return Ignore("binary data"); }

  bool parse_error(std::size_t position,
                   const std::string&,
                   const nlohmann::detail::exception&) override {
    error = Error(ErrorCode::kCorrupt, "not valid JSON").At(position == 0 ? 0 : position - 1);
    return false;
  }

  bool schema_seen() const { return schema_seen_; }

 private:
  bool Stop(ErrorCode code, std::string message) {
    error = Error(code, std::move(message));
    return false;
  }
  bool Unexpected(const char* what) {
    return Stop(ErrorCode::kCorrupt, Where() + ": did not expect " + what);
  }
  std::string Where() const { return "\"" + EscapeBytes(key_.substr(0, 64)) + "\""; }

  // Where the value that comes next goes: under `key_` in an object, or a new
  // element of a list.
  bool FindPlace(Place& place) {
    if (open_.empty()) {
      place = &fragment;
      return true;
    }
    Place parent = open_.back();
    if (auto** dumps = std::get_if<std::vector<ManifestDump>*>(&parent)) {
      length_seen_ = stored_seen_ = false;
      return AddTo(**dumps, place, dumps_, kMaxManifestDumps);
    }
    if (auto** skips = std::get_if<std::vector<ManifestSkip>*>(&parent)) {
      return AddTo(**skips, place, dumps_, kMaxManifestDumps);
    }
    if (auto** devices = std::get_if<std::vector<Properties>*>(&parent)) {
      return AddTo(**devices, place, dumps_, kMaxManifestDumps);
    }
    if (auto** holes = std::get_if<std::vector<Hole>*>(&parent)) {
      return AddTo(**holes, place, items_, kMaxManifestItems);
    }
    if (auto** texts = std::get_if<std::vector<std::string>*>(&parent)) {
      return AddTo(**texts, place, items_, kMaxManifestItems);
    }
    if (auto** parts = std::get_if<std::vector<Part>*>(&parent)) {
      if (!Count(items_, kMaxManifestItems)) return false;
      place = &(*parts)->emplace_back().stored;
      return true;
    }
    if (auto** dump = std::get_if<ManifestDump*>(&parent)) {
      length_seen_ |= key_ == "length";
      stored_seen_ |= key_ == "stored";
      place = Member(**dump, key_);
    } else if (auto** properties = std::get_if<Properties*>(&parent)) {
      if (!Count(items_, kMaxManifestItems)) return false;
      place = Member(**properties, key_);
    } else if (auto** skip = std::get_if<ManifestSkip*>(&parent)) {
      place = Member(**skip, key_);
    } else if (auto** hole = std::get_if<Hole*>(&parent)) {
      place = Member(**hole, key_);
    } else if (auto** attach = std::get_if<AttachRecord*>(&parent)) {
      place = Member(**attach, key_);
    } else {
      place = Member(fragment, key_);
    }
    return true;
  }
  template <typename T>
  bool AddTo(std::vector<T>& list, Place& place, size_t& count, size_t limit) {
    if (!Count(count, limit)) return false;
    place = &list.emplace_back();
    return true;
  }
  bool Count(size_t& count, size_t limit) {
    if (++count <= limit) return true;
    return Stop(ErrorCode::kLimitExceeded, Where() + ": more than " + std::to_string(limit));
  }

  bool Store(const Place& place, std::string&& value) {
    if (place.index() == 0) return true;
    if (auto* const* text = std::get_if<std::string*>(&place)) {
      **text = std::move(value);
    } else if (const auto* escaped = std::get_if<EscapedName>(&place)) {
      auto name = UnescapeBytes(value);
      if (!name) return Stop(ErrorCode::kCorrupt, Where() + " holds a wrong escape sequence");
      *escaped->name = *std::move(name);
    } else if (const auto* length_is = std::get_if<LengthIs>(&place)) {
      *length_is->exact = value == kExactLength;
    } else if (auto* const* number = std::get_if<uint64_t*>(&place)) {
      return StoreNumber(**number, value);
    } else if (auto* const* maybe = std::get_if<std::optional<uint64_t>*>(&place)) {
      return StoreNumber((*maybe)->emplace(), value);
    } else if (auto* const* codec = std::get_if<Codec*>(&place)) {
      **codec = CodecOfName(value);
    } else if (auto* const* outcome = std::get_if<Outcome*>(&place)) {
      **outcome = OutcomeOfName(value);
    } else {
      return Unexpected("a string");
    }
    return true;
  }
  bool StoreNumber(uint64_t& number, std::string_view text) {
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, number);
    if (problem == std::errc() && stop == end) return true;
    return Stop(ErrorCode::kCorrupt, Where() + ": expected a decimal number of 64 bits, found \"" +
                                         EscapeBytes(text.substr(0, 32)) + "\"");
  }
  // The schema has only strings, objects and lists; others may be in members
  // that this version does not know.
  bool Ignore(const char* what) {
    if (skipped_depth_ != 0) return true;
    Place place;
    if (!FindPlace(place)) return false;
    return place.index() == 0 || Unexpected(what);
  }

  bool Open(Shape shape, const char* what) {
    Place place;
    if (skipped_depth_ == 0) {
      if (!FindPlace(place)) return false;
      if (ShapeOf(place) == shape) {
        open_.push_back(place);
        return true;
      }
      if (ShapeOf(place) != Shape::kUnknown) return Unexpected(what);
    }
    if (open_.size() + ++skipped_depth_ <= kMaxManifestDepth) return true;
    return Stop(ErrorCode::kLimitExceeded,
                Where() + ": nested deeper than " + std::to_string(kMaxManifestDepth));
  }
  bool Close() {
    if (skipped_depth_ != 0) {
      --skipped_depth_;
      return true;
    }
    const Place closed = open_.back();
    open_.pop_back();
    auto* const* dump = std::get_if<ManifestDump*>(&closed);
    return dump == nullptr || CheckDump(**dump);
  }

  bool CheckSchema(std::string_view schema) {
    schema_seen_ = true;
    if (IsReadableSchema(schema)) return true;
    return Stop(ErrorCode::kUnsupported, "expected the schema " + std::string(kManifestSchema) +
                                             ", found \"" + EscapeBytes(schema.substr(0, 64)) +
                                             "\"");
  }
  bool CheckDump(const ManifestDump& dump) {
    const std::string name = "the dump \"" + EscapeBytes(dump.name.substr(0, 64)) + "\"";
    if (!length_seen_ || !stored_seen_) {
      return Stop(ErrorCode::kCorrupt, name + " lacks \"length\" or \"stored\"");
    }
    if (dump.parts.empty()) return true;
    std::optional<uint64_t> sum = 0;
    for (const Part& part : dump.parts) {
      if (sum) sum = CheckedAdd(*sum, part.stored);
    }
    if (sum && *sum == dump.stored) return true;
    return Stop(ErrorCode::kCorrupt, name + ": the parts do not add up to what is stored");
  }

  std::vector<Place> open_;   // the objects and lists around the current value
  size_t skipped_depth_ = 0;  // those inside a member that the schema does not know
  std::string key_;
  size_t dumps_ = 0;
  size_t items_ = 0;
  bool schema_seen_ = false;
  bool length_seen_ = false;
  bool stored_seen_ = false;
};

}  // namespace

Result<ManifestFragment> ParseManifest(std::string_view json) {
  if (json.size() > kMaxManifestBytes) {
    return Fail(ErrorCode::kLimitExceeded, "a manifest fragment of " + std::to_string(json.size()) +
                                               " bytes, at most " +
                                               std::to_string(kMaxManifestBytes) + " are read");
  }
  FragmentBuilder builder;
  const bool parsed = nlohmann::json::sax_parse(json, &builder);
  if (builder.error) return FailWith(*std::move(builder.error), "manifest");
  if (!parsed || !builder.schema_seen()) {
    return Fail(ErrorCode::kCorrupt, "manifest: expected an object with \"schema\"");
  }
  return std::move(builder.fragment);
}

}  // namespace vmcoredd
