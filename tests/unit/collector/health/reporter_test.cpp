// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/reporter.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/unit/collector/health/support.h"

namespace vmcoredd {
namespace {

using Events = std::vector<std::string>;

class Context final : public ReportContext {
 public:
  explicit Context(uint32_t number) : number_(number) {}
  uint32_t number() const { return number_; }

 private:
  uint32_t number_;
};

// A reporter that says in `calls` what it was asked.
class ReporterTest : public ::testing::Test {
 protected:
  ReporterOps AllOps() {
    ReporterOps ops;
    ops.recover = [this](const ReportContext* why, std::string& text) {
      calls.push_back(why ? "recover with context" : "recover");
      if (recover_error != 0) text = "recover says no";
      return recover_error;
    };
    ops.dump = [this](devlink::FmsgBuilder& out, const ReportContext* why, std::string& text) {
      const auto* const given = static_cast<const Context*>(why);
      calls.push_back(given ? "dump with context" : "dump");
      out.U32Pair("number", given ? given->number() : 0);
      if (dump_error != 0) text = "dump says no";
      return dump_error;
    };
    ops.diagnose = [this](devlink::FmsgBuilder& out, std::string&) {
      calls.push_back("diagnose");
      out.U8Pair("Syndrome", 1);
      return 0;
    };
    ops.test = [this](std::string&) {
      calls.push_back("test");
      return 0;
    };
    return ops;
  }

  std::unique_ptr<HealthReporter> Make(ReporterOps ops, ReporterDefaults defaults = {}) {
    auto made = HealthReporter::Create({"pci", "0000:05:00.0", std::nullopt, "fw"}, std::move(ops),
                                       defaults, clock, observer);
    EXPECT_TRUE(made) << made.error().ToString();
    return *std::move(made);
  }

