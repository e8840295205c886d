// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/live_capture.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "collector/capture/capture.h"
#include "collector/capture/stop_signal.h"
#include "collector/live/archive_sink.h"
#include "collector/live/dump_child.h"
#include "collector/live/error_recovery.h"
#include "collector/live/plugin_plan.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/format/dump_name.h"
#include "vmcoredd/writer/new_fragment.h"

namespace vmcoredd {

namespace {

using std::chrono::milliseconds;

// A child inherits what its parent has, and has a datagram or two of its own. A fill
// callback has its buffer on top.
constexpr uint64_t kStreamDataBytes = 64 * 1024 * 1024;
// Putting things in order is a message or two; it must not hold up the other dumps.
constexpr milliseconds kCleanupTime{10000};
constexpr size_t kMaxListedDevices = 16384;

CaptureSettings SettingsOf(const LiveSettings& live) {
  CaptureSettings settings;
  settings.sysroot = live.sysroot;
  settings.max_class = live.max_class;
  settings.budget.process = live.silence;
  settings.budget.dump = live.dump_time;
  settings.budget.total = live.total;
  settings.budget.spool_bytes = live.max_bytes;
  return settings;
}

ManifestFragment Describe(const LiveSettings& live, const CaptureSettings& settings) {
  ManifestFragment capture = DescribeCapture(settings);
  capture.kind = live.kind;
  capture.machine.insert(capture.machine.end(), live.machine.begin(), live.machine.end());
  capture.warnings = live.warnings;
  return capture;
}

}  // namespace

class LiveCapture::Impl {
 public:
  Impl(const LiveSettings& live, LiveObserver live_observer, ArchiveWriter archive)
      : observer(std::move(live_observer)),
        settings(SettingsOf(live)),
        budget(settings),
        recovery(live.sysroot),
        sink(std::move(archive), Describe(live, settings), live.codec, live.max_bytes) {
    settings.why_not = [this](const std::string& address) { return recovery.WhyNot(address); };
  }

  Result<void> Add(const LiveDump& dump);
  Result<void> Skip(const ManifestSkip& skip);
  void End(const std::string& name, Outcome outcome, const std::string& problem);
  void CleanUp(const LiveDump& dump);

  LiveObserver observer;
  CaptureSettings settings;
  Budget budget;  // borrows the settings
  RecoveryWatch recovery;
  ArchiveSink sink;
  LiveSummary summary;

