// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/capture.h"

#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "collector/capture/child_process.h"
#include "collector/capture/flat_text.h"
#include "collector/capture/frame_decoder.h"
#include "collector/capture/small_file.h"
#include "collector/capture/stop_signal.h"
#include "collector/capture/vfio_hold.h"
#include "vmcoredd/writer/new_fragment.h"

namespace vmcoredd {

namespace {

// Of the machine whose devices these are, which is not this one with a sysroot.
Properties DescribeMachine(const std::string& sysroot) {
  Properties machine;
  const auto add = [&](const char* key, std::string value) {
    if (!value.empty()) machine.emplace_back(key, std::move(value));
  };
  if (!sysroot.empty()) {
    const std::string kernel = sysroot + "/proc/sys/kernel/";
    add("release", ReadFirstLine(kernel + "osrelease"));
    add("arch", ReadFirstLine(kernel + "arch"));
    add("nodename", ReadFirstLine(kernel + "hostname"));
    return machine;
  }
  utsname name;
  if (::uname(&name) == 0) {
    add("release", name.release);
    add("arch", name.machine);
    add("nodename", name.nodename);
  }
  return machine;
}

// The devices that are read through VFIO, held until the last dump has been collected.
class VfioHolds {
 public:
  explicit VfioHolds(const CaptureSettings& settings) : settings_(settings) {}

  // The descriptor of the device; -1: it is read in the usual way. A function that is
  // held for another of its group is read through VFIO, too: it has got the same.
  Result<int> Find(const std::string& address) {
    for (const VfioHold& hold : holds_) {
      if (const int fd = hold.fd(address); fd >= 0) return fd;
    }
    if (!Wants(address)) return -1;
    if (!settings_.sysroot.empty()) return Fail(ErrorCode::kRefused, "a tree has no VFIO");
    // Tried once: each attempt binds and unbinds what is in the group.
    if (const auto found = refused_.find(address); found != refused_.end()) {
      return tl::make_unexpected(found->second);
    }
    auto hold = VfioHold::Open(address, settings_.is_crash_kernel);
    if (!hold) {
      refused_.emplace(address, hold.error());
      return tl::make_unexpected(std::move(hold.error()));
    }
    holds_.push_back(std::move(*hold));
    return holds_.back().fd(address);
  }

  bool Wants(const std::string& address) const {
    const auto& wanted = settings_.vfio;
    return std::find(wanted.begin(), wanted.end(), address) != wanted.end();
  }

