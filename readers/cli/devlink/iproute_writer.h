// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_IPROUTE_WRITER_H_
#define READERS_CLI_DEVLINK_IPROUTE_WRITER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "readers/cli/devlink/line_text.h"
#include "readers/report/json_stream.h"

namespace vmcoredd::devlink_cli {

// What devlink says, as text or as JSON, byte for byte as devlink of iproute2 6.1 does: the
// same calls give either. Everything it is given is raw, and escaped here.
class IprouteWriter {
 public:
  enum class Form { kText, kJson, kPrettyJson };
  IprouteWriter(TextSink sink, Form form)
      : form_(form), text_(sink), json_(sink, form == Form::kPrettyJson), sink_(std::move(sink)) {}

  bool is_json() const { return form_ != Form::kText; }
  LineText& text() { return text_; }
  JsonStream& json() { return json_; }

  // What a command prints: { "regions": { ... } }.
  void BeginSection(std::string_view name);
  void EndSection();

  // An entry that is one line, or one member: "HANDLE: ...".
  void BeginEntry(std::string_view handle, bool has_content = true);
  void EndEntry();
  // Entries of the same handle, one after the other, share its heading, or its array.
  void BeginGrouped(std::string_view handle);
  void EndGrouped();
  // No further entry belongs to those before.
  void EndGroup();

  void Text(std::string_view name, std::string_view value);
  void Uint(std::string_view name, uint64_t value);
  // All ones are "unlimited".
  void Counter(std::string_view name, uint64_t value);
  void Flag(std::string_view name, bool value);
  // Of the text.
  void NewLine();

  void BeginObject(std::string_view name);
  void EndObject();
  void BeginArray(std::string_view name);
  void EndArray();
  // An object of an array.
  void BeginItem();
  void EndItem();

  void Indent() { text_.Indent(); }
  void Outdent() { text_.Outdent(); }

 private:
  void BeginBlock(std::string_view name);

  Form form_;
  LineText text_;
  JsonStream json_;
  TextSink sink_;
  std::optional<std::string> group_;  // handle of the entry before
};

// Raw text for a terminal: printable ASCII stays, other bytes become \xNN.
std::string SafeText(std::string_view raw);

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_IPROUTE_WRITER_H_
