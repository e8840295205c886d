// SPDX-License-Identifier: LGPL-2.1-or-later
// Whatever a plugin does costs its own dump only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

using std::chrono::milliseconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kBad[] = "unruly_0000:00:04.0_bad";
constexpr char kGood[] = "unruly_0000:00:04.0_good";
constexpr char kMain[] = "unruly_0000:00:04.0";
constexpr char kImpostor[] = "impostor_0000:00:04.0";
// For plugins that must end by themselves, on a machine that is busy.
constexpr milliseconds kPatient{20000};
constexpr milliseconds kHasty{400};

class UnrulyPluginTest : public testing::Test {
 protected:
  void SetUp() override {
    AddPciDevice(folder_ / "tree", "0000:00:04.0", PlainConfig(256));
    settings_.sysroot = folder_ / "tree";
  }
  CaptureRun Run(const std::string& path, const std::string& option, milliseconds deadline) {
    auto plugin = DescribeExecutable(path, kPatient);
    EXPECT_TRUE(plugin) << plugin.error().ToString();
    settings_.options = {{option.substr(0, option.find('=')), option.substr(option.find('=') + 1)}};
    settings_.budget.process = deadline;
    auto run = RunCapture({*plugin}, settings_, folder_ / ("spool" + std::to_string(runs_++)));
    EXPECT_TRUE(run) << run.error().ToString();
    return *run;
  }
  CaptureRun Unruly(const std::string& how, milliseconds deadline = kPatient) {
    auto run =
        Run(std::string(PLUGIN_FOLDER) + "/vmcoredd-plugin-unruly", "unruly.how=" + how, deadline);
    return run;
  }
  CaptureRun Impostor(const std::string& how, milliseconds deadline = kPatient) {
    return Run(IMPOSTOR, "impostor.how=" + how, deadline);
  }
  static void ExpectGood(const CaptureRun& run) {
    EXPECT_EQ(run.spool.dumps.at(kGood).payload, "good");
    EXPECT_EQ(run.outcomes.at(kGood), Outcome::kOk);
  }
  // Of the bad dump, its first bytes are there and the rest is a hole.
  static void ExpectPartial(const CaptureRun& run, Outcome outcome, const std::string& problem) {
    ASSERT_EQ(run.spool.dumps.count(kBad), 1u);
    const SpooledDump& dump = run.spool.dumps.at(kBad);
    EXPECT_EQ(dump.payload, "partial!" + std::string(1024 - 8, '\0'));
    EXPECT_EQ(dump.facts.outcome, outcome);
    ASSERT_EQ(dump.facts.holes.size(), 1u);
    EXPECT_EQ(dump.facts.holes[0].range, (ByteRange{8, 1024 - 8}));
    EXPECT_THAT(dump.facts.warnings, Contains(HasSubstr(problem)));
    EXPECT_THAT(run.problems.at(kBad), HasSubstr(problem));
    ExpectGood(run);
  }

  TempFolder folder_;
  CaptureSettings settings_;
  int runs_ = 0;
};

TEST_F(UnrulyPluginTest, ACrashKeepsWhatWasWritten) {
  ExpectPartial(Unruly("crash"), Outcome::kPartial, "killed by signal 6 (ABRT)");
}

// Sanitizers turn this signal into an exit.
TEST_F(UnrulyPluginTest, AnExitInTheMiddleKeepsWhatWasWritten) {
  ExpectPartial(Unruly("exit"), Outcome::kPartial, "exited with code 3");
}

TEST_F(UnrulyPluginTest, AHangEndsAtTheDeadline) {
  ExpectPartial(Unruly("hang", kHasty), Outcome::kTimedOut, "before the deadline");
}

TEST_F(UnrulyPluginTest, AHangBehindAClosedPipeEndsAtTheDeadline) {
  ExpectPartial(Unruly("close", kHasty), Outcome::kTimedOut, "before the deadline");
}

TEST_F(UnrulyPluginTest, AGrandchildThatHoldsThePipeEndsAtTheDeadline) {
  ExpectPartial(Unruly("child", kHasty), Outcome::kTimedOut, "before the deadline");
}

TEST_F(UnrulyPluginTest, LessThanRegisteredIsFilledWithAHole) {
  ExpectPartial(Unruly("short"), Outcome::kPartial, "delivered 8 of 1024 bytes");
}

TEST_F(UnrulyPluginTest, AnErrorKeepsWhatWasWritten) {
  ExpectPartial(Unruly("error"), Outcome::kPartial, "the plugin reported: Input/output error");
}

