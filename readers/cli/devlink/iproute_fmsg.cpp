// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/iproute_fmsg.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace vmcoredd::devlink_cli {

namespace {

using devlink::FmsgScalar;
using devlink::FmsgType;

constexpr size_t kLineBytes = 16;

bool IsText(const FmsgScalar& value) {
  const auto type = static_cast<FmsgType>(value.type);
  return type == FmsgType::kNulString || type == FmsgType::kString;
}

}  // namespace

// A name, even an empty one, is a member of an object in JSON; in text an empty one is none.
void IprouteFmsg::PrintName() {
  if (!name_) return;
  if (out_.is_json()) {
    out_.json().Name(*name_);
  } else if (!name_->empty()) {
    out_.text().Word(SafeText(*name_) + ':');
  }
  name_.reset();
}

void IprouteFmsg::Begin(Level level) {
  if (!out_.is_json()) out_.text().NewLine();
  PrintName();
  levels_.push_back(level);
  if (out_.is_json()) {
    if (level == Level::kObject) {
      out_.json().BeginObject();
    } else {
      out_.json().BeginArray();
    }
    return;
  }
  out_.text().NewLine();
  out_.text().Indent();
}

Result<void> IprouteFmsg::OnBeginObject() {
  Begin(Level::kObject);
  return {};
}

Result<void> IprouteFmsg::OnBeginArray() {
  Begin(Level::kArray);
  return {};
}

Result<void> IprouteFmsg::OnBeginBinary() {
  Begin(Level::kBinary);
  return {};
}

Result<void> IprouteFmsg::OnEnd() {
  const Level level = levels_.back();
  levels_.pop_back();
  if (!out_.is_json()) {
    out_.text().NewLine();
    out_.text().Outdent();
  } else if (level == Level::kObject) {
    out_.json().EndObject();
  } else {
    out_.json().EndArray();
  }
  return {};
}

Result<void> IprouteFmsg::OnName(std::string_view name) {
  name_ = name;
  return {};
}

Result<void> IprouteFmsg::OnValue(const FmsgScalar& value, bool) {
  PrintName();
  if (out_.is_json()) {
    PrintJson(value);
  } else {
    PrintText(value);
  }
  return {};
}

void IprouteFmsg::PrintJson(const FmsgScalar& value) {
  JsonStream& json = out_.json();
  const auto number = value.ToUint();
  if (IsText(value)) {
    json.String(value.ToText());
  } else if (number && static_cast<FmsgType>(value.type) == FmsgType::kFlag) {
    json.Bool(*number != 0);
  } else if (number) {
    json.Uint(*number);
  } else {
    const bool is_alone = levels_.empty() || levels_.back() != Level::kBinary;
    if (is_alone) json.BeginArray();
    json.Bytes(value.bytes);
    if (is_alone) json.EndArray();
  }
}

void IprouteFmsg::PrintText(const FmsgScalar& value) {
  const auto number = value.ToUint();
  if (IsText(value)) {
    out_.text().Word(SafeText(value.ToText()));
  } else if (number && static_cast<FmsgType>(value.type) == FmsgType::kFlag) {
    out_.text().Word(*number != 0 ? "true" : "false");
  } else if (number) {
    // As "%#x" has it, which puts no prefix before a zero.
    out_.text().Word(hex_ && *number != 0 ? fmt::format("{:#x}", *number)
                                          : std::to_string(*number));
  } else {
    PrintBytes(value.bytes);
  }
}

void IprouteFmsg::PrintBytes(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  out_.text().Separate();
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kLineBytes));
    std::string line;
    for (const std::byte byte : part) {
      line += digits[std::to_integer<unsigned>(byte) >> 4];
      line += digits[std::to_integer<unsigned>(byte) & 0xf];
      line += ' ';
    }
    out_.text().Print(line);
    out_.text().NewLine();
    bytes = bytes.subspan(part.size());
  }
}

}  // namespace vmcoredd::devlink_cli
