// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/watch_config.h"

#include <array>
#include <utility>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::watch {

namespace {

constexpr size_t kMaxRules = 64;
constexpr size_t kMaxListed = 256;

bool TakeFlag(std::string_view value, bool& to) {
  to = value == "1";
  return value == "1" || value == "0";
}

bool TakeNumber(std::string_view value, uint64_t& to) {
  const auto number = ParseNumber(value);
  to = number.value_or(0);
  return number.has_value();
}

bool TakeText(std::string_view value, std::string& to) {
  auto text = UnescapeBytes(value);
  if (!text || text->find('\0') != text->npos) return false;
  to = *std::move(text);
  return true;
}

bool TakeListed(std::string_view value, std::vector<std::string>& to) {
  std::string text;
  if (to.size() == kMaxListed || !TakeText(value, text)) return false;
  to.push_back(std::move(text));
  return true;
}

bool TakeCapture(std::string_view value, WatchRule& rule) {
  const std::array<std::pair<std::string_view, bool*>, 5> parts = {
      {{"dump", &rule.dump},
       {"diagnose", &rule.diagnose},
       {"snapshots", &rule.snapshots},
       {"devcoredump", &rule.devcoredump},
       {"plugins", &rule.plugins}}};
  for (const auto& [name, flag] : parts) {
    if (name != value) continue;
    *flag = true;
    return true;
  }
  return false;
}

bool TakeClass(std::string_view value, vmcoredd_dump_class& to) {
  if (value == "passive") return to = VMCOREDD_DUMP_PASSIVE, true;
  if (value == "side-effect") return to = VMCOREDD_DUMP_SIDE_EFFECT, true;
  if (value == "intrusive") return to = VMCOREDD_DUMP_INTRUSIVE, true;
  return false;
}

bool TakeEvent(std::string_view value, std::vector<EventKind>& to) {
  const auto kind = ParseEventKind(value);
  if (!kind || to.size() == kMaxListed) return false;
  to.push_back(*kind);
  return true;
}

// A key of a rule. Nothing: there is no such key.
std::optional<bool> TakeRuleLine(std::string_view key, std::string_view value, WatchRule& rule) {
  if (key == "event") return TakeEvent(value, rule.events);
  if (key == "bus") return TakeText(value, rule.bus);
  if (key == "device") return TakeText(value, rule.device);
  if (key == "driver") return TakeText(value, rule.driver);
  if (key == "reporter") return TakeText(value, rule.reporter);
  if (key == "region") return TakeText(value, rule.region);
  if (key == "capture") return TakeCapture(value, rule);
  if (key == "allow") return TakeClass(value, rule.allow);
  if (key == "manage_recovery") return TakeFlag(value, rule.manage_recovery);
  if (key == "clear_dump") return TakeFlag(value, rule.clear_dump);
  if (key == "release_devcoredump") return TakeFlag(value, rule.release_devcoredump);
  if (key == "captures") return TakeNumber(value, rule.captures);
  if (key == "window_s") return TakeNumber(value, rule.window_s) && rule.window_s != 0;
  if (key == "hook") return TakeListed(value, rule.hook);
  return std::nullopt;
}

std::optional<bool> TakeLine(std::string_view key, std::string_view value, WatchConfig& config) {
  const std::array<std::pair<std::string_view, uint64_t*>, 11> numbers = {
      {{"enumerate_s", &config.enumerate_s},
       {"parallel", &config.parallel},
       {"dump_wait_ms", &config.dump_wait_ms},
       {"capture_s", &config.capture_s},
       {"silence_s", &config.silence_s},
       {"archive_bytes", &config.archive_bytes},
       {"free_bytes", &config.free_bytes},
       {"keep_count", &config.keep_count},
       {"keep_bytes", &config.keep_bytes},
       {"keep_days", &config.keep_days},
       {"hook_s", &config.hook_s}}};
  for (const auto& [name, number] : numbers) {
    if (name == key) return TakeNumber(value, *number);
  }
  if (key == "directory") return TakeText(value, config.directory);
  if (key == "trace") return TakeFlag(value, config.trace);
  if (key == "textfile") return TakeText(value, config.textfile);
  if (key == "plugin") return TakeListed(value, config.plugin_paths);
  if (key.starts_with("option.")) {
    std::string text;
    if (config.plugin_options.size() == kMaxListed || !TakeText(value, text)) return false;
    config.plugin_options.emplace_back(key.substr(7), std::move(text));
    return true;
  }
  return std::nullopt;
}

WatchRule EmptyRule() {
  WatchRule rule;
  rule.dump = rule.snapshots = rule.devcoredump = false;
  return rule;
}

}  // namespace

Result<WatchConfig> ParseWatchConfig(std::string_view text) {
  if (text.size() > kMaxWatchConfigBytes) {
    return Fail(ErrorCode::kLimitExceeded, "a configuration of " + std::to_string(text.size()) +
                                               " bytes, at most " +
                                               std::to_string(kMaxWatchConfigBytes));
  }
  WatchConfig config;
  for (size_t line = 1; !text.empty(); ++line) {
    const std::string place = "line " + std::to_string(line);
    const auto taken = TakeFlatLine(text);
    if (!taken) return FailWith(taken.error(), place);
    const auto [key, value] = *taken;
    if (line == 1) {
      if (key != "schema" || !value.starts_with("vmcoredd-watch/")) {
        return Fail(ErrorCode::kNotRecognised, "not a configuration of vmcoredd-watch");
      }
      if (value != kWatchConfigSchema) {
        return Fail(ErrorCode::kUnsupported, "expected " + std::string(kWatchConfigSchema) +
                                                 ", found " + EscapeBytes(value));
      }
      continue;
    }
    // Understood by ParseHealthSettings() of collector/health.
    if (key.starts_with("health.")) {
      if (config.health.size() == kMaxListed) {
        return Fail(ErrorCode::kLimitExceeded, place + ": too much about health");
      }
      config.health.emplace_back(key.substr(7), value);
      continue;
    }
    if (key == "rule") {
      if (config.rules.size() == kMaxRules) {
        return Fail(ErrorCode::kLimitExceeded, place + ": more than 64 rules");
      }
      config.rules.push_back(EmptyRule());
      continue;
    }
    const std::optional<bool> understood = config.rules.empty()
                                               ? TakeLine(key, value, config)
                                               : TakeRuleLine(key, value, config.rules.back());
    if (!understood) {
      return Fail(ErrorCode::kCorrupt, place + ": unknown key " + EscapeBytes(key));
    }
    if (!*understood) {
      return Fail(ErrorCode::kCorrupt, place + ": no value for " + EscapeBytes(key) + ": " +
                                           EscapeBytes(value.substr(0, 80)));
    }
  }
  if (config.directory.empty() || config.directory[0] != '/' || config.rules.empty() ||
      config.parallel == 0) {
    return Fail(ErrorCode::kCorrupt, "no folder, no rule, or no captures at once");
  }
  return config;
}

}  // namespace vmcoredd::watch
