// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "collector/watch/capture_job.h"
#include "collector/watch/enumeration.h"
#include "collector/watch/metrics.h"
#include "collector/watch/recovery_job.h"
#include "collector/watch/service_notify.h"
#include "collector/watch/watch_log.h"

namespace vmcoredd::watch {
namespace {

TEST(CaptureResultText, ComesBackAsItWas) {
  CaptureResult result;
  result.archive = "/d/watch-1.vmcoredd";
  result.complete = 3;
  result.partial = 1;
  result.bytes = 99;
  result.recovered = 1;
  result.problems = {"a\nb"};
  result.actions = {"cleared the dump of fw"};
  result.dumps = {{{std::nullopt, "fw x"}, 5}, {{2, "tx"}, 6}};
  result.end_us = 12;
  const CaptureResult read = ParseCaptureResult("begin_us=7\n" + CaptureResultText(result));
  EXPECT_TRUE(read.is_whole);
  EXPECT_EQ(7, read.begin_us);
  EXPECT_EQ(12, read.end_us);
  EXPECT_EQ(result.archive, read.archive);
  EXPECT_EQ(3u, read.complete);
  EXPECT_EQ(result.problems, read.problems);
  EXPECT_EQ(result.actions, read.actions);
  EXPECT_EQ(result.dumps, read.dumps);
  EXPECT_EQ("partial", OutcomeOf(read));
}

TEST(CaptureResultText, OneThatIsCutSaysHowFarItCame) {
  const CaptureResult read = ParseCaptureResult("begin_us=7\narchive=/x\ncomplete=");
  EXPECT_FALSE(read.is_whole);
  EXPECT_EQ(7, read.begin_us);
  EXPECT_EQ("/x", read.archive);
  EXPECT_EQ(1u, read.problems.size());
  EXPECT_EQ(1u, ParseCaptureResult("color=red\n").problems.size());
}

TEST(EventText, IsForAPersonAndPrintable) {
  WatchEvent event;
  event.kind = EventKind::kHealthError;
  event.bus = "pci";
  event.device = "0000:05:00.0";
  event.port = 1;
  event.driver = "mlx5_core";
  event.reporter = "tx";
  event.message = "queue\x1b[2J hangs";
  event.count = 3;
  event.is_late = true;
  EXPECT_EQ(
      "health error pci/0000:05:00.0/1 tx (mlx5_core), 3 times, found late: "
      "queue\\x1b[2J hangs",
      EventText(event));
  CaptureOrder order;
  order.events = {event};
  order.event_count = 3;
  const Properties properties = EventProperties(order);
  EXPECT_EQ((std::pair<std::string, std::string>("event.kind", "health-error")), properties[0]);
  EXPECT_EQ((std::pair<std::string, std::string>("events", "3")), properties.back());
}

TEST(Enumeration, SaysWhatCouldNotBeAsked) {
  const Sysroot root("/nonexistent");
  const auto refuse = []() -> Result<std::unique_ptr<devlink::MessageChannel>> {
    return Fail(ErrorCode::kRefused, "not\nyou");
  };
  const Enumeration asked = Enumerate(refuse, root);
  EXPECT_TRUE(asked.state.lacks_reporters && asked.state.lacks_regions);
  ASSERT_EQ(1u, asked.problems.size());
  const auto read = ParseEnumeration(EnumerationText(asked));
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(asked.state, read->state);
  EXPECT_EQ(1u, read->problems.size());
  EXPECT_EQ(std::string::npos, read->problems[0].find('\n'));
}

TEST(RecoveriesToTake, AreThoseThatARuleAsksForAndThatAreAutomatic) {
  WatchConfig config;
  WatchRule rule;
  rule.events = {EventKind::kHealthError};
  rule.driver = "mlx5_core";
  rule.manage_recovery = true;
  config.rules = {rule};
  WatchState state;
  ReporterState automatic;
  automatic.auto_recover = true;
  state.devices["pci/a"].reporters[{std::nullopt, "fw_fatal"}] = automatic;
  state.devices["pci/a"].reporters[{std::nullopt, "fw"}] = ReporterState();
  state.devices["pci/b"].reporters[{std::nullopt, "fw_fatal"}] = automatic;
  const auto take = RecoveriesToTake(state, config, {{"pci/a", "mlx5_core"}, {"pci/b", "ice"}});
  ASSERT_EQ(1u, take.size());
  EXPECT_EQ("pci/a", take[0].first);
  EXPECT_EQ("fw_fatal", take[0].second.name);
  EXPECT_TRUE(RecoveriesTaken(state).empty());
  state.devices["pci/b"].reporters[{std::nullopt, "fw_fatal"}].is_managed = true;
  EXPECT_EQ(1u, RecoveriesTaken(state).size());
}

TEST(AutoRecoverResult, NamesMayHaveBlanks) {
  const auto result =
      ParseAutoRecoverResult("done=- pci/a fw fatal\ndone=7 pci/b tx\nproblem=no\n");
  EXPECT_TRUE(result.done.contains({"pci/a", {std::nullopt, "fw fatal"}}));
  EXPECT_TRUE(result.done.contains({"pci/b", {7, "tx"}}));
  EXPECT_EQ(std::vector<std::string>{"no"}, result.problems);
}

TEST(Metrics, AreWhatPrometheusReads) {
  Metrics metrics;
  metrics.events[static_cast<size_t>(EventKind::kHealthError)] = 4;
  metrics.captures["complete"] = 2;
  WatchState state;
  state.devices["pci/0000:05:00.0"].reporters[{3, "a\"b\\\n"}] = {1, 5, 4, 9, true, true, false};
  const std::string text = MetricsText(metrics, state, true, 1000);
  const auto has = [&](const std::string& line) {
    return text.find('\n' + line + '\n') != std::string::npos;
  };
  EXPECT_TRUE(has("vmcoredd_watch_up 1"));
  EXPECT_TRUE(has("vmcoredd_watch_events_total{kind=\"health-error\"} 4"));
  EXPECT_TRUE(has("vmcoredd_watch_captures_total{outcome=\"complete\"} 2"));
  EXPECT_TRUE(has("vmcoredd_watch_captures_total{outcome=\"refused_rate\"} 0"));
  const std::string labels =
      "{device=\"pci/0000:05:00.0\",port=\"3\",reporter=\"a\\\"b\\\\x5c\\\\x0a\"}";
  EXPECT_TRUE(has("vmcoredd_health_reporter_errors_total" + labels + " 5")) << text;
  EXPECT_TRUE(has("vmcoredd_health_reporter_dump_stored" + labels + " 1"));
}

TEST(Metrics, OthersMayReadThem) {
  const std::string path = "/tmp/vmcoredd-watch-test-" + std::to_string(::getpid()) + ".prom";
  ASSERT_TRUE(WriteTextfile(path, "x 1\n"));
  struct stat status {};
  ASSERT_EQ(0, ::stat(path.c_str(), &status));
  EXPECT_EQ(0644u, status.st_mode & 0777);
  EXPECT_EQ(4, status.st_size);
  ::unlink(path.c_str());
}

TEST(ServiceNotify, TheWatchdogIsOurs) {
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(std::chrono::milliseconds(15001), WatchdogPeriod());
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(std::nullopt, WatchdogPeriod());
  ::unsetenv("WATCHDOG_PID");
  ::setenv("WATCHDOG_USEC", "soon", 1);
  EXPECT_EQ(std::nullopt, WatchdogPeriod());
  ::unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace vmcoredd::watch
