// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_BUDGET_H_
#define VMCOREDD_COLLECTOR_CAPTURE_BUDGET_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "collector/capture/capture_settings.h"
#include "collector/capture/child_process.h"

namespace vmcoredd {

// What is left of a capture's time, of memory, and of each device's bytes. Time runs
// from CaptureSettings::began. Borrows the settings.
class Budget {
 public:
  explicit Budget(const CaptureSettings& settings) : settings_(settings) {}

  // Why nothing more may be started; empty if it may.
  std::string Exhausted() const;

  // Time for a process that collects a dump. Early it is what a process may take. Late,
  // and with CaptureBudget::dump, a process may go on while it delivers (OnProgress); late
  // it takes at most half of what is left, so that one that never ends costs itself and not
  // all the others.
  ChildDeadline ForDump() const;
  void OnProgress(ChildDeadline& deadline) const;
  // Time for a question. Asking takes at most half of the capture's time.
  ChildDeadline ForQuestion() const;
  bool MayAsk() const;

  // Bytes of dumps that the device may still have.
  uint64_t LeftFor(const std::string& address) const;
  void Charge(const std::string& address, uint64_t bytes);

 private:
  using Clock = ChildDeadline::Clock;
  bool may_move() const {
    return settings_.phase == Phase::kLate || settings_.budget.dump.count() != 0;
  }
  bool has_end() const { return settings_.budget.total.count() != 0; }
  Clock::time_point end() const { return settings_.began + settings_.budget.total; }
  Clock::time_point asking_end() const { return settings_.began + settings_.budget.total / 2; }

  const CaptureSettings& settings_;
  std::map<std::string, uint64_t> used_;  // by address
};

// MemAvailable of the machine, or of a captured tree; nothing if it does not say.
std::optional<uint64_t> AvailableMemory(const std::string& sysroot);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_BUDGET_H_
