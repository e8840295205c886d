// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_WATCHER_H_
#define VMCOREDD_COLLECTOR_WATCH_WATCHER_H_

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "collector/health/health_host.h"
#include "collector/loop/event_loop.h"
#include "collector/setup/sysroot.h"
#include "collector/watch/capture_job.h"
#include "collector/watch/capture_queue.h"
#include "collector/watch/child_jobs.h"
#include "collector/watch/compare.h"
#include "collector/watch/devlink_source.h"
#include "collector/watch/metrics.h"
#include "collector/watch/rate_limit.h"
#include "collector/watch/recovery_job.h"
#include "collector/watch/trace_source.h"
#include "collector/watch/uevent_source.h"
#include "collector/watch/watch_config.h"
#include "collector/watch/watch_log.h"
#include "collector/watch/watch_state.h"

namespace vmcoredd::watch {

struct WatcherOptions {
  WatchConfig config;
  std::string sysroot;         // empty: this machine; else no uevents and no traces
  std::string netlink_socket;  // a server that answers as the kernel does; empty: the kernel
  bool once = false;           // what is new now, then the end
  bool to_stderr = false;      // instead of the journal
  // What reads the configuration again and becomes us: its arguments. Empty: nothing does.
  std::vector<std::string> reload_command;
};

// The service: events come in, captures are children, the rest is bookkeeping. What is known
// (`known_`) is ahead of what has been dealt with (`settled_`), which is on the disk.
class Watcher final : public DevlinkListener {
 public:
  Watcher(WatcherOptions options, EventLoop& loop);
  ~Watcher() override;

  // Until a signal says otherwise. The exit code; kReload: the reload command is to be run.
  Result<int> Run();
  static constexpr int kReload = -1;

  // Gives back what the state file says we have taken: auto_recover. For when we were
  // killed. Whether all went well.
  bool RestoreOnly();

 private:
  // watcher.cpp: the course of it
  Result<void> Start();
  void Beat(std::chrono::milliseconds period);
  void KeepTextfile();
  void OpenSources();
  void LoadState();
  void Enumerate();
  void OnEnumerated(const JobEnd& end);
  void EnumerateSoon(std::chrono::milliseconds delay);
  void CheckReload();
  void Stop(bool reload);
  void ContinueStop();
  void FinishOnce();

  // watcher_recovery.cpp: recovery that is ours while we run
  void TakeRecoveries();
  bool GiveRecoveriesBack();

  // watcher_events.cpp: what happens
  void OnReporter(const devlink::Reporter& reporter) override;
  void OnSnapshot(const devlink::Handle& handle,
                  const std::string& region,
                  uint32_t snapshot,
                  bool is_new) override;
  void OnDevice(const devlink::Handle& handle, bool is_new) override;
  void OnReload(const devlink::Handle& handle) override;
  void OnNotificationsLost(const std::string& why) override;
  void OnUevent(const Uevent& uevent);
  void OnTrace(const DevlinkTrace& trace);
  void OnLost(const std::string& source, uint64_t count, const std::string& why);
  void Handle(WatchEvent event);
  void Complete(WatchEvent& event);
  void TakeMessage(WatchEvent& event);
  std::string DriverOf(const std::string& bus, const std::string& device);
  void Tell(const WatchEvent& event);
  void Refuse(const WatchEvent& event, const std::string& reason, const std::string& text);
  void ExpireLimits();

  // watcher_captures.cpp: what is done about it
  void Pump();
  void StartCapture(const CaptureOrder& order);
  void CaptureEnded(const CaptureOrder& order, const JobEnd& end);
  void RunHook(const CaptureOrder& order, const Properties& fields);
  void Settle(const std::string& device);
  void SettleDevcoredumps();
  void SaveSoon();
  void Save(bool is_up);
  void TellOfNewDevices();

  // watcher_hosted.cpp: reporters in our own loop
  void StartHealth();
  void OnHostedReport(const HealthReport& report);
  WatchState ShownState() const;
  devlink::ChannelOpener opener(const CaptureOrder& order) const;

  devlink::ChannelOpener opener() const;
  WatchEvent NewEvent(EventKind kind, const std::string& bus, const std::string& device) const;

  WatcherOptions options_;
  EventLoop& loop_;
  Sysroot root_;
  WatchLog log_;
  Metrics metrics_;
  CaptureQueue queue_;
  RateLimit capture_limit_, told_limit_;
  ChildJobs jobs_;

  DevlinkSource devlink_;
  std::unique_ptr<UeventSource> uevents_;
  std::unique_ptr<TraceSource> traces_;
  HealthSettings health_settings_;
  std::unique_ptr<HealthHost> health_;

  WatchState known_, settled_;
  TouchedParts touched_;  // since the enumeration that runs was begun
  std::map<std::string, std::string> drivers_;
  // Messages whose notification has not been seen yet, by device and reporter.
  struct Report {
    std::string message;
    EventLoop::Clock::time_point heard;
  };
  std::map<std::pair<std::string, std::string>, std::deque<Report>> reports_;
  std::map<ReporterOfDevice, uint64_t> captured_dumps_;
  std::set<std::string> problems_;  // of the last enumeration: told once
  std::string devlink_problem_;

  EventLoop::TimerId enumerate_timer_ = 0, save_timer_ = 0, pump_timer_ = 0, limit_timer_ = 0;
  EventLoop::TimerId baseline_timer_ = 0;
  bool enumerating_ = false, enumerate_again_ = false, was_enumerated_ = false;
  bool taking_recoveries_ = false;
  bool stopping_ = false, reload_ = false, restored_ = false;
  size_t hooks_running_ = 0;
  int exit_code_ = 0;
  std::string saved_text_;  // the state file's
};

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_WATCHER_H_
