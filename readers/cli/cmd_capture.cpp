// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>

#include "collector/live/archive_shelf.h"
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/live_sources.h"
#include "readers/cli/output_json.h"
#include "readers/cli/output_text.h"
#include "readers/cli/setup_inputs.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

std::string ClassName(vmcoredd_dump_class dump_class) {
  switch (dump_class) {
    case VMCOREDD_DUMP_PASSIVE: return "passive";
    case VMCOREDD_DUMP_SIDE_EFFECT: return "side-effect";
    default: return "intrusive";
  }
}

std::vector<CapturedDump> ListSources(const LiveSources& sources, const std::string& sysroot) {
  std::vector<CapturedDump> list;
  for (const LiveDump& dump : sources.dumps) {
    CapturedDump entry;
    entry.name = dump.registration.name;
    entry.source = dump.registration.source;
    entry.outcome = ClassName(dump.dump_class);
    if (const auto* size = std::get_if<uint64_t>(&dump.registration.size)) entry.bytes = *size;
    if (dump.dump_class > sources.max_class) entry.problem = "its class is not allowed";
    list.push_back(std::move(entry));
  }
  if (!sources.has_plugins) return list;
  for (const PluginDump& dump : ListPluginDumps(sources.plugins, sysroot)) {
    CapturedDump entry{dump.name, dump.plugin, ClassName(dump.dump_class), dump.why_not,
                       std::nullopt};
    if (dump.size != 0) entry.bytes = dump.size;
    if (!dump.why_not.empty()) entry.outcome = "-";
    list.push_back(std::move(entry));
  }
  return list;
}

std::string ListText(const std::vector<CapturedDump>& list) {
  size_t width = 4;
  for (const CapturedDump& dump : list) width = std::max(width, EscapeBytes(dump.name).size());
  std::string text = fmt::format("{:<{}}  {:>10}  CLASS\n", "NAME", width, "BYTES");
  for (const CapturedDump& dump : list) {
    text += fmt::format("{:<{}}  {:>10}  {}{}\n", EscapeBytes(dump.name), width,
                        dump.bytes ? std::to_string(*dump.bytes) : "unknown", dump.outcome,
                        dump.problem.empty() ? "" : "  " + dump.problem);
  }
  return text;
}

}  // namespace

void Run(const CaptureCommand& command, Console& console) {
  const Sysroot root(command.selection.sysroot);
  const auto config = ReadConfig(command.selection.config, root, console);
  if (!config) return;
  const auto sources = FindLiveSources(command.selection, *config, console);
  if (!sources) return;
  // Until here a signal may end us: nothing was begun, and somebody who does not answer
  // would hold it up.
  PrepareCaptureProcess();
  if (command.list) {
    for (const std::string& warning : sources->warnings) console.Note(warning);
    const auto list = ListSources(*sources, command.selection.sysroot);
    console.Print(command.json ? CaptureListJson(list, console.problems()) : ListText(list));
    return;
  }
  LiveSettings settings = LiveSettingsOf(command.selection, *config);
  settings.kind = command.kind;
  settings.archive = command.archive;
  if (command.force) settings.existing = OutputFile::Existing::kReplace;
  if (settings.archive.empty()) {
    const std::string folder = root.Host(kLiveFolder);
    auto path = NewArchivePath(folder, "live");
    if (!path) return console.AddUnusable(folder, path.error());
    settings.archive = *std::move(path);
  }
  const auto outcome = CaptureSources(settings, *sources, console);
  if (!outcome) return;
  const LiveSummary& summary = outcome->summary;
  if (command.json) {
    console.Print(CaptureJson(settings.archive, summary.capture_id, summary.bytes, outcome->dumps,
                              console.problems()));
    return;
  }
  console.Print(fmt::format("{}: {} dumps, {} in part, {} skipped, {}\n",
                            PathText(settings.archive), summary.complete + summary.partial,
                            summary.partial, summary.skipped, HumanBytes(summary.bytes)));
}

}  // namespace vmcoredd::cli
