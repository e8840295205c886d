// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_REPORTER_H_
#define VMCOREDD_COLLECTOR_HEALTH_REPORTER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/health/health_clock.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/devlink/fmsg_builder.h"

namespace vmcoredd {

enum class HealthState : uint8_t { kHealthy = 0, kError = 1 };

// What a reporter knows of the error it reports; its own dump and recover get it back.
// There is none when somebody asks by hand.
class ReportContext {
 public:
  virtual ~ReportContext() = default;
};

// What a reporter can do. Each may be missing. They return 0 or an errno value, and may say
// in `text` why (the extended ack). They run in the caller's thread and do not wait.
struct ReporterOps {
  // May return kRecoveryStarted: the end is told by RecoveryEnded().
  std::function<int(const ReportContext* context, std::string& text)> recover;
  std::function<int(devlink::FmsgBuilder& out, const ReportContext* context, std::string& text)>
      dump;
  std::function<int(devlink::FmsgBuilder& out, std::string& text)> diagnose;
  std::function<int(std::string& text)> test;
};
inline constexpr int kRecoveryStarted = 115;  // EINPROGRESS

struct ReporterDefaults {
  uint64_t grace_period_ms = 0;
  uint64_t burst_period_ms = 0;
};

struct ReporterParameters {
  uint64_t grace_period_ms = 0, burst_period_ms = 0;
  bool auto_recover = false, auto_dump = false;
};

// What is to be changed.
struct ParameterChange {
  std::optional<uint64_t> grace_period_ms, burst_period_ms;
  std::optional<bool> auto_recover, auto_dump;
};

struct StoredHealthDump {
  std::vector<devlink::FmsgBuilder::Token> tokens;
  uint64_t time_ms = 0;  // HealthClock::NowMs()
  uint64_t real_ns = 0;
};

class HealthReporter;

// Told what happens, in this order of time: what the kernel has trace events and
// notifications for.
class ReporterObserver {
 public:
  virtual ~ReporterObserver() = default;
  virtual void OnReport(const HealthReporter&, std::string_view message) = 0;
  virtual void OnRecoveryAborted(const HealthReporter&, uint64_t ms_since_recovery) = 0;
  // State or statistics have changed: a notification to whoever listens.
  virtual void OnNotify(const HealthReporter&) = 0;
  virtual void OnDumpStored(const HealthReporter&) = 0;
  virtual void OnDumpFailed(const HealthReporter&, int error, std::string_view text) = 0;
  virtual void OnRecoveryEnd(const HealthReporter&, int error, std::string_view text) = 0;
  // A parameter has changed, or the stored dump is gone.
  virtual void OnChange(const HealthReporter&) = 0;
};

// A health reporter as devlink has them, in user space: what it does, in which order and
// with which errors, is what net/devlink/health.c of Linux 7.2 does (before v6.18 the same
// without a burst period). All errors are errno values, 0 for none.
class HealthReporter {
 public:
  struct Name {
    std::string bus, device;       // "pci", "0000:05:00.0"
    std::optional<uint32_t> port;  // a reporter of a port of the device
    std::string reporter;          // "fw_fatal"
  };

  // kInvalidArgument: a grace period without recover, a burst period without grace period.
  static Result<std::unique_ptr<HealthReporter>> Create(Name name,
                                                        ReporterOps ops,
                                                        const ReporterDefaults& defaults,
                                                        const HealthClock& clock,
                                                        ReporterObserver& observer);

  // An error has been seen. 0; ECANCELED: no recovery was tried, since the error before is
  // not recovered or the last recovery is too recent, and no dump was taken; or what
  // recover says. An error of dump is no error of this.
  int Report(std::string_view message, const ReportContext* context);
  // The device says by itself how it is. Nothing when that is known.
  void UpdateState(HealthState state);
  // Of a recovery that said kRecoveryStarted.
  void RecoveryEnded(int error, std::string_view text);

  // By hand. EOPNOTSUPP when the reporter has no such op.
  int Recover(std::string& text);
  int Test(std::string& text);
  int Diagnose(std::vector<devlink::FmsgBuilder::Token>& tokens, std::string& text);
  // Makes a dump when none is stored.
  int DumpGet(std::shared_ptr<const StoredHealthDump>& dump, std::string& text);
  int DumpClear();
  int Set(const ParameterChange& change, std::string& text);

  // Everything that changes: to keep it over a restart of the service.
  struct Record {
    HealthState state = HealthState::kHealthy;
    uint64_t errors = 0, recoveries = 0;
    std::optional<uint64_t> last_recovery_ms;
    ParameterChange set;  // parameters that somebody has set
    std::shared_ptr<const StoredHealthDump> dump;
  };
  const Record& record() const { return record_; }
  void Restore(Record record);

  const Name& name() const { return name_; }
  const ReporterParameters& parameters() const { return parameters_; }
  bool has_recover() const { return static_cast<bool>(ops_.recover); }
  bool has_dump() const { return static_cast<bool>(ops_.dump); }
  bool is_recovering() const { return recovering_; }
  // How the last recovery that was started ended.
  int last_recovery_error() const { return last_error_; }
  const std::string& last_recovery_text() const { return last_text_; }

 private:
  HealthReporter(Name name, ReporterOps ops, const HealthClock& clock, ReporterObserver& observer)
      : name_(std::move(name)), ops_(std::move(ops)), clock_(clock), observer_(observer) {}

  bool IsInBurst() const;
  bool MustAbort(HealthState before) const;
  int MakeDump(const ReportContext* context, std::string& text);
  int TryRecover(const ReportContext* context, std::string& text);
  void RecoveryDone();

  Name name_;
  ReporterOps ops_;
  const HealthClock& clock_;
  ReporterObserver& observer_;
  ReporterParameters parameters_;
  Record record_;
  bool recovering_ = false;
  int last_error_ = 0;
  std::string last_text_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_REPORTER_H_