 private:
  const CaptureSettings& settings_;
  std::vector<VfioHold> holds_;
  std::map<std::string, Error> refused_;
};

Result<DumpResult> CollectDump(const PlannedDump& dump,
                               const CaptureSettings& settings,
                               VfioHolds& holds,
                               Budget& budget,
                               DumpSink& sink) {
  const std::string& address = dump.device->address;
  if (auto refused = WhyNotStarted(dump.offer.size, address, budget, sink)) return *refused;
  if (std::string reason = settings.why_not ? settings.why_not(address) : ""; !reason.empty()) {
    return DumpResult{Outcome::kSkipped, false, std::move(reason)};
  }
  const bool needs_bars = (dump.offer.flags & VMCOREDD_DUMP_CONFIG_ONLY) == 0;
  const Result<int> vfio_fd = needs_bars ? holds.Find(address) : -1;
  if (!vfio_fd) return DumpResult{Outcome::kSkipped, false, vfio_fd.error().ToString()};
  ManifestDump head;
  head.name = dump.name;
  head.source = dump.plugin->name;
  head.time = ManifestTime();
  if (settings.phase != Phase::kAll) head.phase = PhaseName(settings.phase);
  head.device = dump.device->ToProperties();
  DumpSession session(dump.plugin->name, dump.offer, std::move(head), budget.LeftFor(address),
                      sink);
  const ChildDeadline deadline = budget.ForDump();
  const auto time =
      std::chrono::ceil<std::chrono::milliseconds>(deadline.last - ChildDeadline::Clock::now());
  ChildTask task = TaskOf(*dump.plugin, "collect");
  task.is_patient = settings.phase == Phase::kLate;
  task.extra_fd = *vfio_fd;
  std::string request = CollectRequest(dump, settings, time);
  if (*vfio_fd >= 0) {
    if (!holds.Wants(address)) AppendFlatLine(request, "vfio", uint64_t{1});
    AppendFlatLine(request, "vfio_fd", uint64_t{kExtraFd});
  }
  auto result = RunDump(task, request, deadline, budget, session);
  budget.Charge(address, session.size());
  return result;
}

}  // namespace

std::optional<DumpResult> WhyNotStarted(uint64_t size,
                                        const std::string& address,
                                        const Budget& budget,
                                        const DumpSink& sink) {
  std::string reason = budget.Exhausted();
  const uint64_t left = budget.LeftFor(address);
  if (!reason.empty()) {
    return DumpResult{StopRequested() ? Outcome::kSkipped : Outcome::kOverBudget, false,
                      std::move(reason)};
  }
  if (size > sink.room()) {
    reason = "its " + std::to_string(size) + " bytes do not fit the " +
             std::to_string(sink.room()) + " that are left";
  } else if (size > left || left == 0) {
    reason = "its " + std::to_string(size) + " bytes are more than the " + std::to_string(left) +
             " that its device may still have";
  } else {
    return std::nullopt;
  }
  return DumpResult{Outcome::kOverBudget, false, std::move(reason)};
}

Result<DumpResult> RunDump(const ChildTask& task,
                           std::string_view request,
                           ChildDeadline deadline,
                           const Budget& budget,
                           DumpSession& session,
                           const std::function<void()>& on_progress) {
  FrameDecoder decoder(session);
  const auto begin = std::chrono::steady_clock::now();
  auto end = RunChild(task, request, deadline, [&](std::span<const std::byte> bytes) {
    budget.OnProgress(deadline);
    auto taken = decoder.Feed(bytes);
    if (on_progress) on_progress();
    return taken;
  });
  if (!end) return DumpResult{Outcome::kFailed, false, end.error().ToString()};
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begin);
  return session.Close(*end, static_cast<uint64_t>(duration.count()));
}

ManifestFragment DescribeCapture(const CaptureSettings& settings) {
  ManifestFragment capture = NewFragment(settings.is_crash_kernel ? "crash" : "live");
  capture.machine = DescribeMachine(settings.sysroot);
  return capture;
}

Result<CaptureSummary> CapturePlan(const Plan& plan,
                                   const CaptureSettings& settings,
                                   Budget& budget,
                                   DumpSink& sink,
                                   const CaptureObserver& observer) {
  CaptureSummary summary;
  const auto skip = [&](const ManifestSkip& entry) -> Result<void> {
    ++summary.skipped;
    observer(entry.name, entry.outcome, entry.reason);
    return sink.AddSkip(entry);
  };
  for (const std::string& warning : plan.warnings) VMCOREDD_TRY(sink.AddNote(warning));
  for (const ManifestSkip& entry : plan.skipped) VMCOREDD_TRY(skip(entry));
  for (const ManifestSkip& entry : plan.later) VMCOREDD_TRY(sink.AddSkip(entry));
  VfioHolds holds(settings);
  for (const PlannedDump& dump : plan.dumps) {
    auto result = CollectDump(dump, settings, holds, budget, sink);
    if (!result) {
      // It could not be taken. What is there already is still good.
      VMCOREDD_TRY(sink.DropDump());
      result = DumpResult{Outcome::kFailed, false, result.error().ToString()};
    }
    if (!result->is_kept) {
      VMCOREDD_TRY(skip({dump.name, dump.plugin->name, result->outcome, result->problem}));
      continue;
    }
    ++(result->problem.empty() ? summary.complete : summary.partial);
    observer(dump.name, result->outcome, result->problem);
  }
  return summary;
}

}  // namespace vmcoredd
