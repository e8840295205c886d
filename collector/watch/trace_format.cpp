// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/trace_format.h"

#include <cstring>
#include <limits>

#include "collector/capture/flat_text.h"

namespace vmcoredd::watch {

namespace {

constexpr size_t kMaxFormatBytes = 64 * 1024;
constexpr size_t kMaxFields = 64;

std::string_view TrimLeft(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  return first == text.npos ? std::string_view() : text.substr(first);
}

// The value of "KEY:value;" in a line.
std::optional<std::string_view> ValueOf(std::string_view line, std::string_view key) {
  while (!line.empty()) {
    const size_t end = std::min(line.find(';'), line.size());
    const std::string_view part = TrimLeft(line.substr(0, end));
    if (part.starts_with(key)) return part.substr(key.size());
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return std::nullopt;
}

std::optional<uint32_t> NumberOf(std::string_view line, std::string_view key) {
  const auto value = ValueOf(line, key);
  const auto number = value ? ParseNumber(*value) : std::nullopt;
  if (!number || *number > std::numeric_limits<uint16_t>::max()) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

std::optional<TraceField> FieldOf(std::string_view line) {
  const auto declaration = ValueOf(line, "field:");
  const auto offset = NumberOf(line, "offset:"), size = NumberOf(line, "size:");
  if (!declaration || !offset || !size) return std::nullopt;
  TraceField field;
  field.offset = *offset;
  field.size = *size;
  if (declaration->starts_with("__data_loc ")) field.kind = TraceField::Kind::kDataLoc;
  if (declaration->starts_with("__rel_loc ")) field.kind = TraceField::Kind::kRelLoc;
  // "char input_dev_name[16]", "__data_loc char[] bus_name"
  std::string_view name = declaration->substr(declaration->rfind(' ') + 1);
  name = name.substr(0, name.find('['));
  while (name.starts_with('*')) name.remove_prefix(1);
  if (name.empty()) return std::nullopt;
  field.name = name;
  return field;
}

}  // namespace

const TraceField* TraceFormat::Find(std::string_view field) const {
  for (const TraceField& one : fields) {
    if (one.name == field) return &one;
  }
  return nullptr;
}

Result<TraceFormat> ParseTraceFormat(std::string_view text) {
  if (text.size() > kMaxFormatBytes) {
    return Fail(ErrorCode::kLimitExceeded, "the format of a trace event is too long");
  }
  TraceFormat format;
  bool has_id = false;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = TrimLeft(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("name: ")) format.name = line.substr(6);
    if (line.starts_with("ID: ")) {
      const auto id = ParseNumber(line.substr(4));
      has_id = id && *id <= std::numeric_limits<uint16_t>::max();
      if (has_id) format.id = static_cast<uint16_t>(*id);
    }
    if (!line.starts_with("field:")) continue;
    auto field = FieldOf(line);
    if (!field || format.fields.size() == kMaxFields) {
      return Fail(ErrorCode::kCorrupt,
                  "line " + std::to_string(number) + ": expected a field with offset and size");
    }
    format.fields.push_back(*std::move(field));
  }
  // events/header_page has fields only.
  if (format.fields.empty() || (!format.name.empty() && !has_id)) {
    return Fail(ErrorCode::kNotRecognised, "not the format of a trace event");
  }
  return format;
}

std::optional<std::span<const std::byte>> TraceRecord::Bytes(std::string_view name) const {
  const TraceField* const field = format_.Find(name);
  if (!field || field->offset > bytes_.size() || field->size > bytes_.size() - field->offset) {
    return std::nullopt;
  }
  const auto bytes = bytes_.subspan(field->offset, field->size);
  if (field->kind == TraceField::Kind::kPlain) return bytes;
  uint32_t location = 0;
  if (bytes.size() != sizeof(location)) return std::nullopt;
  std::memcpy(&location, bytes.data(), sizeof(location));
  size_t offset = location & 0xffff;
  if (field->kind == TraceField::Kind::kRelLoc) offset += field->offset + field->size;
  const size_t size = location >> 16;
  if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
  return bytes_.subspan(offset, size);
}

std::optional<std::string> TraceRecord::Text(std::string_view field) const {
  const auto bytes = Bytes(field);
  if (!bytes) return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  return std::string(text.substr(0, text.find('\0')));
}

std::optional<uint64_t> TraceRecord::Number(std::string_view field) const {
  const auto bytes = Bytes(field);
  if (!bytes) return std::nullopt;
  const auto read = [&](auto value) {
    std::memcpy(&value, bytes->data(), sizeof(value));
    return uint64_t{value};
  };
  switch (bytes->size()) {
    case 1: return read(uint8_t{0});
    case 2: return read(uint16_t{0});
    case 4: return read(uint32_t{0});
    case 8: return read(uint64_t{0});
    default: return std::nullopt;
  }
}

}  // namespace vmcoredd::watch