TEST_F(UnrulyPluginTest, MoreThanRegisteredIsCut) {
  const CaptureRun run = Unruly("overrun");
  EXPECT_EQ(run.spool.dumps.at(kBad).payload.size(), 1024u);
  EXPECT_EQ(run.spool.dumps.at(kBad).facts.outcome, Outcome::kPartial);
  ExpectGood(run);
}

TEST_F(UnrulyPluginTest, AHoleOfEverythingIsCut) {
  const CaptureRun run = Unruly("hole");
  EXPECT_EQ(run.spool.dumps.at(kBad).payload.size(), 1024u);
  ExpectGood(run);
}

TEST_F(UnrulyPluginTest, NothingAtAllIsNoDump) {
  for (const char* how : {"crash-first", "error-first", "nothing"}) {
    SCOPED_TRACE(how);
    const CaptureRun run = Unruly(how);
    EXPECT_EQ(run.spool.dumps.count(kBad), 0u);
    EXPECT_EQ(run.outcomes.at(kBad), Outcome::kFailed);
    ASSERT_EQ(run.spool.capture.skipped.size(), 1u);
    EXPECT_EQ(run.spool.capture.skipped[0].name, kBad);
    ExpectGood(run);
  }
}

TEST_F(UnrulyPluginTest, WhatAPluginPrintsDoesNotGetIntoItsDump) {
  const CaptureRun run = Unruly("print");
  EXPECT_EQ(run.outcomes.at(kBad), Outcome::kOk);
  EXPECT_EQ(run.spool.dumps.at(kBad).payload, std::string(1024, '\0'));
}

TEST_F(UnrulyPluginTest, RemarksAreEscapedAndBounded) {
  const CaptureRun run = Unruly("remarks");
  const auto& warnings = run.spool.dumps.at(kBad).facts.warnings;
  EXPECT_LE(warnings.size(), 64u);
  EXPECT_GE(warnings.size(), 1u);
  for (const std::string& warning : warnings) {
    EXPECT_THAT(warning, Not(HasSubstr("\x1b")));
    EXPECT_THAT(warning, Not(HasSubstr("\n")));
  }
}

TEST_F(UnrulyPluginTest, ADumpOfUnknownSizeIsKeptWhole) {
  const CaptureRun run = Unruly("endless");
  EXPECT_EQ(run.outcomes.at(kBad), Outcome::kOk);
  EXPECT_EQ(run.spool.dumps.at(kBad).payload.size(), 8u + 64 * 1024);
}

TEST_F(UnrulyPluginTest, ADumpOfUnknownSizeEndsWhereTheSpoolDoes) {
  settings_.budget.spool_bytes = 128 * 1024;
  const CaptureRun run = Unruly("endless");
  EXPECT_EQ(run.outcomes.at(kBad), Outcome::kOverBudget);
  EXPECT_LT(run.spool.dumps.at(kBad).payload.size(), 64u * 1024);
  EXPECT_GT(run.spool.dumps.at(kBad).payload.size(), 32u * 1024);
  EXPECT_EQ(run.outcomes.at(kGood), Outcome::kOverBudget);
  EXPECT_EQ(run.spool.dumps.count(kGood), 0u);
  EXPECT_TRUE(run.spool.capture.warnings.empty());
}

TEST_F(UnrulyPluginTest, ACrashWhileRegisteringSkipsTheDevice) {
  const CaptureRun run = Unruly("crash-register");
  EXPECT_TRUE(run.spool.dumps.empty());
  EXPECT_EQ(run.outcomes.at(kMain), Outcome::kSkipped);
  EXPECT_THAT(run.problems.at(kMain), HasSubstr("signal 6"));
}

TEST_F(UnrulyPluginTest, AHangWhileRegisteringSkipsTheDevice) {
  const CaptureRun run = Unruly("hang-register", kHasty);
  EXPECT_EQ(run.outcomes.at(kMain), Outcome::kTimedOut);
}

TEST_F(UnrulyPluginTest, ARefusalIsShownInThePluginsWords) {
  const CaptureRun run = Unruly("refuse");
  EXPECT_EQ(run.problems.at(kMain), "this device?is asleep");
  EXPECT_EQ(run.outcomes.at(kMain), Outcome::kSkipped);
}

TEST_F(UnrulyPluginTest, WarningsWhileRegisteringGetIntoTheManifest) {
  const CaptureRun run = Unruly("warn-register");
  EXPECT_EQ(run.spool.capture.warnings,
            std::vector<std::string>{std::string(kMain) + ": half asleep"});
  ExpectGood(run);
}

