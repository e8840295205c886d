// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/config.h"

#include <algorithm>
#include <utility>

#include "collector/capture/inventory.h"
#include "collector/setup/config_checks.h"
#include "collector/setup/config_reader.h"
#include "collector/setup/config_text.h"

// The only unit that includes toml++.

namespace vmcoredd {

namespace {

// Every key that there is.
template <typename Visitor>
void VisitConfig(const toml::table& root, Config& config, Visitor& visit) {
  visit.Open(root, "early");
  visit.Flag("enabled", config.early.enabled);
  visit.Flag("bars", config.early.bars);
  visit.Number("time_ms", 1, kMaxMilliseconds, config.early.time_ms);
  visit.Close();

  visit.Open(root, "hold");
  visit.Flag("enabled", config.hold.enabled);
  visit.TextList("also", IsPciAddress, kAddress, config.hold.also);
  visit.TextList("never", IsPciAddress, kAddress, config.hold.never);
  visit.Close();

  visit.Open(root, "late");
  visit.Number("time_ms", 1, kMaxMilliseconds, config.late.time_ms);
  visit.Number("device_ms", 1, kMaxMilliseconds, config.late.device_ms);
  visit.Close();

  visit.Open(root, "budget");
  visit.Text("allow", IsRiskClass, kRiskClasses, config.budget.allow);
  visit.Number("device_ms", 1, kMaxMilliseconds, config.budget.device_ms);
  visit.Number("device_bytes", 4096, kMaxBytes, config.budget.device_bytes);
  visit.Number("early_bytes", kMinSpool, kMaxBytes, config.budget.early_bytes);
  visit.Number("late_bytes", kMinSpool, kMaxBytes, config.budget.late_bytes);
  visit.Number("memory_floor", 0, kMaxBytes, config.budget.memory_floor);
  visit.Flag("compress", config.budget.compress);
  visit.Close();

  visit.Open(root, "devices");
  visit.TextList("skip", IsPciAddress, kAddress, config.devices.skip);
  visit.TextList("vfio", IsPciAddress, kAddress, config.devices.vfio);
  visit.Close();

  visit.Open(root, "plugins");
  visit.TextList("paths", IsAbsolutePath, "the absolute path of a program", config.plugins.paths);
  visit.Options("options", config.plugins.options);
  visit.Close();

  visit.Generic(root, config.generic);

  visit.Open(root, "save");
  visit.TextList("fallback", IsAbsolutePath, "an absolute path", config.save.fallback);
  visit.Number("max_bytes", 0, kMaxBytes, config.save.max_bytes);
  visit.Close();

  visit.Open(root, "finalise");
  visit.TextList("directories", IsAbsolutePath, "an absolute path", config.finalise.directories);
  visit.Flag("attach", config.finalise.attach);
  visit.Flag("checksum", config.finalise.checksum);
  visit.Flag("journal", config.finalise.journal);
  visit.Flag("upload", config.finalise.upload);
  visit.Number("settle_s", 0, 86400, config.finalise.settle_s);
  visit.Number("keep_count", 0, 1000000, config.finalise.keep_count);
  visit.Number("keep_bytes", 0, uint64_t{1} << 50, config.finalise.keep_bytes);
  visit.Number("keep_days", 0, 36500, config.finalise.keep_days);
  visit.Close();

  visit.Open(root, "guard");
  visit.Text("trip", IsTrip, "\"panic\", \"unclean\" or \"off\"", config.guard.trip);
  visit.Close();

  visit.Open(root, "live");
  visit.Text("allow", IsRiskClass, kRiskClasses, config.live.allow);
  visit.Number("silence_ms", 1, kMaxMilliseconds, config.live.silence_ms);
  visit.Number("dump_ms", 1, kMaxMilliseconds, config.live.dump_ms);
  visit.Number("max_bytes", uint64_t{1} << 20, kMaxBytes, config.live.max_bytes);
  visit.Close();

  visit.Open(root, "baseline");
  visit.Flag("new_snapshots", config.baseline.new_snapshots);
  visit.Number("keep_count", 0, 1000000, config.baseline.keep_count);
  visit.Number("keep_bytes", 0, uint64_t{1} << 50, config.baseline.keep_bytes);
  visit.Number("keep_days", 0, 36500, config.baseline.keep_days);
  visit.Close();

  visit.Open(root, "watch");
  visit.Text("directory", IsAbsolutePath, "an absolute path", config.watch.directory);
  visit.Number("enumerate_s", 1, kMaxSeconds, config.watch.enumerate_s);
  visit.Flag("trace", config.watch.trace);
  visit.Number("captures", 1, 1000000, config.watch.captures);
  visit.Number("window_s", 1, kMaxSeconds, config.watch.window_s);
  visit.Number("parallel", 1, 64, config.watch.parallel);
  visit.Number("dump_wait_ms", 0, kMaxMilliseconds, config.watch.dump_wait_ms);
  visit.Number("silence_s", 1, kMaxSeconds, config.watch.silence_s);
  visit.Number("capture_s", 1, kMaxSeconds, config.watch.capture_s);
  visit.Number("archive_bytes", 65536, kMaxBytes, config.watch.archive_bytes);
  visit.Number("free_bytes", 0, kMaxBytes, config.watch.free_bytes);
  visit.Number("keep_count", 0, 1000000, config.watch.keep_count);
  visit.Number("keep_bytes", 0, uint64_t{1} << 50, config.watch.keep_bytes);
  visit.Number("keep_days", 0, 36500, config.watch.keep_days);
  visit.Text("textfile", IsPathOrNothing, "an absolute path, or \"\"", config.watch.textfile);
  visit.Program("hook", config.watch.hook);
  visit.Number("hook_s", 1, kMaxSeconds, config.watch.hook_s);
  visit.WatchRules(config.watch.rules);
  visit.Close();

  visit.Open(root, "health");
  visit.Flag("enabled", config.health.enabled);
  visit.TextList("mlx5", IsPciAddress, kAddress, config.health.mlx5);
  visit.Number("poll_ms", 100, kMaxMilliseconds, config.health.poll_ms);
  visit.Flag("recover", config.health.recover);
  visit.Text("recover_method", IsRecoverMethod, "\"rescan\" or \"rebind\"",
             config.health.recover_method);
  visit.Text("group", IsGroupOrNothing, "a group, or \"\"", config.health.group);
  visit.Close();
}

}  // namespace

ParsedConfig ParseConfig(std::string_view text) {
  ParsedConfig parsed;
  ConfigReader reader(parsed);
  if (auto forbidden = FindForbiddenByte(text)) {
    parsed.problems.push_back(std::move(*forbidden));
    return parsed;
  }
  const toml::parse_result result = toml::parse(text);
  if (!result) {
    // A line cannot be told apart from its neighbours once the syntax is broken.
    reader.Problem(result.error().source().begin,
                   EscapeBytes(std::string_view(result.error().description())));
    return parsed;
  }
  VisitConfig(result.table(), parsed.config, reader);
  reader.CloseRoot(result.table());
  std::stable_sort(parsed.problems.begin(), parsed.problems.end(),
                   [](const ConfigProblem& a, const ConfigProblem& b) {
                     return std::pair(a.line, a.column) < std::pair(b.line, b.column);
                   });
  return parsed;
}

Properties ConfigDefaults() {
  Properties defaults;
  DefaultPrinter printer(defaults);
  Config config;
  VisitConfig(toml::table(), config, printer);
  return defaults;
}

}  // namespace vmcoredd
