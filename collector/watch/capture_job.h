// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_CAPTURE_JOB_H_
#define VMCOREDD_COLLECTOR_WATCH_CAPTURE_JOB_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/watch/capture_queue.h"
#include "collector/watch/watch_config.h"
#include "readers/devlink/devlink_dumps.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd::watch {

// What our archives are called in their folder.
inline constexpr std::string_view kArchivePrefix = "watch";

// What came of a capture, as its child tells it: flat text, line by line, so that one that
// is killed has said how far it came.
struct CaptureResult {
  int64_t begin_us = 0, end_us = 0;  // since 1970 UTC
  std::string archive;               // empty: there is none
  std::string refused;               // why not, when nothing was tried: no space
  std::string failed;                // why not, when it was
  uint64_t complete = 0, partial = 0, skipped = 0, bytes = 0, removed = 0;
  std::vector<std::string> problems;
  // What was done to reporters and coredumps afterwards: "recovered fw", "cannot ...".
  std::vector<std::string> actions;
  uint64_t recovered = 0, not_recovered = 0;
  std::vector<std::pair<PartName, uint64_t>> dumps;  // dumps that are in it, by their time
  bool is_whole = false;                             // the child came to its end
};
std::string CaptureResultText(const CaptureResult& result);
// Never fails: what makes no sense is a problem.
CaptureResult ParseCaptureResult(std::string_view text);

// Captures what is ordered into a new archive below config.directory, waiting for dumps that
// are on their way; then, when it is on the disk, clears, releases and recovers what the
// order says; writes the result to `output_fd`. Runs in a child. The exit code: 0 when there
// is a result.
int RunCaptureJob(const CaptureOrder& order,
                  const WatchConfig& config,
                  const devlink::ChannelOpener& open,
                  const std::string& sysroot,
                  int output_fd);

// The events of an order as properties of the machine in a manifest.
Properties EventProperties(const CaptureOrder& order);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_CAPTURE_JOB_H_
