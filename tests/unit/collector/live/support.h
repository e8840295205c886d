// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_TESTS_UNIT_COLLECTOR_LIVE_SUPPORT_H_
#define VMCOREDD_TESTS_UNIT_COLLECTOR_LIVE_SUPPORT_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collector/live/live_capture.h"
#include "collector/live/live_plugins.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// A dump whose callback streams.
LiveDump StreamDump(std::string name, uint64_t size, StreamCallback callback);

// An archive as it was read back: what the manifest says, and the payloads, unpacked.
struct ArchiveContent {
  ManifestFragment fragment;
  std::map<std::string, ManifestDump> dumps;
  std::map<std::string, std::string> payloads;  // of dumps with the codec kNone
  std::map<std::string, ManifestSkip> skipped;
};
ArchiveContent ReadArchive(const std::string& path);

// Captures `dumps` into `path` and reads it back.
struct LiveRun {
  LiveSummary summary;
  ArchiveContent archive;
  std::map<std::string, std::string> problems;  // as the observer was told
  std::map<std::string, std::string> left_behind;
};
LiveRun CaptureLive(LiveSettings settings, const std::vector<LiveDump>& dumps);
LiveRun CaptureLive(LiveSettings settings,
                    const std::vector<LiveDump>& dumps,
                    const PluginRequest& plugins);

}  // namespace vmcoredd

#endif  // VMCOREDD_TESTS_UNIT_COLLECTOR_LIVE_SUPPORT_H_
