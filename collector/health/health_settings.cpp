// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_settings.h"

#include <dirent.h>
#include <unistd.h>

#include <memory>

#include "collector/capture/flat_text.h"
#include "collector/capture/inventory.h"
#include "collector/capture/plugin_catalog.h"
#include "collector/health/mlx5/recovery.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// Has reporters of its own, in the kernel.
constexpr std::string_view kDriverWithReporters = "mlx5_core";
constexpr uint64_t kMinPollMs = 10, kMaxPollMs = 3600 * 1000;

bool TakeFlag(std::string_view value, bool& to) {
  to = value == "1";
  return value == "1" || value == "0";
}

bool TakeNumber(std::string_view value, uint64_t max, std::optional<uint64_t>& to) {
  to = ParseNumber(value);
  return to && *to <= max;
}

bool TakePath(std::string_view value, std::string& to) {
  to = value;
  return !value.empty() && value[0] == '/' && EscapeBytes(value) == value;
}

bool TakeNeeded(std::string_view value, std::map<std::string, std::string>& needed) {
  const size_t blank = value.find(' ');
  const std::string address(value.substr(0, blank));
  if (!IsPciAddress(address)) return false;
  needed[address] = blank == value.npos ? "it is needed" : value.substr(blank + 1);
  return true;
}

// Nothing: there is no such key.
std::optional<bool> TakeLine(std::string_view key, std::string_view value, HealthSettings& to) {
  std::optional<uint64_t> number;
  if (key == "enabled") return TakeFlag(value, to.enabled);
  if (key == "mlx5") {
    to.mlx5.emplace_back(value);
    return value == "auto" || IsPciAddress(value);
  }
  if (key == "poll_ms") {
    if (!TakeNumber(value, kMaxPollMs, number) || *number < kMinPollMs) return false;
    to.poll_ms = *number;
    return true;
  }
  if (key == "recover") return TakeFlag(value, to.recover);
  if (key == "recover_method") {
    to.recover_method = value;
    return mlx5::ParseRecoveryMethod(value).has_value();
  }
  if (key == "grace_period_ms") return TakeNumber(value, UINT64_MAX, to.grace_period_ms);
  if (key == "group") {
    if (!TakeNumber(value, UINT32_MAX - 1, number)) return false;
    to.group = static_cast<gid_t>(*number);
    return true;
  }
  if (key == "socket") return TakePath(value, to.socket);
  if (key == "folder") return TakePath(value, to.folder);
  if (key == "sysroot") return TakePath(value, to.sysroot);
  if (key == "needed") return TakeNeeded(value, to.needed);
  if (key == "needed_is_known") return TakeFlag(value, to.needed_is_known);
  return std::nullopt;
}

}  // namespace

Result<HealthSettings> ParseHealthSettings(const Properties& lines) {
  HealthSettings settings;
  for (const auto& [key, value] : lines) {
    const std::optional<bool> understood = TakeLine(key, value, settings);
    if (!understood) {
      return Fail(ErrorCode::kCorrupt, "health: unknown key " + EscapeBytes(key));
    }
    if (!*understood) {
      return Fail(ErrorCode::kCorrupt, "health: no value for " + EscapeBytes(key) + ": " +
                                           EscapeBytes(value.substr(0, 80)));
    }
  }
  return settings;
}

std::vector<std::string> FindMlx5Devices(const std::string& sysroot) {
  std::vector<std::string> found;
  const Result<Inventory> inventory = ReadInventory(sysroot);
  const Result<std::vector<Plugin>> plugins = BuiltinPlugins();
  if (!inventory || !plugins) return found;
  for (const Plugin& plugin : *plugins) {
    const vmcoredd_plugin* const entry = plugin.entry ? plugin.entry() : nullptr;
    if (plugin.name != "mlx5" || !entry || !entry->match) continue;
    for (const Device& device : inventory->devices) {
      vmcoredd_device described = {};
      described.struct_size = sizeof described;
      described.bus = device.bus.c_str();
      described.address = device.address.c_str();
      described.vendor_id = device.vendor_id;
      described.device_id = device.device_id;
      // It looks at the ids only, and so needs no host.
      if (entry->match(nullptr, &described) > 0 && device.driver != kDriverWithReporters) {
        found.push_back(device.address);
      }
    }
  }
  return found;
}

}  // namespace vmcoredd
