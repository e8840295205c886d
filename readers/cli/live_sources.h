// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_LIVE_SOURCES_H_
#define READERS_CLI_LIVE_SOURCES_H_

#include <optional>
#include <string>
#include <vector>

#include "collector/live/live_capture.h"
#include "collector/live/live_plugins.h"
#include "collector/setup/config.h"
#include "readers/cli/commands.h"
#include "readers/cli/output_json.h"

namespace vmcoredd::cli {

class Console;

// What a capture of this machine, or of some of its devices, would take.
struct LiveSources {
  std::vector<LiveDump> dumps;
  bool has_plugins = false;
  PluginRequest plugins;
  std::vector<Properties> devices;
  std::vector<std::string> warnings;  // what could not be asked
  bool is_incomplete = false;         // although there is somebody to ask
  vmcoredd_dump_class max_class = VMCOREDD_DUMP_PASSIVE;
};

// Asks devlink and looks into sysfs; touches no device. What a DEV of the command line does
// not fit is said on `console`, and then there is nothing.
std::optional<LiveSources> FindLiveSources(const LiveSelection& selection,
                                           const Config& config,
                                           Console& console);

// Captures them into `settings.archive`, with progress and messages on `console`.
struct LiveOutcome {
  LiveSummary summary;
  std::vector<CapturedDump> dumps;
};
std::optional<LiveOutcome> CaptureSources(LiveSettings settings,
                                          const LiveSources& sources,
                                          Console& console);
// The settings that both commands share.
LiveSettings LiveSettingsOf(const LiveSelection& selection, const Config& config);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_LIVE_SOURCES_H_
