// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/enumeration.h"
#include "collector/watch/state_file.h"
#include "collector/watch/watcher.h"
#include "vmcoredd/base/text.h"

// Recovery that is ours while we run: auto_recover is off, and on again when we end.

namespace vmcoredd::watch {

using std::chrono::milliseconds;

namespace {

// A driver that recovers may hold its lock for a minute (mlx5).
constexpr milliseconds kSwitchTime{180000}, kRestoreTime{10000};

}  // namespace

void Watcher::TakeRecoveries() {
  if (options_.once || taking_recoveries_) return;
  for (const auto& [name, device] : known_.devices) {
    const auto [bus, address] = SplitDevice(name);
    DriverOf(bus, address);
  }
  const auto take = RecoveriesToTake(known_, options_.config, drivers_);
  if (take.empty()) return;
  // On the disk before it is done: whoever kills us in between must find what to give back.
  for (const auto& [device, part] : take) {
    known_.devices[device].reporters[part].is_managed = true;
    settled_.devices[device].reporters[part].is_managed = true;
  }
  Save(true);
  taking_recoveries_ = true;
  Job job;
  job.time = kSwitchTime;
  job.run = [take, open = opener()](int fd) { return RunAutoRecoverJob(take, false, open, fd); };
  const auto started = jobs_.Start(job, [this, take](const JobEnd& end) {
    taking_recoveries_ = false;
    const AutoRecoverResult result = ParseAutoRecoverResult(end.output);
    for (const std::string& problem : result.problems) {
      log_.Write(Priority::kError, kRecoveryMessageId, problem);
    }
    for (const ReporterOfDevice& one : take) {
      const auto device = known_.devices.find(one.first);
      if (device == known_.devices.end()) continue;
      ReporterState& reporter = device->second.reporters[one.second];
      reporter.is_managed = result.done.contains(one);
      if (reporter.is_managed) {
        reporter.auto_recover = false;
        log_.Write(Priority::kInfo, kRecoveryMessageId,
                   "recovery of " + EscapeBytes(one.first) + ' ' + EscapeBytes(one.second.name) +
                       " is ours");
      }
      Settle(one.first);
    }
    SaveSoon();
    if (stopping_) ContinueStop();
  });
  if (!started) taking_recoveries_ = false;
}

// Back to the kernel. False: there is nothing to give, or no process for it; else
// ContinueStop() is called when that is done.
bool Watcher::GiveRecoveriesBack() {
  const auto taken = RecoveriesTaken(known_);
  if (taken.empty()) return false;
  Job job;
  job.time = kRestoreTime;
  job.run = [taken, open = opener()](int fd) { return RunAutoRecoverJob(taken, true, open, fd); };
  const auto started = jobs_.Start(job, [this](const JobEnd& end) {
    const AutoRecoverResult result = ParseAutoRecoverResult(end.output);
    for (const std::string& problem : result.problems) {
      log_.Write(Priority::kError, kRecoveryMessageId, problem);
    }
    for (const auto& [device, part] : result.done) {
      known_.devices[device].reporters[part].is_managed = false;
      if (settled_.devices.contains(device)) {
        settled_.devices[device].reporters[part].is_managed = false;
      }
    }
    ContinueStop();
  });
  return started.has_value();
}

bool Watcher::RestoreOnly() {
  LoadState();
  const auto taken = RecoveriesTaken(settled_);
  bool all_well = true;
  for (const ReporterOfDevice& one : taken) {
    // Directly: there is no loop that this could keep from anything.
    const auto restore = [&]() -> Result<void> {
      auto client = VMCOREDD_TRY(OpenClient(opener()));
      const auto [bus, device] = SplitDevice(one.first);
      devlink::ReporterSettings settings;
      settings.auto_recover = true;
      return client.SetReporter({{bus, device, one.second.port}, one.second.name}, settings);
    };
    if (const auto restored = restore(); !restored) {
      log_.Write(Priority::kError, kRecoveryMessageId,
                 "cannot give recovery of " + EscapeBytes(one.first) + ' ' +
                     EscapeBytes(one.second.name) + " back: " + restored.error().ToString());
      all_well = false;
      continue;
    }
    settled_.devices[one.first].reporters[one.second].is_managed = false;
  }
  if (!taken.empty()) {
    const auto written = root_.Write(kWatchStatePath, StateText(settled_));
    if (!written) log_.Write(Priority::kError, {}, written.error().ToString());
  }
  return all_well;
}

}  // namespace vmcoredd::watch
