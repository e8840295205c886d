// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/watcher.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "collector/watch/enumeration.h"
#include "collector/watch/service_notify.h"
#include "collector/watch/state_file.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::watch {

using std::chrono::milliseconds;

namespace {

// A driver that recovers may hold its lock for a minute (mlx5), and many devices are asked.
constexpr milliseconds kEnumerateTime{180000}, kRecoverySwitchTime{180000};
constexpr milliseconds kCheckTime{30000};
// Between enumerations because of lost events, and for events that an enumeration crossed.
constexpr milliseconds kLostDelay{50}, kAgainDelay{1000};
// Captures that run when we are to end get so long; with a reload they are waited for.
constexpr milliseconds kStopTime{20000}, kReloadTime{120000}, kRestoreTime{10000};
constexpr milliseconds kTextfilePeriod{60000};
constexpr int kExitProblem = 1;
constexpr size_t kNotificationBytes = size_t{8} << 20;

void WriteAll(int fd, const std::string& text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd, rest.data(), rest.size());
    if (written <= 0) return;
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

Watcher::Watcher(WatcherOptions options, EventLoop& loop)
    : options_(std::move(options)),
      loop_(loop),
      root_(options_.sysroot),
      log_(root_, options_.to_stderr),
      queue_(options_.config.parallel),
      jobs_(loop),
      devlink_(loop, *this) {
  metrics_.start_s = std::time(nullptr);
}

Watcher::~Watcher() = default;

devlink::ChannelOpener Watcher::opener() const {
  const std::string path = options_.netlink_socket;
  return [path]() -> Result<std::unique_ptr<devlink::MessageChannel>> {
    if (!path.empty()) return devlink::ConnectUnix(path);
    return devlink::OpenNetlink({});
  };
}

devlink::ChannelOpener Watcher::opener(const CaptureOrder& order) const {
  if (!order.is_hosted) return opener();
  return [path = health_settings_.socket] { return devlink::ConnectUnix(path); };
}

// Reporters of ours. Without them everything else is as useful as before.
void Watcher::StartHealth() {
  if (options_.once) return;
  auto settings = ParseHealthSettings(options_.config.health);
  if (!settings) return log_.Write(Priority::kError, {}, settings.error().ToString());
  health_settings_ = *std::move(settings);
  if (!health_settings_.enabled) return;
  if (!root_.is_machine()) {
    health_settings_.sysroot = options_.sysroot;
    health_settings_.socket = root_.Host(health_settings_.socket);
    health_settings_.folder = root_.Host(health_settings_.folder);
  }
  const auto folder = [](std::string path) { return MakeFolders(path.substr(0, path.rfind('/'))); };
  auto made = folder(health_settings_.folder);
  if (made) made = folder(health_settings_.socket);
  if (!made) {
    return log_.Write(Priority::kError, {}, "no health reporters: " + made.error().ToString());
  }
  HealthCallbacks callbacks;
  callbacks.log = [this](int level, const std::string& text) {
    log_.Write(static_cast<Priority>(level), {}, text);
  };
  callbacks.on_report = [this](const HealthReport& report) { OnHostedReport(report); };
  auto host = HealthHost::Start(loop_, health_settings_, std::move(callbacks));
  if (!host) {
    return log_.Write(Priority::kError, {}, "no health reporters: " + host.error().ToString());
  }
  health_ = *std::move(host);
}

Result<int> Watcher::Run() {
  VMCOREDD_TRY(Start());
  VMCOREDD_TRY(loop_.Run());
  if (reload_) return kReload;
  // Who stops a service wants no failure of it: what went wrong was told when it did.
  return options_.once ? exit_code_ : 0;
}

Result<void> Watcher::Start() {
  VMCOREDD_TRY(loop_.AddSignal(SIGTERM, [this] { Stop(false); }));
  VMCOREDD_TRY(loop_.AddSignal(SIGINT, [this] { Stop(false); }));
  VMCOREDD_TRY(loop_.AddSignal(SIGHUP, [this] { CheckReload(); }));
  VMCOREDD_TRY(loop_.AddSignal(SIGPIPE, [] {}));
  VMCOREDD_TRY(MakeFolders(options_.config.directory));
  LoadState();
  StartHealth();
  OpenSources();
  Enumerate();
  if (const auto period = WatchdogPeriod()) Beat(*period);
  KeepTextfile();
  return {};
}

void Watcher::Beat(milliseconds period) {
  NotifyService("WATCHDOG=1");
  loop_.AddTimer(period, [this, period] { Beat(period); });
}

// Its age is how one sees that we are gone.
void Watcher::KeepTextfile() {
  if (options_.config.textfile.empty() || options_.once) return;
  SaveSoon();
  loop_.AddTimer(kTextfilePeriod, [this] { KeepTextfile(); });
}

void Watcher::LoadState() {
  settled_.boot = EscapeBytes(root_.Line("/proc/sys/kernel/random/boot_id")).substr(0, 64);
  const auto text = root_.Text(kWatchStatePath);
  if (!text) {
    if (text.error().code() != ErrorCode::kNotFound) {
      log_.Write(Priority::kWarning, {}, "cannot read the state: " + text.error().ToString());
    }
  } else if (auto state = ParseState(*text); !state) {
    log_.Write(Priority::kWarning, {}, "the state is not used: " + state.error().ToString());
  } else if (state->boot == settled_.boot) {
    settled_ = *std::move(state);
  }
  settled_.lacks_reporters = settled_.lacks_regions = settled_.lacks_devcoredumps = false;
  known_ = settled_;
}

void Watcher::OpenSources() {
  const devlink::ChannelOpener open = [this]() {
    if (!options_.netlink_socket.empty()) return devlink::ConnectUnix(options_.netlink_socket);
    devlink::NetlinkOptions netlink;
    netlink.notification_bytes = kNotificationBytes;
    return devlink::OpenNetlink(netlink);
  };
  if (!devlink_.is_open()) {
    const auto opened = devlink_.Open(open);
    const std::string problem = opened ? "" : opened.error().ToString();
    if (!problem.empty() && problem != devlink_problem_) {
      log_.Write(Priority::kWarning, {}, "no notifications of devlink: " + problem);
    }
    devlink_problem_ = problem;
  }
  if (options_.once || !root_.is_machine()) return;
  if (!uevents_) {
    uevents_ = std::make_unique<UeventSource>(
        loop_, [this](const Uevent& uevent) { OnUevent(uevent); },
        [this](const std::string& why) { OnLost("uevent", 0, why); });
    if (const auto opened = uevents_->Open(); !opened) {
      log_.Write(Priority::kWarning, {}, opened.error().ToString());
    }
  }
  if (options_.config.trace && !traces_) {
    traces_ = std::make_unique<TraceSource>(
        loop_, [this](const DevlinkTrace& trace) { OnTrace(trace); },
        [this](uint64_t lost, const std::string& why) { OnLost("trace", lost, why); });
    auto opened = traces_->Open("/sys/kernel/tracing");
    if (!opened) opened = traces_->Open("/sys/kernel/debug/tracing");
    if (!opened) {
      log_.Write(Priority::kNotice, {}, "no trace events: " + opened.error().ToString());
    }
  }
}

void Watcher::EnumerateSoon(milliseconds delay) {
  loop_.CancelTimer(enumerate_timer_);
  enumerate_timer_ = loop_.AddTimer(delay, [this] { Enumerate(); });
}

void Watcher::Enumerate() {
  if (stopping_) return;
  if (enumerating_) {
    enumerate_again_ = true;
    return;
  }
  OpenSources();
  enumerating_ = true;
  enumerate_again_ = false;
  touched_ = {};
  ++metrics_.enumerations;
  Job job;
  job.time = kEnumerateTime;
  job.run = [open = opener(), root = root_](int fd) {
    WriteAll(fd, EnumerationText(watch::Enumerate(open, root)));
    return 0;
  };
  const auto started =
      jobs_.Start(std::move(job), [this](JobEnd end) { OnEnumerated(std::move(end)); });
  if (!started) {
    JobEnd end;
    end.status = kExitProblem << 8;
    OnEnumerated(std::move(end));
  }
}

void Watcher::OnEnumerated(JobEnd end) {
  enumerating_ = false;
  if (stopping_) return ContinueStop();
  // What has been told by now is told, and not found.
  devlink_.Drain();
  if (traces_) traces_->Drain();
  auto found = ParseEnumeration(end.output);
  if (!end.is_success() || !found) {
    const std::string why =
        !end.is_success() ? end.Problem(kEnumerateTime) : found.error().ToString();
    log_.Write(Priority::kError, kLostMessageId, "cannot ask all devices: " + why);
    exit_code_ = kExitProblem;
    if (options_.once) return Stop(false);
    return EnumerateSoon(kAgainDelay * 10);
  }
  std::set<std::string> problems(found->problems.begin(), found->problems.end());
  for (const std::string& problem : problems) {
    if (!problems_.contains(problem)) log_.Write(Priority::kWarning, {}, problem);
  }
  if (!problems.empty()) exit_code_ = kExitProblem;
  problems_ = std::move(problems);
  Comparison now = CompareStates(known_, found->state, touched_);
  if (!touched_.empty()) enumerate_again_ = true;
  std::set<std::string> devices;
  for (const auto& [name, device] : known_.devices) devices.insert(name);
  for (const auto& [name, device] : now.state.devices) devices.insert(name);
  known_ = std::move(now.state);
  settled_.boot = known_.boot;
  for (WatchEvent& event : now.events) Handle(std::move(event));
  for (const std::string& name : devices) Settle(name);
  SettleDevcoredumps();
  if (!was_enumerated_) NotifyService("READY=1\nSTATUS=watching");
  was_enumerated_ = true;
  TakeRecoveries();
  EnumerateSoon(enumerate_again_ ? kAgainDelay : milliseconds(options_.config.enumerate_s * 1000));
  SaveSoon();
  Pump();
  FinishOnce();
}

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
  job.time = kRecoverySwitchTime;
  job.run = [take, open = opener()](int fd) { return RunAutoRecoverJob(take, false, open, fd); };
  const auto started = jobs_.Start(std::move(job), [this, take](JobEnd end) {
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

void Watcher::CheckReload() {
  if (stopping_ || options_.reload_command.empty()) return;
  Job job;
  job.time = kCheckTime;
  job.command = options_.reload_command;
  job.command.push_back("--check");
  for (char** one = environ; *one != nullptr; ++one) job.environment.emplace_back(*one);
  const auto started = jobs_.Start(std::move(job), [this](JobEnd end) {
    if (stopping_) return ContinueStop();
    if (end.is_success()) return Stop(true);
    log_.Write(Priority::kError, {},
               "the configuration is not taken, what runs stays: vmcoredd watch --check: " +
                   end.Problem(kCheckTime));
  });
  if (!started) log_.Write(Priority::kError, {}, started.error().ToString());
}

void Watcher::Stop(bool reload) {
  if (stopping_ && !reload_) return;
  stopping_ = true;
  reload_ = reload;
  if (reload) {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const uint64_t usec =
        static_cast<uint64_t>(now.tv_sec) * 1000000 + static_cast<uint64_t>(now.tv_nsec) / 1000;
    NotifyService("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(usec));
  } else {
    NotifyService("STOPPING=1");
    jobs_.TerminateAll();
  }
  loop_.AddTimer(reload ? kReloadTime : kStopTime, [this] {
    jobs_.TerminateAll();
    loop_.AddTimer(ChildJobs::kGrace, [this] { loop_.Stop(); });
  });
  ContinueStop();
}

// Captures end first; then recovery is given back; then the state is written.
void Watcher::ContinueStop() {
  if (jobs_.running() != 0) return;
  const auto taken = RecoveriesTaken(known_);
  if (!reload_ && !restored_ && !taken.empty()) {
    restored_ = true;
    Job job;
    job.time = kRestoreTime;
    job.run = [taken, open = opener()](int fd) { return RunAutoRecoverJob(taken, true, open, fd); };
    const auto started = jobs_.Start(std::move(job), [this](JobEnd end) {
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
    if (started) return;
  }
  Save(reload_);
  if (traces_ && !reload_) traces_->Remove();
  loop_.Stop();
}

void Watcher::FinishOnce() {
  if (!options_.once || !was_enumerated_ || jobs_.running() != 0 || queue_.waiting() != 0) return;
  Stop(false);
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
