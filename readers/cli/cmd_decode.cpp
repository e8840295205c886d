// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <utility>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/inputs.h"
#include "readers/cli/json_errors.h"
#include "readers/cli/layouts.h"
#include "readers/cli/output_text.h"
#include "readers/cli/selector.h"
#include "readers/report/decode_json.h"
#include "readers/report/decode_text.h"
#include "readers/report/dump_decoding.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

class Decoding {
 public:
  Decoding(const DecodeCommand& command, const LayoutSet& layouts, Console& console)
      : command_(command),
        console_(console),
        json_([&console](std::string_view text) { console.Print(text); }, false) {
    context_.layouts = &layouts;
    context_.layout = command.layouts.layout;
  }

  void Run(const std::vector<SelectedDump>& dumps) {
    if (command_.json) BeginJson();
    bool first = true;
    for (const SelectedDump& selected : dumps) {
      if (!command_.json && !command_.findings && !first) console_.Print("\n");
      first = false;
      if (command_.json) {
        AsJson(selected);
      } else {
        AsText(selected);
      }
    }
    if (command_.json) EndJson();
  }

 private:
  void AsText(const SelectedDump& selected) {
    const std::string heading =
        fmt::format("{} {}\n", selected.dump->index(), NameText(selected.dump->name()));
    bool headed = !command_.findings;
    if (headed) console_.Print(heading);
    DecodeTextSink sink(
        [&](std::string_view text) {
          if (!std::exchange(headed, true)) console_.Print(heading);
          console_.Print(text);
        },
        {command_.all, command_.findings});
    const auto decoded = DecodeDump(*selected.input->reader, *selected.dump, context_, sink);
    sink.Finish();
    if (decoded && !decoded->layout && !command_.findings)
      console_.Print("  no layout is known for it\n");
    Conclude(selected, decoded, sink.damage_count(), sink.findings());
  }

  void AsJson(const SelectedDump& selected) {
    json_.BeginObject();
    json_.Name("file", EscapeBytes(selected.input->file()));
    json_.Field("index", selected.dump->index());
    json_.Name("name", EscapeBytes(selected.dump->name()));
    DecodeJsonSink sink(json_, command_.findings);
    const auto decoded = DecodeDump(*selected.input->reader, *selected.dump, context_, sink);
    sink.Finish();
    json_.Name("layout");
    if (decoded && decoded->layout) {
      json_.String(decoded->layout->name);
      json_.Name("title", decoded->layout->title);
    } else {
      json_.Null();
    }
    json_.EndObject();
    console_.Print("\n");
    Conclude(selected, decoded, sink.damage_count(), sink.findings());
  }

  void Conclude(const SelectedDump& selected,
                const Result<DumpDecoding>& decoded,
                size_t damage,
                const std::vector<Finding>& findings) {
    const std::string name = NameText(selected.dump->name());
    if (!decoded) {
      console_.AddProblem(selected.input->file(), Error(decoded.error()).With(name));
      return;
    }
    if (decoded->damage) {
      console_.AddProblem(selected.input->file(), Error(*decoded->damage).With(name));
    }
    if (decoded->hash_matches == false) {
      console_.AddProblem(
          selected.input->file(),
          Error(ErrorCode::kCorrupt, name + ": the payload does not match its checksum"));
    }
    if (damage != 0) {
      console_.AddProblem(selected.input->file(),
                          Error(ErrorCode::kCorrupt, fmt::format("{}: {} could not be decoded",
                                                                 name, Count(damage, "part"))));
    }
    for (const Finding& finding : findings) {
      if (finding.severity >= Severity::kWarning) console_.RaiseProblem();
    }
  }

  void BeginJson() {
    json_.BeginObject();
    json_.Name("schema", "vmcoredd-decode/1");
    json_.Name("dumps");
    json_.BeginArray();
  }
  void EndJson() {
    json_.EndArray();
    WriteErrors(json_, console_.problems());
    json_.EndObject();
    console_.Print("\n");
  }

  const DecodeCommand& command_;
  Console& console_;
  JsonStream json_;
  DecodingContext context_;
};

}  // namespace

void Run(const DecodeCommand& command, Console& console) {
  const LayoutSet layouts = LoadLayouts(command.layouts, console);
  std::vector<Input> inputs = OpenInputs(command.files, {}, console);
  // What is wrong must be in the JSON; else a person sees something first.
  if (command.json) CheckCompressedStreams(inputs, console);
  Decoding(command, layouts, console).Run(SelectDumps(inputs, command.selectors, console));
  CheckCompressedStreams(inputs, console);
}

}  // namespace vmcoredd::cli
