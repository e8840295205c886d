// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/watch_conf.h"

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

void Append(std::string& text, std::string_view key, std::string_view value) {
  AppendFlatLine(text, key, EscapeBytes(value));
}

void AppendFlag(std::string& text, std::string_view key, bool value) {
  AppendFlatLine(text, key, value ? "1" : "0");
}

void AppendAll(std::string& text, std::string_view key, const std::vector<std::string>& values) {
  for (const std::string& value : values) Append(text, key, value);
}

void AppendRule(std::string& text, const WatchRuleConfig& rule, const Config::Watch& watch) {
  AppendFlatLine(text, "rule", "1");
  const std::vector<std::string> events = {"health-error", "snapshot", "devcoredump"};
  const std::vector<std::string> capture = {"dump", "snapshots", "devcoredump"};
  AppendAll(text, "event", rule.events.empty() ? events : rule.events);
  Append(text, "bus", rule.bus);
  Append(text, "device", rule.device);
  Append(text, "driver", rule.driver);
  Append(text, "reporter", rule.reporter);
  Append(text, "region", rule.region);
  if (!rule.nothing) AppendAll(text, "capture", rule.capture.empty() ? capture : rule.capture);
  Append(text, "allow", rule.allow);
  AppendFlag(text, "manage_recovery", rule.manage_recovery);
  AppendFlag(text, "clear_dump", rule.clear_dump);
  AppendFlag(text, "release_devcoredump", rule.release_devcoredump);
  AppendFlatLine(text, "captures", rule.captures != 0 ? rule.captures : watch.captures);
  AppendFlatLine(text, "window_s", rule.window_s != 0 ? rule.window_s : watch.window_s);
  AppendAll(text, "hook", rule.hook.empty() ? watch.hook : rule.hook);
}

}  // namespace

std::string WatchText(const Config& config) {
  const Config::Watch& watch = config.watch;
  std::string text;
  AppendFlatLine(text, "schema", "vmcoredd-watch/1");
  Append(text, "directory", watch.directory);
  AppendFlatLine(text, "enumerate_s", watch.enumerate_s);
  AppendFlag(text, "trace", watch.trace);
  AppendFlatLine(text, "parallel", watch.parallel);
  AppendFlatLine(text, "dump_wait_ms", watch.dump_wait_ms);
  AppendFlatLine(text, "silence_s", watch.silence_s);
  AppendFlatLine(text, "capture_s", watch.capture_s);
  AppendFlatLine(text, "archive_bytes", watch.archive_bytes);
  AppendFlatLine(text, "free_bytes", watch.free_bytes);
  AppendFlatLine(text, "keep_count", watch.keep_count);
  AppendFlatLine(text, "keep_bytes", watch.keep_bytes);
  AppendFlatLine(text, "keep_days", watch.keep_days);
  AppendFlatLine(text, "hook_s", watch.hook_s);
  Append(text, "textfile", watch.textfile);
  AppendAll(text, "plugin", config.plugins.paths);
  for (const auto& [key, value] : config.plugins.options) Append(text, "option." + key, value);
  for (const WatchRuleConfig& rule : watch.rules) AppendRule(text, rule, watch);
  AppendRule(text, WatchRuleConfig(), watch);
  return text;
}

}  // namespace vmcoredd