 private:
  std::optional<DumpResult> WhyNot(const LiveDump& dump, uint64_t size);
  Result<DumpResult> Collect(const LiveDump& dump, uint64_t size, bool& is_unsupported);
};

void PrepareCaptureProcess() {
  CatchStopSignals();
  OfferOurselvesFirst();
}

Result<void> LiveCapture::Impl::Skip(const ManifestSkip& skip) {
  ++summary.skipped;
  End(skip.name, skip.outcome, skip.reason);
  return sink.AddSkip(skip);
}

void LiveCapture::Impl::End(const std::string& name, Outcome outcome, const std::string& problem) {
  if (observer.on_end) observer.on_end(name, outcome, problem);
}

std::optional<DumpResult> LiveCapture::Impl::WhyNot(const LiveDump& dump, uint64_t size) {
  const DumpRegistration& registration = dump.registration;
  if (auto checked = CheckDumpName(registration.name); !checked) {
    return DumpResult{Outcome::kFailed, false, checked.error().ToString()};
  }
  if (size == 0 && std::holds_alternative<uint64_t>(registration.size)) {
    return DumpResult{Outcome::kFailed, false, "it was registered without a byte"};
  }
  if (dump.dump_class > settings.max_class) {
    return DumpResult{
        Outcome::kSkipped, false,
        "its class, " + std::string(DumpClassName(dump.dump_class)) + ", is not allowed here"};
  }
  if (auto refused = WhyNotStarted(size, dump.pci_address, budget, sink)) return refused;
  if (std::string reason = recovery.WhyNot(dump.pci_address); !reason.empty()) {
    return DumpResult{Outcome::kSkipped, false, std::move(reason)};
  }
  return std::nullopt;
}

Result<DumpResult> LiveCapture::Impl::Collect(const LiveDump& dump,
                                              uint64_t size,
                                              bool& is_unsupported) {
  const DumpRegistration& registration = dump.registration;
  Offer offer;
  offer.size = size;
  offer.dump_class = dump.dump_class;
  ManifestDump head;
  head.name = registration.name;
  head.source = registration.source;
  head.content = registration.content;
  head.device = registration.device;
  head.time = ManifestTime();
  DumpSession session(std::string(kLiveChildName), offer, std::move(head), sink.room(), sink);
  session.set_holes_are_partial();
  ChildTask task;
  task.run = [&registration, quota = sink.room()] {
    return ServeDump(registration, quota, STDOUT_FILENO);
  };
  task.is_patient = true;
  task.data_bytes = kStreamDataBytes;
  if (std::holds_alternative<FillCallback>(registration.collect)) {
    task.data_bytes += std::min(size, kMaxFillBytes);
  }
  auto result = RunDump(task, {}, budget.ForDump(), budget, session, [&] {
    if (observer.on_progress) observer.on_progress(registration.name, session.size());
  });
  is_unsupported = session.error() == EOPNOTSUPP;
  return result;
}

void LiveCapture::Impl::CleanUp(const LiveDump& dump) {
  if (!dump.cleanup) return;
  std::string output;
  ChildTask task;
  task.data_bytes = kStreamDataBytes;
  task.must_finish = true;
  task.run = [&dump] {
    const auto cleaned = dump.cleanup();
    if (cleaned) return 0;
    const std::string text = cleaned.error().ToString();
    return ::write(STDOUT_FILENO, text.data(), text.size()) < 0 ? 2 : 1;
  };
  const auto end = RunChild(task, {}, ChildDeadline(kCleanupTime),
                            [&](std::span<const std::byte> bytes) -> Result<void> {
                              output.append(reinterpret_cast<const char*>(bytes.data()),
                                            std::min<size_t>(bytes.size(), kMaxTextBytes));
                              output.resize(std::min(output.size(), kMaxTextBytes));
                              return {};
                            });
  if (end && end->is_success()) return;
  if (output.empty()) output = end ? ChildEndText(*end) : end.error().ToString();
  const std::string problem =
      "what it left behind could not be put in order: " + EscapeBytes(output);
  if (observer.on_left_behind) observer.on_left_behind(dump.registration.name, problem);
  // Notes always fit.
  (void)sink.AddNote(EscapeBytes(dump.registration.name) + ": " + problem);
}

Result<void> LiveCapture::Impl::Add(const LiveDump& dump) {
  const std::string& name = dump.registration.name;
  const auto* fixed = std::get_if<uint64_t>(&dump.registration.size);
  const uint64_t size = fixed ? *fixed : 0;
  if (auto refused = WhyNot(dump, size)) {
    return Skip({name, dump.registration.source, refused->outcome, std::move(refused->problem)});
  }
  bool is_unsupported = false;
  auto result = Collect(dump, size, is_unsupported);
  CleanUp(dump);
  if (!result) {
    // The archive could not take it. What is there already is still good.
    VMCOREDD_TRY(sink.DropDump());
    result = DumpResult{Outcome::kFailed, false, result.error().ToString()};
  }
  if (!result->is_kept && is_unsupported && dump.is_optional) {
    return sink.AddSkip({name, dump.registration.source, Outcome::kSkipped, result->problem});
  }
  if (!result->is_kept) {
    return Skip({name, dump.registration.source, result->outcome, result->problem});
  }
  ++(result->problem.empty() ? summary.complete : summary.partial);
  End(name, result->outcome, result->problem);
  return {};
}

LiveCapture::LiveCapture(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LiveCapture::LiveCapture(LiveCapture&&) noexcept = default;
LiveCapture::~LiveCapture() = default;

Result<LiveCapture> LiveCapture::Begin(const LiveSettings& settings, LiveObserver observer) {
  ArchiveOptions options;
  options.existing = settings.existing;
  options.path = settings.archive;
  auto archive = VMCOREDD_TRY(ArchiveWriter::Create(options));
  return LiveCapture(std::make_unique<Impl>(settings, std::move(observer), std::move(archive)));
}

Result<void> LiveCapture::Add(const std::vector<LiveDump>& dumps) {
  std::vector<std::string> addresses;
  for (const LiveDump& dump : dumps) {
    if (!dump.pci_address.empty()) addresses.push_back(dump.pci_address);
  }
  impl_->recovery.Observe(addresses);
  for (const LiveDump& dump : dumps) VMCOREDD_TRY(impl_->Add(dump));
  return {};
}

Result<void> LiveCapture::AddPlugins(const PluginRequest& request) {
  Impl& impl = *impl_;
  const auto refused = [&](const Device& device) {
    std::string reason = impl.recovery.WhyNot(device.address);
    if (reason.empty()) return false;
    // Skips are bounded by the sink.
    (void)impl.Skip({MakeDumpName("device", device.address), {}, Outcome::kSkipped, reason});
    return true;
  };
  auto planned = PlanPlugins(request, impl.settings, refused);
  if (!planned) {
    // A machine without PCI has nothing for plugins.
    if (planned.error().os_error() == ENOENT) return {};
    return impl.sink.AddNote("plugins: " + planned.error().ToString());
  }
  PluginPlan& plan = **planned;
  for (const std::string& problem : plan.problems) VMCOREDD_TRY(impl.sink.AddNote(problem));
  Budget budget(plan.settings);
  const CaptureSummary summary = VMCOREDD_TRY(
      CapturePlan(plan.plan, plan.settings, budget, impl.sink,
                  [&](const std::string& name, Outcome outcome, const std::string& problem) {
                    impl.End(name, outcome, problem);
                  }));
  impl.summary.complete += summary.complete;
  impl.summary.partial += summary.partial;
  impl.summary.skipped += summary.skipped;
  return {};
}

void LiveCapture::AddSkip(const ManifestSkip& skip) { (void)impl_->Skip(skip); }

void LiveCapture::AddWarning(const std::string& text) { (void)impl_->sink.AddNote(text); }

void LiveCapture::AddDevice(Properties device) {
  auto& devices = impl_->sink.capture().devices;
  if (devices.size() < kMaxListedDevices) devices.push_back(std::move(device));
}

Result<LiveSummary> LiveCapture::Finish() {
  VMCOREDD_TRY(impl_->sink.Finish());
  impl_->summary.bytes = impl_->sink.size();
  impl_->summary.capture_id = impl_->sink.capture().capture_id;
  return impl_->summary;
}

}  // namespace vmcoredd
