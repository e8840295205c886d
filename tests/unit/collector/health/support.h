// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_TESTS_UNIT_COLLECTOR_HEALTH_SUPPORT_H_
#define VMCOREDD_TESTS_UNIT_COLLECTOR_HEALTH_SUPPORT_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "collector/health/health_clock.h"
#include "collector/health/reporter.h"
#include "collector/loop/event_loop.h"

namespace vmcoredd {

class FakeClock final : public HealthClock {
 public:
  uint64_t NowMs() const override { return now; }
  uint64_t RealNs() const override { return now * 1000000 + 1; }
  uint64_t now = 1000;
};

// What happened, in order: "report MESSAGE", "notify STATE ERRORS RECOVERIES", "aborted MS",
// "dump", "dump failed ERRNO", "recovered ERRNO", "changed".
class RecordingObserver : public ReporterObserver {
 public:
  void OnReport(const HealthReporter&, std::string_view message) override {
    events.push_back("report " + std::string(message));
  }
  void OnRecoveryAborted(const HealthReporter&, uint64_t ms) override {
    events.push_back("aborted " + std::to_string(ms));
  }
  void OnNotify(const HealthReporter& reporter) override {
    const HealthReporter::Record& record = reporter.record();
    events.push_back("notify " + std::to_string(static_cast<int>(record.state)) + ' ' +
                     std::to_string(record.errors) + ' ' + std::to_string(record.recoveries));
  }
  void OnDumpStored(const HealthReporter&) override { events.push_back("dump"); }
  void OnDumpFailed(const HealthReporter&, int error, std::string_view) override {
    events.push_back("dump failed " + std::to_string(error));
  }
  void OnRecoveryEnd(const HealthReporter&, int error, std::string_view) override {
    events.push_back("recovered " + std::to_string(error));
  }
  void OnChange(const HealthReporter&) override { events.push_back("changed"); }

  std::vector<std::string> events;
};

// A loop in a thread, for a client that waits. `setup` and `teardown` run in that thread.
class LoopThread {
 public:
  LoopThread(std::function<void(EventLoop&)> setup, std::function<void()> teardown) {
    thread_ = std::thread([this, setup = std::move(setup), teardown = std::move(teardown)] {
      auto loop = EventLoop::Create();
      if (!loop) return;
      setup(**loop);
      ready_ = true;
      while (!stop_) {
        static_cast<void>((*loop)->RunOnce(std::chrono::milliseconds(5)));
        const std::lock_guard lock(mutex_);
        if (const auto call = std::exchange(call_, nullptr)) call();
        called_.notify_all();
      }
      teardown();
    });
    while (!ready_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  // In that thread, between two turns of the loop.
  void Call(std::function<void()> call) {
    std::unique_lock lock(mutex_);
    call_ = std::move(call);
    called_.wait(lock, [this] { return !call_; });
  }
  ~LoopThread() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> ready_ = false, stop_ = false;
  std::mutex mutex_;
  std::condition_variable called_;
  std::function<void()> call_;
  std::thread thread_;
};

// Runs the loop until `done`, or for ten seconds. Whether it is done.
inline bool RunUntil(EventLoop& loop, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    static_cast<void>(loop.RunOnce(std::chrono::milliseconds(20)));
  }
  return true;
}

}  // namespace vmcoredd

#endif  // VMCOREDD_TESTS_UNIT_COLLECTOR_HEALTH_SUPPORT_H_
