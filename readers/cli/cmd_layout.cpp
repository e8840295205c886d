// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/json_errors.h"
#include "readers/cli/layouts.h"
#include "readers/cli/output_text.h"
#include "readers/report/json_stream.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

// A layout of a stranger is data from an enemy, as a dump is.
std::string Shown(std::string_view text) { return EscapeBytes(text); }

std::string Conditions(const Layout& layout) {
  std::string text;
  for (const MatchRule& rule : layout.matches) {
    if (!text.empty()) text += "; ";
    std::string one;
    const auto add = [&one](const char* key, const std::vector<std::string>& values) {
      for (const std::string& value : values) {
        one += fmt::format("{}{} {}", one.empty() ? "" : ", ", key, Shown(value));
        key = "or";
      }
    };
    add("dump", rule.dump);
    add("source", rule.source);
    add("driver", rule.driver);
    add("content", rule.content);
    add("region", rule.region);
    add("reporter", rule.reporter);
    add("member", rule.member);
    add("pci", rule.pci);
    add("class", rule.pci_class);
    for (const Magic& magic : rule.magic) {
      one += fmt::format("{}magic {} at 0x{:x}", one.empty() ? "" : ", ", ToHex(magic.bytes),
                         magic.at);
    }
    if (rule.firmware) {
      one += fmt::format("{}{} {}..{}", one.empty() ? "" : ", ", Shown(rule.firmware->key),
                         Shown(rule.firmware->from), Shown(rule.firmware->before));
    }
    if (rule.size) one += fmt::format("{}{} bytes or more", one.empty() ? "" : ", ", *rule.size);
    text += one;
  }
  if (!text.empty()) return text;
  const bool can_decode = layout.root || !layout.decoder.empty();
  return can_decode ? "for --layout only" : "used by others";
}

void List(const LayoutCommand& command, Console& console) {
  const LayoutSet layouts = LoadLayouts(command.layouts, console);
  if (command.json) {
    JsonStream json([&console](std::string_view text) { console.Print(text); }, true);
    json.BeginObject();
    json.Name("schema", "vmcoredd-layouts/1");
    json.Name("layouts");
    json.BeginArray();
    for (const auto& [name, layout] : layouts.layouts()) {
      json.BeginObject();
      json.Name("name", name);
      json.Name("title", layout->title);
      json.Name("file", layout->file);
      json.Name("matches", Conditions(*layout));
      json.Name("sources");
      json.BeginArray();
      for (const std::string& source : layout->sources) json.String(source);
      json.EndArray();
      json.EndObject();
    }
    json.EndArray();
    WriteErrors(json, console.problems());
    json.EndObject();
    console.Print("\n");
    return;
  }
  size_t width = 0;
  for (const auto& [name, layout] : layouts.layouts()) width = std::max(width, name.size());
  for (const auto& [name, layout] : layouts.layouts()) {
    console.Print(fmt::format("{:<{}}  {}\n{:<{}}  {}\n", name, width, Shown(layout->title), "",
                              width, Conditions(*layout)));
  }
}

void Check(const LayoutCommand& command, Console& console) {
  // Among the others: it may use their structures, and replaces those of its name.
  LayoutSet layouts = LayoutSet::LoadUnlinked(LayoutDirectories(command.layouts));
  for (const std::string& path : command.files) layouts.AddFile(path);
  layouts.Link();
  bool may_be_more = false;
  for (const LayoutProblem& problem : layouts.problems()) {
    const bool asked =
        std::find(command.files.begin(), command.files.end(), problem.file) != command.files.end();
    if (!asked) continue;
    AddLayoutProblem(problem, console);
    may_be_more = may_be_more || (problem.hides_others && problem.place.line != 0);
  }
  if (may_be_more) console.Note("more may follow when these are mended");
  for (const auto& [name, layout] : layouts.layouts()) {
    const bool asked =
        std::find(command.files.begin(), command.files.end(), layout->file) != command.files.end();
    if (!asked) continue;
    size_t fields = 0;
    for (const auto& [structure_name, structure] : layout->structures)
      fields += structure->fields.size();
    console.Print(fmt::format("{}: {}: {}, {}: {}\n", PathText(layout->file), name,
                              Count(layout->structures.size(), "structure"), Count(fields, "field"),
                              Conditions(*layout)));
  }
}

}  // namespace

void Run(const LayoutCommand& command, Console& console) {
  switch (command.verb) {
    case LayoutCommand::Verb::kCheck: return Check(command, console);
    case LayoutCommand::Verb::kList: return List(command, console);
    case LayoutCommand::Verb::kImport: return ImportLayoutFile(command.source, console);
  }
}

}  // namespace vmcoredd::cli
