// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "collector/watch/compare.h"
#include "collector/watch/idle_memory.h"
#include "collector/watch/state_file.h"
#include "collector/watch/watcher.h"
#include "vmcoredd/base/text.h"

// From what is ordered to archives, and what is told of them.

namespace vmcoredd::watch {

using std::chrono::milliseconds;

namespace {

// Beside its own limits: to start, to sync the archive, to recover (mlx5 takes a minute).
constexpr milliseconds kCaptureMargin{120000};
constexpr milliseconds kSaveDelay{500};
// What vmcoredd-baseline.path watches.
constexpr std::string_view kDevicesChangedPath = "/run/vmcoredd/devices-changed";
// More of them than devices fail at once is a hook that hangs.
constexpr size_t kMaxHooks = 8;

}  // namespace

void Watcher::Pump() {
  if (stopping_) return;
  const auto now = EventLoop::Clock::now();
  while (const auto order = queue_.Start(now)) StartCapture(*order);
  loop_.CancelTimer(pump_timer_);
  pump_timer_ = 0;
  const auto next = queue_.NextStart();
  if (next == CaptureQueue::Clock::time_point::max()) return;
  const auto wait = std::max(std::chrono::ceil<milliseconds>(next - now), milliseconds(0));
  pump_timer_ = loop_.AddTimer(wait, [this] { Pump(); });
}

void Watcher::StartCapture(const CaptureOrder& order) {
  const WatchConfig& config = options_.config;
  Job job;
  job.time = milliseconds(config.capture_s * 1000 + config.dump_wait_ms) + kCaptureMargin;
  job.run = [order, &config, open = opener(order), sysroot = options_.sysroot](int fd) {
    return RunCaptureJob(order, config, open, sysroot, fd);
  };
  const auto started =
      jobs_.Start(job, [this, order](const JobEnd& end) { CaptureEnded(order, end); });
  if (started) return;
  // No process to be had: the same as one that failed at once.
  log_.Write(Priority::kError, {}, started.error().ToString());
  ++metrics_.captures["failed"];
  exit_code_ = 1;
  queue_.Done(order.name);
  Settle(order.bus + '/' + order.device);
  SettleDevcoredumps();
}

void Watcher::CaptureEnded(const CaptureOrder& order, const JobEnd& end) {
  const WatchConfig& config = options_.config;
  CaptureResult result = ParseCaptureResult(end.output);
  if (!result.is_whole) {
    const milliseconds time =
        milliseconds(config.capture_s * 1000 + config.dump_wait_ms) + kCaptureMargin;
    result.failed = end.is_success() ? "it did not say what came of it" : end.Problem(time);
    for (const auto& [part, reporter] : order.reporters) {
      if (reporter.recover) ++result.not_recovered;
    }
  }
  const std::string outcome(OutcomeOf(result));
  ++metrics_.captures[outcome == "refused" ? "refused_space" : outcome];
  metrics_.recovered += result.recovered;
  metrics_.not_recovered += result.not_recovered;
  metrics_.last_capture_s = std::time(nullptr);
  if (!order.events.empty() && result.begin_us != 0) {
    metrics_.last_delay_us = result.begin_us - order.events.front().time_us;
  }
  if (outcome != "complete" || result.not_recovered != 0) exit_code_ = 1;
  for (const auto& [part, time] : result.dumps) {
    captured_dumps_[{order.bus + '/' + order.device, part}] = time;
  }

  const WatchEvent event = order.events.empty() ? WatchEvent() : order.events.front();
  std::string text = EventText(event);
  if (order.event_count > 1) text += " and " + std::to_string(order.event_count - 1) + " more";
  const bool is_there = outcome == "complete" || outcome == "partial";
  text += is_there ? ": captured, " + outcome : ": not captured, " + outcome;
  if (!result.archive.empty()) text += ", " + result.archive;
  if (!result.refused.empty()) text += ", " + result.refused;
  if (!result.failed.empty()) text += ", " + result.failed;
  for (const std::string& one : result.problems) text += "; " + one;
  for (const std::string& one : result.actions) text += "; " + one;
  if (result.removed != 0) {
    text += "; " + std::to_string(result.removed) + " older archives were removed";
  }
  Properties fields = EventFields(event);
  for (auto& field : CaptureFields(result)) fields.push_back(std::move(field));
  fields.emplace_back("VMCOREDD_DELAY_USEC",
                      std::to_string(result.begin_us == 0 ? 0 : result.begin_us - event.time_us));
  const bool is_well = outcome == "complete" && result.not_recovered == 0;
  log_.Write(is_well ? Priority::kNotice : Priority::kWarning,
             outcome == "refused" ? kRefusedMessageId : kCapturedMessageId, text, fields);

  queue_.Done(order.name);
  // Whoever ended us in the middle finds it again.
  if (!stopping_ || result.is_whole) {
    Settle(order.bus + '/' + order.device);
    SettleDevcoredumps();
  }
  RunHook(order, fields);
  SaveSoon();
  if (stopping_) return ContinueStop();
  Pump();
  FinishOnce();
}

void Watcher::RunHook(const CaptureOrder& order, const Properties& fields) {
  if (order.hook.empty() || (stopping_ && !options_.once)) return;
  if (hooks_running_ >= kMaxHooks) {
    ++metrics_.failed_hooks;
    log_.Write(Priority::kWarning, {},
               "a hook is not run: " + std::to_string(kMaxHooks) + " are running already");
    return;
  }
  Job job;
  job.command = order.hook;
  job.time = milliseconds(options_.config.hook_s * 1000);
  job.max_output = 0;
  job.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  job.environment.push_back("VMCOREDD_EVENTS=" + std::to_string(order.event_count));
  for (const auto& [key, value] : fields) {
    job.environment.push_back(key);
    job.environment.back().append("=").append(value);
  }
  const auto started = jobs_.Start(job, [this, program = order.hook.front()](const JobEnd& end) {
    --hooks_running_;
    if (end.is_success()) {
      ++metrics_.hooks;
    } else {
      ++metrics_.failed_hooks;
      exit_code_ = 1;
      log_.Write(Priority::kWarning, {},
                 "the hook " + EscapeBytes(program) +
                     " failed: " + end.Problem(milliseconds(options_.config.hook_s * 1000)));
    }
    if (stopping_) return ContinueStop();
    SaveSoon();
    FinishOnce();
  });
  if (started) ++hooks_running_;
}

void Watcher::Settle(const std::string& device) {
  const auto [bus, name] = SplitDevice(device);
  if (queue_.IsBusy(bus, name)) return;
  const auto known = known_.devices.find(device);
  if (known == known_.devices.end()) {
    settled_.devices.erase(device);
  } else {
    settled_.devices[device] = known->second;
  }
  SaveSoon();
}

void Watcher::SettleDevcoredumps() {
  std::set<std::string> settled;
  for (const std::string& name : known_.devcoredumps) {
    if (!queue_.IsDevcoredumpBusy(name)) settled.insert(name);
  }
  if (settled == settled_.devcoredumps) return;
  settled_.devcoredumps = std::move(settled);
  SaveSoon();
}

void Watcher::SaveSoon() {
  if (save_timer_ != 0) return;
  save_timer_ = loop_.AddTimer(kSaveDelay, [this] {
    save_timer_ = 0;
    Save(true);
    // Whatever has happened is over by now.
    if (jobs_.running() == 0) ReturnIdleMemory();
  });
}

void Watcher::TellOfNewDevices() {
  baseline_timer_ = 0;
  // For Write() to write, it has to be another text.
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto told = root_.Write(kDevicesChangedPath, std::to_string(now.count()) + '\n');
  if (!told) log_.Write(Priority::kWarning, {}, "no new baseline: " + told.error().ToString());
}

void Watcher::Save(bool is_up) {
  std::string text = StateText(settled_);
  if (text != saved_text_) {
    const auto written = root_.Write(kWatchStatePath, text);
    if (!written) {
      log_.Write(Priority::kError, {}, "cannot write the state: " + written.error().ToString());
    } else {
      saved_text_ = std::move(text);
    }
  }
  if (options_.config.textfile.empty()) return;
  const auto written = WriteTextfile(
      root_.Host(options_.config.textfile),
      MetricsText(metrics_, ShownState(), is_up && !options_.once, std::time(nullptr)));
  if (!written)
    log_.Write(Priority::kWarning, {}, "cannot write metrics: " + written.error().ToString());
}

}  // namespace vmcoredd::watch
