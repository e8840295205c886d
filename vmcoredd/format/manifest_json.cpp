// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "vmcoredd/base/text.h"
#include "vmcoredd/format/manifest.h"

// A JSON writer of a page: the crash-kernel program cannot afford a JSON
// library, and everything it has to say is objects of strings and lists.

namespace vmcoredd {

namespace {

void AppendString(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      // Bytes, not characters: each becomes the code point of its value, so that
      // text that is not UTF-8 still makes valid JSON.
      out += "\\u00";
      out += ToHex(std::as_bytes(std::span(&c, 1)));
    } else {
      out += c;
    }
  }
  out += '"';
}

// Writes the members of one object or list: commas and keys.
class Members {
 public:
  Members(std::string& out, char open, char close) : out_(out), close_(close) { out_ += open; }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;
  ~Members() { out_ += close_; }

  std::string& Next() {
    if (!first_) out_ += ',';
    first_ = false;
    return out_;
  }
  std::string& Next(std::string_view key) {
    Next();
    AppendString(out_, key);
    out_ += ':';
    return out_;
  }
  void Text(std::string_view key, std::string_view value) {
    if (!value.empty()) AppendString(Next(key), value);
  }
  // Numbers are strings: they may exceed 2^53, where JSON readers lose digits.
  void Number(std::string_view key, uint64_t value) {
    AppendString(Next(key), std::to_string(value));
  }
  void Texts(std::string_view key, const std::vector<std::string>& values) {
    if (values.empty()) return;
    Members list(Next(key), '[', ']');
    for (const auto& value : values) AppendString(list.Next(), value);
  }
  void Object(std::string_view key, const Properties& properties) {
    if (properties.empty()) return;
    Members object(Next(key), '{', '}');
    for (const auto& [name, value] : properties) AppendString(object.Next(name), value);
  }

 private:
  std::string& out_;
  char close_;
  bool first_ = true;
};

void AppendDump(std::string& out, const ManifestDump& dump) {
  Members members(out, '{', '}');
  members.Text("name", EscapeBytes(dump.name));
  members.Number("ordinal", dump.ordinal);
  members.Number("length", dump.length);
  if (!dump.length_is_exact) members.Text("length_is", kPaddedLength);
  members.Text("hash", dump.hash);
  members.Text("codec", CodecName(dump.codec));
  members.Number("stored", dump.stored);
  if (!dump.parts.empty()) {
    Members list(members.Next("parts"), '[', ']');
    for (const Part& part : dump.parts) AppendString(list.Next(), std::to_string(part.stored));
  }
  members.Text("source", dump.source);
  members.Text("content", dump.content);
  members.Object("device", dump.device);
  members.Text("time", dump.time);
  if (dump.duration_us) members.Number("duration_us", *dump.duration_us);
  members.Text("phase", dump.phase);
  members.Text("outcome", OutcomeName(dump.outcome));
  if (!dump.holes.empty()) {
    Members list(members.Next("holes"), '[', ']');
    for (const Hole& hole : dump.holes) {
      Members object(list.Next(), '{', '}');
      object.Number("offset", hole.range.offset);
      object.Number("size", hole.range.size);
      object.Text("reason", hole.reason);
    }
  }
  members.Texts("perturbed", dump.perturbed);
  members.Texts("warnings", dump.warnings);
}

}  // namespace

std::string_view CodecName(Codec codec) {
  switch (codec) {
    case Codec::kNone: return "none";
    case Codec::kZstd: return "zstd";
    case Codec::kUnknown: break;
  }
  return "unknown";
}

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk: return "ok";
    case Outcome::kPartial: return "partial";
    case Outcome::kFailed: return "failed";
    case Outcome::kTimedOut: return "timed-out";
    case Outcome::kOverBudget: return "over-budget";
    case Outcome::kSkipped: return "skipped";
    case Outcome::kUnknown: break;
  }
  return "unknown";
}

std::string ManifestDumpToJson(const ManifestDump& dump) {
  std::string out;
  AppendDump(out, dump);
  return out;
}

std::string ManifestToJson(const ManifestFragment& fragment) {
  const ManifestFrame frame = MakeManifestFrame(fragment);
  std::string out = frame.begin;
  for (const auto& dump : fragment.dumps) {
    if (&dump != &fragment.dumps.front()) out += ',';
    AppendDump(out, dump);
  }
  return out + frame.end;
}

ManifestFrame MakeManifestFrame(const ManifestFragment& fragment) {
  std::string out;
  size_t dumps = 0;
  {
    Members members(out, '{', '}');
    members.Text("schema", kManifestSchema);
    members.Text("generator", fragment.generator);
    members.Text("kind", fragment.kind);
    members.Text("capture_id", fragment.capture_id);
    members.Text("time", fragment.time);
    members.Object("machine", fragment.machine);
    members.Text("crash", fragment.crash);
    {
      const Members list(members.Next("dumps"), '[', ']');
      dumps = out.size();
    }
    if (!fragment.skipped.empty()) {
      Members list(members.Next("skipped"), '[', ']');
      for (const auto& skip : fragment.skipped) {
        Members object(list.Next(), '{', '}');
        object.Text("name", EscapeBytes(skip.name));
        object.Text("source", skip.source);
        object.Text("outcome", OutcomeName(skip.outcome));
        object.Text("reason", skip.reason);
      }
    }
    if (!fragment.devices.empty()) {
      Members list(members.Next("devices"), '[', ']');
      for (const Properties& device : fragment.devices) {
        Members object(list.Next(), '{', '}');
        for (const auto& [name, value] : device) AppendString(object.Next(name), value);
      }
    }
    if (fragment.attach) {
      Members object(members.Next("attach"), '{', '}');
      object.Text("kind", fragment.attach->kind);
      object.Object("values", fragment.attach->values);
    }
    members.Texts("warnings", fragment.warnings);
  }
  return {out.substr(0, dumps), out.substr(dumps)};
}

}  // namespace vmcoredd
