// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/reporter.h"

#include <cerrno>
#include <utility>

#include "vmcoredd/base/text.h"

// The order of everything here is that of net/devlink/health.c in Linux 7.2:
// devlink_health_report(), devlink_health_recover_abort(), devlink_health_do_dump(),
// devlink_health_reporter_recover(), devlink_nl_health_reporter_*_doit().

namespace vmcoredd {

namespace {

using devlink::FmsgBuilder;

static_assert(kRecoveryStarted == EINPROGRESS);

// What the kernel's fmsg functions would have said while it was built.
int ErrnoOf(const Error& error) {
  return error.code() == ErrorCode::kLimitExceeded ? EMSGSIZE : EINVAL;
}

uint64_t SaturatingAdd(uint64_t a, uint64_t b) { return a + b < a ? UINT64_MAX : a + b; }

}  // namespace

Result<std::unique_ptr<HealthReporter>> HealthReporter::Create(Name name,
                                                               ReporterOps ops,
                                                               const ReporterDefaults& defaults,
                                                               const HealthClock& clock,
                                                               ReporterObserver& observer) {
  if (defaults.grace_period_ms != 0 && !ops.recover) {
    return Fail(ErrorCode::kInvalidArgument,
                "reporter " + EscapeBytes(name.reporter) + ": a grace period without a recovery");
  }
  if (defaults.burst_period_ms != 0 && defaults.grace_period_ms == 0) {
    return Fail(ErrorCode::kInvalidArgument, "reporter " + EscapeBytes(name.reporter) +
                                                 ": a burst period without a grace period");
  }
  std::unique_ptr<HealthReporter> reporter(
      new HealthReporter(std::move(name), std::move(ops), clock, observer));
  reporter->parameters_ = {defaults.grace_period_ms, defaults.burst_period_ms,
                           reporter->has_recover(), reporter->has_dump()};
  return reporter;
}

int HealthReporter::Report(std::string_view message, const ReportContext* context) {
  observer_.OnReport(*this, message);
  ++record_.errors;
  const HealthState before = std::exchange(record_.state, HealthState::kError);
  observer_.OnNotify(*this);
  if (MustAbort(before)) {
    const uint64_t last = record_.last_recovery_ms.value_or(0);
    observer_.OnRecoveryAborted(*this, clock_.NowMs() - last);
    return ECANCELED;
  }
  std::string text;
  if (parameters_.auto_dump) static_cast<void>(MakeDump(context, text));
  if (!parameters_.auto_recover) return 0;
  text.clear();
  return TryRecover(context, text);
}

// A burst begins with its first recovery: more of them are allowed while it lasts.
bool HealthReporter::IsInBurst() const {
  return record_.last_recovery_ms &&
         clock_.NowMs() < SaturatingAdd(*record_.last_recovery_ms, parameters_.burst_period_ms);
}

bool HealthReporter::MustAbort(HealthState before) const {
  if (!parameters_.auto_recover) return false;
  if (before != HealthState::kHealthy) return true;
  if (IsInBurst()) return false;
  return record_.last_recovery_ms && record_.recoveries != 0 &&
         clock_.NowMs() <
             SaturatingAdd(SaturatingAdd(*record_.last_recovery_ms, parameters_.burst_period_ms),
                           parameters_.grace_period_ms);
}

// The first error's dump stays until somebody clears it.
int HealthReporter::MakeDump(const ReportContext* context, std::string& text) {
  if (!ops_.dump || record_.dump) return 0;
  FmsgBuilder out;
  out.BeginObject();
  int error = ops_.dump(out, context, text);
  out.EndObject();
  if (error == 0) {
    if (const Result<void> checked = out.Check(); !checked) {
      error = ErrnoOf(checked.error());
      text = checked.error().ToString();
    }
  }
  if (error != 0) {
    observer_.OnDumpFailed(*this, error, text);
    return error;
  }
  auto dump = std::make_shared<StoredHealthDump>();
  dump->tokens = out.tokens();
  dump->time_ms = clock_.NowMs();
  dump->real_ns = clock_.RealNs();
  record_.dump = std::move(dump);
  observer_.OnDumpStored(*this);
  return 0;
}

int HealthReporter::TryRecover(const ReportContext* context, std::string& text) {
  if (record_.state == HealthState::kHealthy) return 0;
  if (!ops_.recover) return EOPNOTSUPP;
  // The kernel's second caller would wait for the first here.
  if (recovering_) return kRecoveryStarted;
  recovering_ = true;
  const int error = ops_.recover(context, text);
  if (error != kRecoveryStarted && recovering_) RecoveryEnded(error, text);
  return error;
}

void HealthReporter::RecoveryEnded(int error, std::string_view text) {
  if (!recovering_) return;
  recovering_ = false;
  last_error_ = error;
  last_text_ = text;
  if (error == 0) RecoveryDone();
  observer_.OnRecoveryEnd(*this, error, text);
}

void HealthReporter::RecoveryDone() {
  ++record_.recoveries;
  if (!IsInBurst()) record_.last_recovery_ms = clock_.NowMs();
  record_.state = HealthState::kHealthy;
  observer_.OnNotify(*this);
}

void HealthReporter::UpdateState(HealthState state) {
  if (record_.state == state) return;
  record_.state = state;
  observer_.OnNotify(*this);
}

int HealthReporter::Recover(std::string& text) { return TryRecover(nullptr, text); }

int HealthReporter::Test(std::string& text) { return ops_.test ? ops_.test(text) : EOPNOTSUPP; }

int HealthReporter::Diagnose(std::vector<FmsgBuilder::Token>& tokens, std::string& text) {
  if (!ops_.diagnose) return EOPNOTSUPP;
  FmsgBuilder out;
  out.BeginObject();
  if (const int error = ops_.diagnose(out, text); error != 0) return error;
  out.EndObject();
  if (const Result<void> checked = out.Check(); !checked) {
    text = checked.error().ToString();
    return ErrnoOf(checked.error());
  }
  tokens = out.tokens();
  return 0;
}

int HealthReporter::DumpGet(std::shared_ptr<const StoredHealthDump>& dump, std::string& text) {
  if (!ops_.dump) return EOPNOTSUPP;
  if (const int error = MakeDump(nullptr, text); error != 0) return error;
  dump = record_.dump;
  return 0;
}

int HealthReporter::DumpClear() {
  if (!ops_.dump) return EOPNOTSUPP;
  if (record_.dump) {
    record_.dump.reset();
    observer_.OnChange(*this);
  }
  return 0;
}

int HealthReporter::Set(const ParameterChange& change, std::string& text) {
  if (!ops_.recover && (change.grace_period_ms || change.burst_period_ms || change.auto_recover)) {
    return EOPNOTSUPP;
  }
  if (!ops_.dump && change.auto_dump) return EOPNOTSUPP;
  if (change.grace_period_ms) {
    record_.set.grace_period_ms = parameters_.grace_period_ms = *change.grace_period_ms;
    if (parameters_.grace_period_ms == 0)
      record_.set.burst_period_ms = parameters_.burst_period_ms = 0;
  }
  int error = 0;
  if (change.burst_period_ms && *change.burst_period_ms != 0 && parameters_.grace_period_ms == 0) {
    // What was set before this stays set, as in the kernel.
    text = "Cannot set burst period without a grace period.";
    error = EINVAL;
  } else {
    if (change.burst_period_ms) {
      record_.set.burst_period_ms = parameters_.burst_period_ms = *change.burst_period_ms;
    }
    if (change.auto_recover) {
      record_.set.auto_recover = parameters_.auto_recover = *change.auto_recover;
    }
    if (change.auto_dump) record_.set.auto_dump = parameters_.auto_dump = *change.auto_dump;
  }
  observer_.OnChange(*this);
  return error;
}

void HealthReporter::Restore(Record record) {
  record_ = std::move(record);
  // What the reporter cannot do any more is not switched on by the past.
  if (ops_.recover) {
    if (record_.set.grace_period_ms) parameters_.grace_period_ms = *record_.set.grace_period_ms;
    if (record_.set.burst_period_ms) parameters_.burst_period_ms = *record_.set.burst_period_ms;
    if (parameters_.grace_period_ms == 0) parameters_.burst_period_ms = 0;
    if (record_.set.auto_recover) parameters_.auto_recover = *record_.set.auto_recover;
  }
  if (ops_.dump) {
    if (record_.set.auto_dump) parameters_.auto_dump = *record_.set.auto_dump;
  } else {
    record_.dump.reset();
  }
}

}  // namespace vmcoredd
