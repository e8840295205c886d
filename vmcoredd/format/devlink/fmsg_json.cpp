// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/devlink/fmsg_json.h"

#include <algorithm>

namespace vmcoredd::devlink {

namespace {

constexpr size_t kBufferBytes = size_t{32} * 1024;
constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64Digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// As EscapeBytes() does, inside of a JSON string: what is plain stays, `"` and the
// backslash of \xNN have one more backslash.
bool IsPlain(char c) { return c >= ' ' && c <= '~' && c != '\\' && c != '"'; }

void AppendEscaped(std::string& text, std::string_view bytes) {
  for (const char c : bytes) {
    if (IsPlain(c)) {
      text += c;
    } else if (c == '"') {
      text += "\\\"";
    } else {
      const auto value = static_cast<unsigned char>(c);
      text += "\\\\x";
      text += kHexDigits[value >> 4];
      text += kHexDigits[value & 0xf];
    }
  }
}

void AppendHex(std::string& text, std::span<const std::byte> bytes) {
  const size_t start = text.size();
  text.resize(start + 2 * bytes.size());
  char* to = text.data() + start;
  for (const std::byte b : bytes) {
    *to++ = kHexDigits[std::to_integer<unsigned>(b) >> 4];
    *to++ = kHexDigits[std::to_integer<unsigned>(b) & 0xf];
  }
}

// RFC 4648, with padding.
void AppendBase64(std::string& text, std::span<const std::byte> bytes) {
  const size_t start = text.size();
  text.resize(start + (bytes.size() + 2) / 3 * 4);
  char* to = text.data() + start;
  const auto at = [&](size_t i) {
    return i < bytes.size() ? std::to_integer<unsigned>(bytes[i]) : 0U;
  };
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const unsigned bits = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    *to++ = kBase64Digits[bits >> 18];
    *to++ = kBase64Digits[bits >> 12 & 0x3f];
    *to++ = i + 1 < bytes.size() ? kBase64Digits[bits >> 6 & 0x3f] : '=';
    *to++ = i + 2 < bytes.size() ? kBase64Digits[bits & 0x3f] : '=';
  }
}

std::string_view TypeName(uint8_t type) {
  switch (static_cast<FmsgType>(type)) {
    case FmsgType::kU8: return "u8";
    case FmsgType::kU16: return "u16";
    case FmsgType::kU32: return "u32";
    case FmsgType::kU64: return "u64";
    case FmsgType::kString: return "string";
    case FmsgType::kFlag: return "flag";
    case FmsgType::kNulString: return "nul-string";
    case FmsgType::kBinary: return "binary";
  }
  return {};
}

}  // namespace

FmsgJsonWriter::FmsgJsonWriter(OutputStream& out, Binary binary) : out_(out), binary_(binary) {}

Result<void> FmsgJsonWriter::Flush() {
  VMCOREDD_TRY(out_.Write(std::as_bytes(std::span(text_))));
  text_.clear();
  return {};
}

Result<void> FmsgJsonWriter::FlushWhenFull() {
  if (text_.size() < kBufferBytes) return {};
  return Flush();
}

void FmsgJsonWriter::AppendText(std::string_view bytes) {
  text_ += '"';
  AppendEscaped(text_, bytes);
  text_ += '"';
}

void FmsgJsonWriter::AppendBytes(std::span<const std::byte> bytes) {
  text_ += '"';
  if (binary_ == Binary::kHex) {
    AppendHex(text_, bytes);
  } else {
    AppendBase64(text_, bytes);
  }
  text_ += '"';
}

// Before an item of an object or array, up to its type: the name is there already.
void FmsgJsonWriter::BeginItem() {
  if (!named_) text_ += first_ ? "{" : ",{";
  named_ = false;
  first_ = false;
}

Result<void> FmsgJsonWriter::BeginNested(std::string_view type, Level level) {
  BeginItem();
  text_ += "\"type\":\"";
  text_ += type;
  text_ += "\",\"value\":[";
  levels_.push_back(level);
  first_ = true;
  return FlushWhenFull();
}

Result<void> FmsgJsonWriter::OnBeginObject() {
  if (!levels_.empty()) return BeginNested("object", Level::kNested);
  text_ += "{\"schema\":\"vmcoredd-fmsg/1\",\"encoding\":\"";
  text_ += binary_ == Binary::kHex ? "hex" : "base64";
  text_ += "\",\"root\":[";
  levels_.push_back(Level::kRoot);
  first_ = true;
  return {};
}

Result<void> FmsgJsonWriter::OnBeginArray() { return BeginNested("array", Level::kNested); }
Result<void> FmsgJsonWriter::OnBeginBinary() { return BeginNested("binary", Level::kBinary); }

Result<void> FmsgJsonWriter::OnName(std::string_view name) {
  text_ += first_ ? "{\"name\":" : ",{\"name\":";
  AppendText(name);
  text_ += ',';
  named_ = true;
  return {};
}

void FmsgJsonWriter::AppendValue(const FmsgScalar& value) {
  const auto number = value.ToUint();
  switch (static_cast<FmsgType>(value.type)) {
    case FmsgType::kU8:
    case FmsgType::kU16:
    case FmsgType::kU32:
      if (!number) break;
      text_ += std::to_string(*number);
      return;
    case FmsgType::kU64:
      if (!number) break;
      text_ += '"' + std::to_string(*number) + '"';
      return;
    case FmsgType::kFlag:
      if (!number || *number > 1) break;
      text_ += *number == 1 ? "true" : "false";
      return;
    case FmsgType::kString:
    case FmsgType::kNulString: {
      std::string_view text(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
      if (text.ends_with('\0')) text.remove_suffix(1);
      AppendText(text);
      return;
    }
    case FmsgType::kBinary: AppendBytes(value.bytes); return;
  }
  text_ += "null,\"bytes\":";
  AppendBytes(value.bytes);
}

Result<void> FmsgJsonWriter::OnValue(const FmsgScalar& value, bool /*starts_message*/) {
  if (!levels_.empty() && levels_.back() == Level::kBinary) {
    if (!first_) text_ += ',';
    first_ = false;
    AppendBytes(value.bytes);
    return FlushWhenFull();
  }
  BeginItem();
  text_ += "\"type\":\"";
  const std::string_view type = TypeName(value.type);
  text_ += type.empty() ? "type-" + std::to_string(value.type) : type;
  text_ += "\",\"value\":";
  AppendValue(value);
  text_ += '}';
  return FlushWhenFull();
}

Result<void> FmsgJsonWriter::OnEnd() {
  if (levels_.empty()) return {};
  text_ += levels_.back() == Level::kRoot ? "]" : "]}";
  levels_.pop_back();
  first_ = false;
  return FlushWhenFull();
}

Result<void> FmsgJsonWriter::Finish(const FmsgParser& parser) {
  text_ += ",\"messages\":" + std::to_string(parser.message_count());
  text_ += ",\"repair_count\":" + std::to_string(parser.repair_count());
  text_ += ",\"repairs\":[";
  bool first = true;
  for (const FmsgRepair& repair : parser.repairs()) {
    text_ += first ? "{\"kind\":" : ",{\"kind\":";
    first = false;
    AppendText(FmsgRepairName(repair.kind));
    text_ += ",\"message\":" + std::to_string(repair.message);
    text_ += ",\"offset\":" + std::to_string(repair.offset);
    text_ += ",\"text\":\"";
    // Printable already.
    for (const char c : repair.text) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += "\"}";
  }
  text_ += "]}\n";
  return Flush();
}

}  // namespace vmcoredd::devlink
