// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_RECOVERY_JOB_H_
#define VMCOREDD_COLLECTOR_WATCH_RECOVERY_JOB_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/watch/watch_config.h"
#include "collector/watch/watch_state.h"
#include "readers/devlink/devlink_dumps.h"

namespace vmcoredd::watch {

// A reporter of a device, "pci/0000:05:00.0".
using ReporterOfDevice = std::pair<std::string, PartName>;

// Reporters whose recovery is ours by a rule and that recover by themselves still; with
// `drivers`, by device, since rules may ask for a driver.
std::vector<ReporterOfDevice> RecoveriesToTake(const WatchState& state,
                                               const WatchConfig& config,
                                               const std::map<std::string, std::string>& drivers);
// Those that we have taken.
std::vector<ReporterOfDevice> RecoveriesTaken(const WatchState& state);

// Switches auto_recover of each; writes a line for each that it did, "done=PORT DEVICE NAME",
// and "problem=..." for others. For a child: a driver may hold the lock.
int RunAutoRecoverJob(const std::vector<ReporterOfDevice>& reporters,
                      bool auto_recover,
                      const devlink::ChannelOpener& open,
                      int output_fd);
struct AutoRecoverResult {
  std::set<ReporterOfDevice> done;
  std::vector<std::string> problems;
};
AutoRecoverResult ParseAutoRecoverResult(std::string_view text);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_RECOVERY_JOB_H_