  FakeClock clock;
  RecordingObserver observer;
  Events calls;
  int recover_error = 0, dump_error = 0;
  const Context context{7};
};

TEST_F(ReporterTest, CreationRules) {
  const auto create = [&](ReporterOps ops, ReporterDefaults defaults) {
    return HealthReporter::Create({"pci", "0000:05:00.0", std::nullopt, "fw"}, std::move(ops),
                                  defaults, clock, observer);
  };
  ReporterOps no_recover = AllOps();
  no_recover.recover = nullptr;
  EXPECT_FALSE(create(no_recover, {500, 0}));
  EXPECT_FALSE(create(AllOps(), {0, 500}));
  EXPECT_TRUE(create(AllOps(), {500, 500}));
  // Defaults follow from what it can do.
  const auto reporter = create(no_recover, {});
  ASSERT_TRUE(reporter);
  EXPECT_FALSE((*reporter)->parameters().auto_recover);
  EXPECT_TRUE((*reporter)->parameters().auto_dump);
}

TEST_F(ReporterTest, ReportDumpsThenRecovers) {
  const auto reporter = Make(AllOps());
  EXPECT_EQ(reporter->Report("it broke", &context), 0);
  EXPECT_EQ(observer.events,
            (Events{"report it broke", "notify 1 1 0", "dump", "notify 0 1 1", "recovered 0"}));
  EXPECT_EQ(calls, (Events{"dump with context", "recover with context"}));
  EXPECT_EQ(reporter->record().last_recovery_ms, clock.now);
}

TEST_F(ReporterTest, FirstDumpStaysUntilCleared) {
  const auto reporter = Make(AllOps());
  EXPECT_EQ(reporter->Report("one", &context), 0);
  const auto first = reporter->record().dump;
  ASSERT_TRUE(first);
  EXPECT_EQ(first->time_ms, clock.now);
  clock.now += 5000;
  EXPECT_EQ(reporter->Report("two", &context), 0);
  EXPECT_EQ(reporter->record().dump, first);
  EXPECT_EQ(reporter->DumpClear(), 0);
  EXPECT_FALSE(reporter->record().dump);
  EXPECT_EQ(reporter->Report("three", &context), 0);
  ASSERT_TRUE(reporter->record().dump);
  EXPECT_NE(reporter->record().dump, first);
  EXPECT_EQ(reporter->record().errors, 3u);
  EXPECT_EQ(reporter->record().recoveries, 3u);
}

TEST_F(ReporterTest, ErrorThatWasNotRecoveredAbortsTheNext) {
  const auto reporter = Make(AllOps());
  recover_error = EIO;
  EXPECT_EQ(reporter->Report("one", &context), EIO);
  EXPECT_EQ(reporter->record().state, HealthState::kError);
  EXPECT_EQ(reporter->DumpClear(), 0);
  calls.clear();
  observer.events.clear();
  EXPECT_EQ(reporter->Report("two", &context), ECANCELED);
  // No dump, no recovery, but counted and told.
  EXPECT_TRUE(calls.empty());
  EXPECT_EQ(observer.events,
            (Events{"report two", "notify 1 2 0", "aborted " + std::to_string(clock.now)}));
}

TEST_F(ReporterTest, GracePeriod) {
  const auto reporter = Make(AllOps(), {500, 0});
  EXPECT_EQ(reporter->Report("one", &context), 0);
  clock.now += 499;
  calls.clear();
  EXPECT_EQ(reporter->Report("two", &context), ECANCELED);
  EXPECT_TRUE(calls.empty());
  EXPECT_EQ(observer.events.back(), "aborted 499");
  // By hand it goes.
  std::string text;
  EXPECT_EQ(reporter->Recover(text), 0);
  EXPECT_EQ(calls, Events{"recover"});
  clock.now += 500;
  EXPECT_EQ(reporter->Report("three", &context), 0);
  EXPECT_EQ(reporter->record().recoveries, 3u);
}

TEST_F(ReporterTest, BurstPeriodAllowsMoreAndCountsFromItsFirst) {
  const auto reporter = Make(AllOps(), {500, 100});
  const uint64_t begin = clock.now;
  EXPECT_EQ(reporter->Report("one", &context), 0);
  clock.now = begin + 99;
  EXPECT_EQ(reporter->Report("in the burst", &context), 0);
  EXPECT_EQ(reporter->record().last_recovery_ms, begin);
  clock.now = begin + 100;
  EXPECT_EQ(reporter->Report("in the grace period", &context), ECANCELED);
  std::string text;
  EXPECT_EQ(reporter->Recover(text), 0);
  EXPECT_EQ(reporter->record().last_recovery_ms, begin + 100);
  clock.now = begin + 100 + 599;
  EXPECT_EQ(reporter->Report("still", &context), ECANCELED);
  EXPECT_EQ(reporter->Recover(text), 0);
  clock.now += 600;
  EXPECT_EQ(reporter->Report("after burst and grace", &context), 0);
}

TEST_F(ReporterTest, WithoutAutoRecoverNothingIsAborted) {
  const auto reporter = Make(AllOps(), {500, 0});
  std::string text;
  ParameterChange off;
  off.auto_recover = false;
  EXPECT_EQ(reporter->Set(off, text), 0);
  EXPECT_EQ(reporter->Report("one", &context), 0);
  EXPECT_EQ(reporter->Report("two", &context), 0);
  EXPECT_EQ(calls, Events{"dump with context"});
  EXPECT_EQ(reporter->record().state, HealthState::kError);
  EXPECT_EQ(reporter->Recover(text), 0);
  EXPECT_EQ(reporter->record().state, HealthState::kHealthy);
  // A healthy one is not bothered.
  calls.clear();
  EXPECT_EQ(reporter->Recover(text), 0);
  EXPECT_TRUE(calls.empty());
}

TEST_F(ReporterTest, WithoutAutoDump) {
  const auto reporter = Make(AllOps());
  std::string text;
  ParameterChange off;
  off.auto_dump = false;
  EXPECT_EQ(reporter->Set(off, text), 0);
  EXPECT_EQ(reporter->Report("one", &context), 0);
  EXPECT_FALSE(reporter->record().dump);
  // DUMP_GET makes one, without context.
  std::shared_ptr<const StoredHealthDump> dump;
  EXPECT_EQ(reporter->DumpGet(dump, text), 0);
  EXPECT_EQ(calls.back(), "dump");
  EXPECT_EQ(dump, reporter->record().dump);
}

TEST_F(ReporterTest, DumpErrorIsNoErrorOfTheReport) {
  const auto reporter = Make(AllOps());
  dump_error = ENOMEM;
  EXPECT_EQ(reporter->Report("one", &context), 0);
  EXPECT_FALSE(reporter->record().dump);
  EXPECT_EQ(observer.events[2], "dump failed " + std::to_string(ENOMEM));
  std::shared_ptr<const StoredHealthDump> dump;
  std::string text;
  EXPECT_EQ(reporter->DumpGet(dump, text), ENOMEM);
  EXPECT_EQ(text, "dump says no");
}

TEST_F(ReporterTest, UnbalancedDumpIsRefused) {
  ReporterOps ops;
  ops.dump = [](devlink::FmsgBuilder& out, const ReportContext*, std::string&) {
    out.BeginObject();
    return 0;
  };
  const auto reporter = Make(std::move(ops));
  std::shared_ptr<const StoredHealthDump> dump;
  std::string text;
  EXPECT_EQ(reporter->DumpGet(dump, text), EINVAL);
  EXPECT_FALSE(text.empty());
}

TEST_F(ReporterTest, WhatAReporterCannotDo) {
  const auto reporter = Make({});
  std::string text;
  std::vector<devlink::FmsgBuilder::Token> tokens;
  std::shared_ptr<const StoredHealthDump> dump;
  EXPECT_EQ(reporter->Recover(text), 0);  // it is healthy
  EXPECT_EQ(reporter->Test(text), EOPNOTSUPP);
  EXPECT_EQ(reporter->Diagnose(tokens, text), EOPNOTSUPP);
  EXPECT_EQ(reporter->DumpGet(dump, text), EOPNOTSUPP);
  EXPECT_EQ(reporter->DumpClear(), EOPNOTSUPP);
  EXPECT_EQ(reporter->Report("one", nullptr), 0);
  EXPECT_EQ(reporter->Recover(text), EOPNOTSUPP);
  ParameterChange grace, burst, recover, automatic;
  grace.grace_period_ms = 1;
  burst.burst_period_ms = 0;
  recover.auto_recover = true;
  automatic.auto_dump = true;
  for (const auto& change : {grace, burst, recover, automatic}) {
    EXPECT_EQ(reporter->Set(change, text), EOPNOTSUPP);
  }
  EXPECT_FALSE(reporter->parameters().auto_recover);
}

TEST_F(ReporterTest, Set) {
  const auto reporter = Make(AllOps());
  std::string text;
  ParameterChange change;
  change.burst_period_ms = 10;
  change.auto_dump = false;
  EXPECT_EQ(reporter->Set(change, text), EINVAL);
  EXPECT_EQ(text, "Cannot set burst period without a grace period.");
  EXPECT_TRUE(reporter->parameters().auto_dump);  // comes behind it
  change.grace_period_ms = 100;
  EXPECT_EQ(reporter->Set(change, text), 0);
  EXPECT_EQ(reporter->parameters().burst_period_ms, 10u);
  EXPECT_FALSE(reporter->parameters().auto_dump);
  ParameterChange none;
  none.grace_period_ms = 0;
  EXPECT_EQ(reporter->Set(none, text), 0);
  EXPECT_EQ(reporter->parameters().burst_period_ms, 0u);
}

TEST_F(ReporterTest, UpdateStateTellsOnlyChanges) {
  const auto reporter = Make(AllOps());
  reporter->UpdateState(HealthState::kHealthy);
  EXPECT_TRUE(observer.events.empty());
  reporter->UpdateState(HealthState::kError);
  EXPECT_EQ(observer.events, Events{"notify 1 0 0"});
}

TEST_F(ReporterTest, RecoveryThatTakesTime) {
  const auto reporter = Make(AllOps());
  recover_error = kRecoveryStarted;
  EXPECT_EQ(reporter->Report("one", &context), kRecoveryStarted);
  EXPECT_TRUE(reporter->is_recovering());
  EXPECT_EQ(reporter->Report("two", &context), ECANCELED);
  std::string text;
  EXPECT_EQ(reporter->Recover(text), kRecoveryStarted);  // the same one
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "recover"), 0);
  clock.now += 100;
  reporter->RecoveryEnded(0, {});
  EXPECT_EQ(reporter->record().state, HealthState::kHealthy);
  EXPECT_EQ(reporter->record().recoveries, 1u);
  EXPECT_EQ(reporter->record().last_recovery_ms, clock.now);
  reporter->RecoveryEnded(EIO, {});  // nobody waits for that
  EXPECT_EQ(reporter->record().state, HealthState::kHealthy);
}

TEST_F(ReporterTest, RestoreForgetsWhatItCannotDo) {
  HealthReporter::Record record;
  record.state = HealthState::kError;
  record.errors = 5;
  record.set.auto_recover = true;
  record.set.auto_dump = true;
  record.dump = std::make_shared<StoredHealthDump>();
  const auto able = Make(AllOps(), {500, 0});
  able->Restore(record);
  EXPECT_EQ(able->record().errors, 5u);
  EXPECT_TRUE(able->record().dump);
  const auto unable = Make({});
  unable->Restore(record);
  EXPECT_FALSE(unable->parameters().auto_recover);
  EXPECT_FALSE(unable->record().dump);
}

}  // namespace
}  // namespace vmcoredd
