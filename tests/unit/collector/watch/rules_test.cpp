// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/rules.h"

#include <gtest/gtest.h>

#include "collector/setup/config.h"
#include "collector/setup/watch_conf.h"
#include "collector/watch/rate_limit.h"
#include "collector/watch/watch_config.h"

namespace vmcoredd::watch {
namespace {

WatchConfig Compile(const std::string& toml) {
  const ParsedConfig parsed = ParseConfig(toml);
  for (const ConfigProblem& problem : parsed.problems) ADD_FAILURE() << problem.text;
  auto config = ParseWatchConfig(WatchText(parsed.config));
  EXPECT_TRUE(config) << config.error().ToString();
  return config ? *std::move(config) : WatchConfig();
}

WatchEvent HealthError(const std::string& bus, const std::string& device) {
  WatchEvent event;
  event.kind = EventKind::kHealthError;
  event.bus = bus;
  event.device = device;
  event.reporter = "fw_fatal";
  return event;
}

TEST(WatchConfig, DefaultsOfBothSidesAreTheSame) {
  const WatchConfig config = Compile("");
  const WatchConfig none;
  EXPECT_EQ("/var/lib/vmcoredd/live", config.directory);
  EXPECT_EQ(none.enumerate_s, config.enumerate_s);
  EXPECT_EQ(none.parallel, config.parallel);
  EXPECT_EQ(none.dump_wait_ms, config.dump_wait_ms);
  EXPECT_EQ(none.capture_s, config.capture_s);
  EXPECT_EQ(none.silence_s, config.silence_s);
  EXPECT_EQ(none.archive_bytes, config.archive_bytes);
  EXPECT_EQ(none.free_bytes, config.free_bytes);
  EXPECT_EQ(none.keep_count, config.keep_count);
  EXPECT_EQ(none.keep_bytes, config.keep_bytes);
  EXPECT_EQ(none.hook_s, config.hook_s);
  EXPECT_EQ(none.trace, config.trace);
  ASSERT_EQ(1u, config.rules.size());
  const WatchRule& rule = config.rules[0];
  const WatchRule built_in;
  EXPECT_EQ(3u, rule.events.size());
  EXPECT_EQ(built_in.dump, rule.dump);
  EXPECT_EQ(built_in.diagnose, rule.diagnose);
  EXPECT_EQ(built_in.snapshots, rule.snapshots);
  EXPECT_EQ(built_in.devcoredump, rule.devcoredump);
  EXPECT_EQ(built_in.plugins, rule.plugins);
  EXPECT_EQ(built_in.captures, rule.captures);
  EXPECT_EQ(built_in.window_s, rule.window_s);
  EXPECT_FALSE(rule.manage_recovery || rule.clear_dump || rule.release_devcoredump);
}

TEST(WatchConfig, EveryKeyOfARuleArrives) {
  const WatchConfig config = Compile(R"(
[watch]
captures = 3
hook = ["/bin/true", "all of them"]
[[watch.rule]]
events = ["health-error", "lost"]
bus = "pci"
device = "0000:*"
driver = "mlx5_core"
reporter = "fw*"
region = "cr-space"
capture = ["dump", "diagnose", "plugins"]
allow = "side-effect"
manage_recovery = true
clear_dump = true
release_devcoredump = true
window_s = 7
[[watch.rule]]
nothing = true
hook = ["/bin/false"]
)");
  ASSERT_EQ(3u, config.rules.size());
  const WatchRule& rule = config.rules[0];
  EXPECT_EQ((std::vector{EventKind::kHealthError, EventKind::kLost}), rule.events);
  EXPECT_EQ("pci", rule.bus);
  EXPECT_EQ("0000:*", rule.device);
  EXPECT_EQ("mlx5_core", rule.driver);
  EXPECT_EQ("fw*", rule.reporter);
  EXPECT_EQ("cr-space", rule.region);
  EXPECT_TRUE(rule.dump && rule.diagnose && rule.plugins);
  EXPECT_FALSE(rule.snapshots || rule.devcoredump);
  EXPECT_EQ(VMCOREDD_DUMP_SIDE_EFFECT, rule.allow);
  EXPECT_TRUE(rule.manage_recovery && rule.clear_dump && rule.release_devcoredump);
  EXPECT_EQ(3u, rule.captures);
  EXPECT_EQ(7u, rule.window_s);
  EXPECT_EQ((std::vector<std::string>{"/bin/true", "all of them"}), rule.hook);
  EXPECT_FALSE(config.rules[1].captures_anything());
  EXPECT_EQ(std::vector<std::string>{"/bin/false"}, config.rules[1].hook);
}

TEST(WatchConfig, MistakesAreToldWithTheirPlace) {
  const auto problem = [](const std::string& toml) {
    const ParsedConfig parsed = ParseConfig(toml);
    return parsed.problems.size() == 1
               ? std::to_string(parsed.problems[0].line) + ": " + parsed.problems[0].text
               : std::to_string(parsed.problems.size()) + " problems";
  };
  EXPECT_EQ("3: unknown key watch.rule.event",
            problem("[watch]\n[[watch.rule]]\nevent = [\"lost\"]\n"));
  EXPECT_EQ("2: watch.hook: expected the absolute path of a program first, found a list",
            problem("[watch]\nhook = [\"true\"]\n"));
  EXPECT_EQ("2: watch.rule: expected tables: [[watch.rule]], found \"x\"",
            problem("[watch]\nrule = \"x\"\n"));
  // A key behind the rules belongs to the last of them.
  EXPECT_EQ("2: unknown key watch.rule.parallel", problem("[[watch.rule]]\nparallel = 3\n"));
}

TEST(WatchConfig, TheTextIsCheckedLineByLine) {
  const std::string good = WatchText(Config());
  EXPECT_TRUE(ParseWatchConfig(good));
  EXPECT_EQ(ErrorCode::kNotRecognised, ParseWatchConfig("a=b\n").error().code());
  EXPECT_EQ(ErrorCode::kUnsupported, ParseWatchConfig("schema=vmcoredd-watch/2\n").error().code());
  const auto unknown = ParseWatchConfig(good + "color=red\n");
  ASSERT_FALSE(unknown);
  EXPECT_NE(std::string::npos, unknown.error().message().find("unknown key color"));
  EXPECT_EQ(ErrorCode::kCorrupt, ParseWatchConfig(good + "captures=many\n").error().code());
  EXPECT_EQ(ErrorCode::kCorrupt, ParseWatchConfig(good.substr(0, good.size() - 1)).error().code());
  EXPECT_EQ(ErrorCode::kCorrupt, ParseWatchConfig("schema=vmcoredd-watch/1\n").error().code());
}

TEST(Rules, TheFirstThatMatchesCounts) {
  const WatchConfig config = Compile(R"(
[[watch.rule]]
bus = "pci"
device = "0000:0[0-3]:*"
reporter = "fw*"
nothing = true
[[watch.rule]]
driver = "ice"
clear_dump = true
)");
  WatchEvent event = HealthError("pci", "0000:02:00.0");
  EXPECT_EQ(&config.rules[0], FindRule(config.rules, event));
  event.device = "0000:05:00.0";
  EXPECT_EQ(&config.rules[2], FindRule(config.rules, event));
  event.driver = "ice";
  EXPECT_EQ(&config.rules[1], FindRule(config.rules, event));
  event.kind = EventKind::kHealthRecovered;
  EXPECT_EQ(nullptr, FindRule(config.rules, event));
}

TEST(Rules, WhatAnEventDoesNotHaveIsMatchedByTheStarOnly) {
  WatchRule rule;
  rule.events = {EventKind::kHealthError};
  rule.region = "c*";
  const WatchEvent event = HealthError("pci", "0000:02:00.0");
  EXPECT_EQ(nullptr, FindRule({rule}, event));
  rule.region = "*";
  EXPECT_NE(nullptr, FindRule({rule}, event));
}

TEST(Rules, GlobsAreOverRawBytes) {
  EXPECT_TRUE(MatchesGlob("a*c", "abc"));
  EXPECT_TRUE(MatchesGlob("a\\*", "a\\b"));
  EXPECT_FALSE(MatchesGlob("a?c", "ac"));
  EXPECT_TRUE(MatchesGlob("*", "\xff\n/"));
  EXPECT_FALSE(MatchesGlob("[", "x"));
}

TEST(RateLimit, GrantsSoManyInAnyWindow) {
  RateLimit limit;
  const RateLimit::Clock::time_point start{};
  const std::chrono::seconds window(10);
  using A = RateLimit::Answer;
  EXPECT_EQ(A::kGranted, limit.Take("a", 2, window, start));
  EXPECT_EQ(A::kGranted, limit.Take("a", 2, window, start + std::chrono::seconds(6)));
  EXPECT_EQ(A::kRefusedFirst, limit.Take("a", 2, window, start + std::chrono::seconds(9)));
  EXPECT_EQ(A::kRefused, limit.Take("a", 2, window, start + std::chrono::seconds(9)));
  EXPECT_EQ(A::kGranted, limit.Take("b", 2, window, start + std::chrono::seconds(9)));
  // The first has left the window, the second has not.
  EXPECT_EQ(A::kGranted, limit.Take("a", 2, window, start + std::chrono::seconds(10)));
  EXPECT_EQ(A::kRefused, limit.Take("a", 2, window, start + std::chrono::seconds(11)));
}

TEST(RateLimit, TellsOnceHowManyItRefused) {
  RateLimit limit;
  const RateLimit::Clock::time_point start{};
  const std::chrono::seconds window(10);
  for (int i = 0; i < 5; ++i) limit.Take("a", 1, window, start);
  EXPECT_EQ(start + window, limit.NextExpiry());
  EXPECT_TRUE(limit.Expire(start + std::chrono::seconds(9)).empty());
  const auto told = limit.Expire(start + window);
  ASSERT_EQ(1u, told.size());
  EXPECT_EQ("a", told[0].name);
  EXPECT_EQ(3u, told[0].count);  // one granted, one told at once
  EXPECT_TRUE(limit.Expire(start + window).empty());
  EXPECT_EQ(RateLimit::Clock::time_point::max(), limit.NextExpiry());
}

TEST(RateLimit, ManyNamesDoNotCostMoreThanTheirLimit) {
  RateLimit limit;
  const RateLimit::Clock::time_point start{};
  const std::chrono::seconds window(10);
  for (size_t i = 0; i < RateLimit::kMaxNames + 1; ++i) {
    limit.Take(std::to_string(i), 1, window, start + std::chrono::milliseconds(i));
  }
  // The quietest was forgotten, the second quietest was not.
  EXPECT_EQ(RateLimit::Answer::kRefusedFirst,
            limit.Take("1", 1, window, start + std::chrono::seconds(5)));
  EXPECT_EQ(RateLimit::Answer::kGranted,
            limit.Take("0", 1, window, start + std::chrono::seconds(5)));
}

}  // namespace
}  // namespace vmcoredd::watch
