// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/iproute_writer.h"

#include "vmcoredd/base/text.h"

namespace vmcoredd::devlink_cli {

std::string SafeText(std::string_view raw) {
  // The backslash stays: devlink prints it, too.
  std::string text;
  for (const char& byte : raw) text += byte == '\\' ? "\\" : EscapeBytes({&byte, 1});
  return text;
}

void IprouteWriter::BeginSection(std::string_view name) {
  EndGroup();
  if (!is_json()) return;
  json_.BeginObject();
  json_.Name(name);
  json_.BeginObject();
}

void IprouteWriter::EndSection() {
  EndGroup();
  if (!is_json()) return;
  json_.EndObject();
  json_.EndObject();
}

void IprouteWriter::EndGroup() {
  if (group_ && is_json()) json_.EndArray();
  group_.reset();
  if (!is_json()) text_.Reset();
}

void IprouteWriter::BeginEntry(std::string_view handle, bool has_content) {
  if (is_json()) {
    json_.Name(handle);
    json_.BeginObject();
  } else {
    text_.Print(SafeText(handle) + (has_content ? ":" : ""));
  }
}

void IprouteWriter::EndEntry() {
  if (is_json()) {
    json_.EndObject();
  } else {
    text_.NewLine();
  }
}

void IprouteWriter::BeginGrouped(std::string_view handle) {
  const bool is_new = group_ != handle;
  if (is_new && group_) {
    if (is_json()) json_.EndArray();
    text_.Outdent();
  }
  if (is_json()) {
    if (is_new) {
      json_.Name(handle);
      json_.BeginArray();
    }
    json_.BeginObject();
  } else if (is_new) {
    text_.Print(SafeText(handle) + ':');
    text_.NewLine();
    text_.Indent();
  }
  group_ = handle;
}

void IprouteWriter::EndGrouped() { EndEntry(); }

void IprouteWriter::Text(std::string_view name, std::string_view value) {
  if (is_json()) {
    json_.Name(name, value);
  } else {
    text_.Word(SafeText(name) + ' ' + SafeText(value));
  }
}

void IprouteWriter::Uint(std::string_view name, uint64_t value) {
  if (is_json()) {
    json_.Field(name, value);
  } else {
    text_.Word(SafeText(name) + ' ' + std::to_string(value));
  }
}

void IprouteWriter::Counter(std::string_view name, uint64_t value) {
  if (value == UINT64_MAX) {
    Text(name, "unlimited");
  } else {
    Uint(name, value);
  }
}

void IprouteWriter::Flag(std::string_view name, bool value) {
  if (is_json()) {
    json_.Flag(name, value);
  } else {
    Text(name, value ? "true" : "false");
  }
}

void IprouteWriter::NewLine() {
  if (!is_json()) text_.NewLine();
}

void IprouteWriter::BeginBlock(std::string_view name) {
  text_.Indent();
  text_.NewLine();
  text_.Print(SafeText(name) + ':');
  text_.Indent();
  text_.NewLine();
}

void IprouteWriter::BeginObject(std::string_view name) {
  if (!is_json()) return BeginBlock(name);
  json_.Name(name);
  json_.BeginObject();
}

void IprouteWriter::EndObject() {
  if (is_json()) return json_.EndObject();
  text_.Outdent();
  text_.Outdent();
}

void IprouteWriter::BeginArray(std::string_view name) {
  if (!is_json()) return BeginBlock(name);
  json_.Name(name);
  json_.BeginArray();
}

void IprouteWriter::EndArray() {
  if (is_json()) return json_.EndArray();
  text_.Outdent();
  text_.Outdent();
}

void IprouteWriter::BeginItem() {
  if (is_json()) json_.BeginObject();
}

void IprouteWriter::EndItem() {
  if (is_json()) {
    json_.EndObject();
  } else {
    text_.NewLine();
  }
}

}  // namespace vmcoredd::devlink_cli