TEST_F(UnrulyPluginTest, TheHostRefusesDumpsThatMakeNoSense) {
  for (const char* how : {"greedy", "twice", "names"}) {
    SCOPED_TRACE(how);
    const CaptureRun run = Unruly(how);
    EXPECT_EQ(run.spool.order, std::vector<std::string>{kGood});
  }
}

TEST_F(UnrulyPluginTest, RiskyDumpsAreCollectedOnlyWhenAllowed) {
  CaptureRun run = Unruly("intrusive");
  EXPECT_EQ(run.spool.dumps.count(kBad), 0u);
  EXPECT_EQ(run.summary.skipped, 0u) << "what nobody asked for is no fault of the run";
  ASSERT_EQ(run.spool.capture.skipped.size(), 1u);
  EXPECT_EQ(run.spool.capture.skipped[0].name, kBad);
  EXPECT_THAT(run.spool.capture.skipped[0].reason, HasSubstr("intrusive"));
  settings_.max_class = VMCOREDD_DUMP_INTRUSIVE;
  run = Unruly("intrusive");
  EXPECT_EQ(run.spool.dumps.count(kBad), 1u);
}

TEST_F(UnrulyPluginTest, AnExceptionInCxxCostsItsDumpOnly) {
  const auto run =
      Run(std::string(PLUGIN_FOLDER) + "/vmcoredd-plugin-throwing", "unused=1", kPatient);
  const SpooledDump& dump = run.spool.dumps.at("throwing_0000:00:04.0");
  EXPECT_EQ(dump.payload, "eight by" + std::string(8, '\0'));
  EXPECT_EQ(dump.facts.outcome, Outcome::kPartial);
}

TEST_F(UnrulyPluginTest, OffersThatLieAreRefused) {
  for (const char* how : {"large", "path", "long", "index", "twice"}) {
    SCOPED_TRACE(how);
    const CaptureRun run = Impostor(how);
    EXPECT_TRUE(run.spool.dumps.empty());
    EXPECT_EQ(run.outcomes.at(kImpostor), Outcome::kSkipped);
    EXPECT_NE(run.problems.at(kImpostor), "");
  }
}

TEST_F(UnrulyPluginTest, WrongFramesBeforeTheDumpGiveNoDump) {
  for (const char* how : {"garbage", "silent", "no-hello", "name", "huge-frame", "other-size",
                          "holes", "short-hole"}) {
    SCOPED_TRACE(how);
    const CaptureRun run = Impostor(how);
    EXPECT_TRUE(run.spool.dumps.empty());
    EXPECT_EQ(run.outcomes.at(kImpostor), Outcome::kFailed);
    EXPECT_NE(run.problems.at(kImpostor), "");
  }
}

TEST_F(UnrulyPluginTest, WrongFramesBehindTheDumpKeepItWithAWarning) {
  for (const char* how : {"unfinished", "after-done", "after-end"}) {
    SCOPED_TRACE(how);
    const CaptureRun run = Impostor(how);
    const SpooledDump& dump = run.spool.dumps.at(kImpostor);
    EXPECT_EQ(dump.payload, "0123456789abcdef");
    EXPECT_EQ(dump.facts.outcome, Outcome::kPartial);
    EXPECT_EQ(dump.facts.warnings.size(), 1u);
  }
}

TEST_F(UnrulyPluginTest, AFloodIsCutAtTheSize) {
  const CaptureRun run = Impostor("flood");
  EXPECT_EQ(run.spool.dumps.at(kImpostor).payload, std::string(16, '\xee'));
  EXPECT_EQ(run.outcomes.at(kImpostor), Outcome::kPartial);
}

TEST_F(UnrulyPluginTest, APluginThatTalksForEverEndsAtTheDeadline) {
  const CaptureRun run = Impostor("drip", milliseconds(1500));
  EXPECT_EQ(run.outcomes.at(kImpostor), Outcome::kTimedOut);
  EXPECT_TRUE(run.spool.dumps.empty());
}

TEST_F(UnrulyPluginTest, AnHonestConversationInOtherWordsWorks) {
  const CaptureRun run = Impostor("honest");
  EXPECT_EQ(run.spool.dumps.at(kImpostor).payload, "0123456789abcdef");
  EXPECT_EQ(run.outcomes.at(kImpostor), Outcome::kOk);
}

}  // namespace
}  // namespace vmcoredd
