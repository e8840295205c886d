// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "collector/capture/capture.h"
#include "collector/capture/child_limits.h"
#include "collector/capture/estimate.h"
#include "collector/capture/spool_writer.h"
#include "collector/capture/stop_signal.h"
#include "collector/commands.h"
#include "collector/console.h"
#include "collector/save/spool_reader.h"
#include "vmcoredd/base/text.h"

// plan --rehearse: collects now what can be read without harm, to see how long it takes,
// and throws it away.

namespace vmcoredd {

namespace {

using std::chrono::microseconds;

double Milliseconds(microseconds time) { return static_cast<double>(time.count()) / 1000; }

// A folder for a spool that nobody is to keep.
class TemporarySpool {
 public:
  TemporarySpool() = default;
  TemporarySpool(const TemporarySpool&) = delete;
  TemporarySpool& operator=(const TemporarySpool&) = delete;
  ~TemporarySpool() {
    if (path_.empty()) return;
    ::unlink(File().c_str());
    ::rmdir(path_.c_str());
  }
  Result<void> Make() {
    const char* folder = ::getenv("TMPDIR");
    std::string path = std::string(folder && *folder ? folder : "/tmp") + "/vmcoredd-XXXXXX";
    if (!::mkdtemp(path.data())) return FailIo("cannot make " + EscapeBytes(path), errno);
    path_ = std::move(path);
    return {};
  }
  const std::string& path() const { return path_; }
  std::string File() const { return path_ + '/' + std::string(kSpoolFileName); }

 private:
  std::string path_;
};

// What the spool says of every dump.
class Reporter final : public SpoolVisitor {
 public:
  Result<void> OnDump(const ManifestDump&) override {
    bytes_ = 0;
    return {};
  }
  Result<void> OnData(std::span<const std::byte> bytes) override {
    bytes_ += bytes.size();
    return {};
  }
  Result<void> OnHole(uint64_t) override { return {}; }
  Result<void> OnDumpEnd(ManifestDump facts) override {
    const microseconds time(facts.duration_us.value_or(0));
    std::printf("%-43s %10llu %9.1f  %s\n", facts.name.c_str(),
                static_cast<unsigned long long>(bytes_), Milliseconds(time),
                std::string(OutcomeName(facts.outcome)).c_str());
    total_bytes += bytes_;
    total_time += time;
    ++dumps;
    return {};
  }
  Result<void> OnDumpLost(const std::string&, std::string) override { return {}; }

  size_t dumps = 0;
  uint64_t total_bytes = 0;
  microseconds total_time{0};

 private:
  uint64_t bytes_ = 0;
};

// Takes what may do harm out of the plan; tells of it.
Plan WhatDoesNoHarm(Plan plan, const CaptureSettings& settings, microseconds& not_read) {
  Plan harmless;
  for (PlannedDump& dump : plan.dumps) {
    const bool reads_config_only = (dump.offer.flags & VMCOREDD_DUMP_CONFIG_ONLY) != 0;
    std::string reason;
    if (dump.offer.dump_class != VMCOREDD_DUMP_PASSIVE) {
      reason = "its class is " + std::string(DumpClassName(dump.offer.dump_class));
    } else if (!reads_config_only && !dump.device->driver.empty()) {
      reason = "the driver " + dump.device->driver + " has got hold of the device";
    }
    if (reason.empty()) {
      harmless.dumps.push_back(std::move(dump));
      continue;
    }
    const microseconds time = EstimateTime(dump.offer.size, settings.quota());
    not_read += time;
    std::printf("%-43s %10s %9.1f  not read: %s\n", dump.name.c_str(),
                dump.offer.size ? std::to_string(dump.offer.size).c_str() : "unknown",
                Milliseconds(time), reason.c_str());
  }
  return harmless;
}

Result<bool> Rehearse(const Preparation& preparation) {
  const CaptureSettings& settings = preparation.settings;
  TemporarySpool folder;
  VMCOREDD_TRY(folder.Make());
  const Inventory inventory = VMCOREDD_TRY(ReadInventory(settings.sysroot));
  SpoolWriter spool = VMCOREDD_TRY(SpoolWriter::Create(
      folder.path(), DescribeCapture(settings), settings.budget.spool_bytes, settings.compress));
  Budget budget(settings);
  Plan whole = MakePlan(inventory, preparation.plugins, settings, budget);
  const auto asking =
      std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - settings.began);
  std::printf("%-43s %10s %9s  %s\n", "NAME", "BYTES", "MS", "OUTCOME");
  for (const ManifestSkip& skip : whole.skipped) {
    std::printf("%-43s %10s %9s  not read: %s\n", skip.name.c_str(), "-", "-", skip.reason.c_str());
  }
  bool is_complete = whole.skipped.empty();
  microseconds not_read{0};
  const Plan plan = WhatDoesNoHarm(std::move(whole), settings, not_read);
  const CaptureSummary summary = VMCOREDD_TRY(
      CapturePlan(plan, settings, budget, spool,
                  [](const std::string& name, Outcome outcome, const std::string& problem) {
                    if (problem.empty()) return;
                    Complain(name + ": " + std::string(OutcomeName(outcome)) + ": " + problem);
                  }));
  VMCOREDD_TRY(spool.Finish());
  auto reader = VMCOREDD_TRY(SpoolReader::Open(folder.File()));
  Reporter reporter;
  VMCOREDD_TRY(reader.Replay(reporter));
  struct stat st {};
  ::stat(folder.File().c_str(), &st);
  std::printf("asked in %.1f ms; read %zu dumps, %llu bytes, in %.1f ms; on the spool %lld bytes\n",
              Milliseconds(asking), reporter.dumps,
              static_cast<unsigned long long>(reporter.total_bytes),
              Milliseconds(reporter.total_time), static_cast<long long>(st.st_size));
  std::printf("in a crash kernel about %.0f ms, of which %.0f ms were not measured\n",
              Milliseconds(asking + reporter.total_time + not_read), Milliseconds(not_read));
  is_complete = is_complete && summary.partial == 0 && summary.skipped == 0;
  return is_complete;
}

}  // namespace

int RunRehearsal(const Preparation& preparation) {
  CatchStopSignals();
  OfferOurselvesFirst();
  const auto is_complete = Rehearse(preparation);
  if (!is_complete) return ExitWith(is_complete.error());
  return *is_complete && preparation.problems.empty() ? kAllWell : kIncomplete;
}

}  // namespace vmcoredd
