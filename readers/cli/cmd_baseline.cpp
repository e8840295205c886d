// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>
#include <sys/utsname.h>

#include "collector/live/archive_shelf.h"
#include "collector/live/baseline.h"
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/inputs.h"
#include "readers/cli/live_sources.h"
#include "readers/cli/newest_baseline.h"
#include "readers/cli/output_json.h"
#include "readers/cli/output_text.h"
#include "readers/cli/setup_inputs.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd::cli {

namespace {

void Show(const std::string& folder,
          const Sysroot& root,
          const std::vector<Properties>& devices,
          Console& console) {
  const auto archives = ListArchives(folder, kBaselinePrefix);
  if (!archives) return console.AddUnusable(folder, archives.error());
  for (const ShelvedArchive& archive : *archives) {
    console.Print(fmt::format("{}  {}  {}\n", vmcoredd::UtcTime(archive.time),
                              HumanBytes(archive.bytes), PathText(archive.path)));
  }
  if (archives->empty()) {
    console.Note("there is no baseline in " + PathText(folder));
    return console.RaiseProblem();
  }
  const auto newest = ReadNewestBaseline(folder);
  if (!newest) return console.AddProblem(archives->back().path, newest.error());
  for (const std::string& change : ChangesSince(newest->fragment, ReleaseOf(root), devices)) {
    console.Print("changed since: " + change + '\n');
  }
}

}  // namespace

void Run(const BaselineCommand& command, Console& console) {
  const Sysroot root(command.selection.sysroot);
  const auto config = ReadConfig(command.selection.config, root, console);
  if (!config) return;
  const std::string folder = root.Host(kBaselineFolder);
  LiveSelection selection = command.selection;
  selection.new_snapshots |= config->baseline.new_snapshots;
  auto sources = FindLiveSources(selection, *config, console);
  if (!sources) return;
  if (command.show) return Show(folder, root, sources->devices, console);
  if (command.if_changed) {
    const auto newest = ReadNewestBaseline(folder);
    // One that cannot be read is as good as none.
    if (newest) {
      const auto changes = ChangesSince(newest->fragment, ReleaseOf(root), sources->devices);
      if (changes.empty()) return;
      for (const std::string& change : changes) console.Note(change);
    }
  }
  PrepareCaptureProcess();  // behind the questions, as in cmd_capture.cpp
  LiveSettings settings = LiveSettingsOf(selection, *config);
  settings.kind = "baseline";
  auto path = NewArchivePath(folder, kBaselinePrefix);
  if (!path) return console.AddUnusable(folder, path.error());
  settings.archive = *std::move(path);
  const auto outcome = CaptureSources(settings, *sources, console);
  if (!outcome) return;
  const Retention retention{command.keep.value_or(config->baseline.keep_count),
                            config->baseline.keep_bytes, config->baseline.keep_days};
  if (const auto removed = ApplyRetention(folder, kBaselinePrefix, retention); !removed) {
    console.AddProblem(folder, removed.error());
  }
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
