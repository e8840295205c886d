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
constexpr milliseconds kEnumerateTime{180000};
constexpr milliseconds kCheckTime{30000};
// Between enumerations, when events crossed one.
constexpr milliseconds kAgainDelay{1000};
// Captures that run when we are to end get so long; with a reload they are waited for.
constexpr milliseconds kStopTime{20000}, kReloadTime{120000};
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
  const auto started = jobs_.Start(job, [this](const JobEnd& end) { OnEnumerated(end); });
  if (!started) {
    JobEnd end;
    end.status = kExitProblem << 8;
    OnEnumerated(end);
  }
}

void Watcher::OnEnumerated(const JobEnd& end) {
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

void Watcher::CheckReload() {
  if (stopping_ || options_.reload_command.empty()) return;
  Job job;
  job.time = kCheckTime;
  job.command = options_.reload_command;
  job.command.push_back("--check");
  for (char** one = environ; *one != nullptr; ++one) job.environment.emplace_back(*one);
  const auto started = jobs_.Start(job, [this](const JobEnd& end) {
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
  if (!reload_ && !restored_) {
    restored_ = true;
    if (GiveRecoveriesBack()) return;
  }
  Save(reload_);
  if (traces_ && !reload_) traces_->Remove();
  loop_.Stop();
}

void Watcher::FinishOnce() {
  if (!options_.once || !was_enumerated_ || jobs_.running() != 0 || queue_.waiting() != 0) return;
  Stop(false);
}

}  // namespace vmcoredd::watch
