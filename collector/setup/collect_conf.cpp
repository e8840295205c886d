// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/collect_conf.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "collector/capture/collect_config.h"
#include "collector/capture/flat_text.h"
#include "collector/setup/identity.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd {

namespace {

std::string Ids(const NeededDevice& device) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%04x:%04x", device.vendor_id, device.device_id);
  return text.data();
}

void Append(std::string& text, std::string_view key, std::string_view value) {
  AppendFlatLine(text, key, EscapeBytes(value));
}

void AppendFlag(std::string& text, std::string_view key, bool value) {
  AppendFlatLine(text, key, value ? "1" : "0");
}

void AppendAll(std::string& text, std::string_view key, const std::vector<std::string>& values) {
  for (const std::string& value : values) Append(text, key, value);
}

// Empty: devices may be held.
std::string WhyNoHold(const CollectConfInput& input) {
  if (!input.config.hold.enabled) return "hold.enabled is false";
  if (input.release.empty()) return "the kernel of the image is not known";
  // Names and places of devices are those of the running kernel.
  if (input.running != input.release) return "compiled while " + input.running + " was running";
  if (!input.path.unknown.empty()) return "dump path unknown: " + input.path.unknown.front();
  if (input.path.devices.empty()) return "dump path unknown";
  return {};
}

std::string_view KeyOf(std::string_view line) { return line.substr(0, line.find('=')); }

}  // namespace

std::string CompileCollectConf(const CollectConfInput& input) {
  const Config& config = input.config;
  std::string text;
  AppendFlatLine(text, "schema", kCollectConfigSchema);
  Append(text, "generator", input.generator);
  Append(text, "time", UtcTime(input.time));
  Append(text, "release", input.release);
  std::string no_early = input.early_disabled;
  if (!config.early.enabled) no_early = "early.enabled is false";
  AppendFlag(text, "early", no_early.empty());
  if (!no_early.empty()) Append(text, "early_reason", no_early);
  const std::string no_hold = WhyNoHold(input);
  AppendFlag(text, "hold", no_hold.empty());
  if (!no_hold.empty()) Append(text, "hold_reason", no_hold);
  Append(text, "allow", config.budget.allow);
  AppendFlatLine(text, "early_ms", config.early.time_ms);
  AppendFlatLine(text, "late_ms", config.late.time_ms);
  AppendFlatLine(text, "device_ms", config.budget.device_ms);
  AppendFlatLine(text, "late_device_ms", config.late.device_ms);
  AppendFlag(text, "early_bar", config.early.bars);
  AppendFlatLine(text, "spool_max", config.budget.early_bytes);
  AppendFlatLine(text, "late_max", config.budget.late_bytes);
  AppendFlatLine(text, "device_max", config.budget.device_bytes);
  AppendFlatLine(text, "memory_floor", config.budget.memory_floor);
  AppendFlag(text, "compress", config.budget.compress);
  AppendAll(text, "fallback", config.save.fallback);
  // An older collector would warn of it in every manifest.
  if (config.save.max_bytes != 0) AppendFlatLine(text, "archive_max", config.save.max_bytes);
  AppendAll(text, "plugin", config.plugins.paths);
  for (const auto& [key, value] : config.plugins.options) Append(text, "option." + key, value);
  for (size_t i = 0; i < config.generic.size(); ++i) {
    Append(text, "option.generic.range." + std::to_string(i), config.generic[i]);
  }
  AppendAll(text, "skip", config.devices.skip);
  // A path that is not known for sure is not told at all: half of it would look whole.
  if (input.path.unknown.empty()) {
    for (const NeededDevice& device : input.path.devices) {
      Append(text, "path", device.address + ' ' + Ids(device));
    }
  }
  AppendAll(text, "hold_also", config.hold.also);
  AppendAll(text, "hold_never", config.hold.never);
  AppendAll(text, "vfio", config.devices.vfio);
  // The reader takes so many bytes and no more; finalise has the whole record.
  for (const auto& [key, value] : input.identity) {
    const size_t before = text.size();
    Append(text, key, value);
    if (text.size() <= kMaxCollectConfigBytes) continue;
    text.resize(before);
    break;
  }
  return text;
}

bool SameCollectConf(std::string_view a, std::string_view b) {
  const auto lines_a = Lines(a);
  const auto lines_b = Lines(b);
  return std::equal(
      lines_a.begin(), lines_a.end(), lines_b.begin(), lines_b.end(),
      [](std::string_view x, std::string_view y) {
        return x == y || (KeyOf(x) == KeyOf(y) && (KeyOf(x) == "time" || KeyOf(x) == "generator"));
      });
}

CollectConfInput GatherCollectConf(const Sysroot& root, const Config& config) {
  CollectConfInput input;
  input.config = config;
  input.path = FindDumpPath(root, ReadKdumpTarget(root));
  input.running = root.Line("/proc/sys/kernel/osrelease");
  input.release = input.running;
  input.identity = CollectIdentity(root);
  if (root.Exists(kEarlyDisabledPath)) {
    input.early_disabled = root.Line(kEarlyDisabledPath);
    if (input.early_disabled.empty()) input.early_disabled = "disabled by hand";
  }
  return input;
}

}  // namespace vmcoredd
