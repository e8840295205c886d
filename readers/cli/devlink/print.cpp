// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/print.h"

#include <linux/devlink.h>
#include <sys/sysinfo.h>
#include <time.h>

#include <array>

#include "readers/cli/devlink/arguments.h"
#include "readers/cli/devlink/session.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink_cli {

namespace {

using devlink::AttributeTable;

constexpr uint64_t kNanoseconds = 1000000000;

// Local time without a zone, as devlink says it.
void PrintDumpTime(IprouteWriter& out, time_t seconds) {
  tm local{};
  char date[32] = "", time[32] = "";
  if (::localtime_r(&seconds, &local) != nullptr) {
    std::strftime(date, sizeof date, "%Y-%m-%d", &local);
    std::strftime(time, sizeof time, "%H:%M:%S", &local);
  }
  out.Text("last_dump_date", date);
  out.Text("last_dump_time", time);
}

// Kernels before v5.3 only say how long after the boot it was, by their jiffies.
time_t SinceBoot(uint64_t milliseconds) {
  struct sysinfo info {};
  if (::sysinfo(&info) != 0) return ::time(nullptr);
  return ::time(nullptr) - info.uptime + static_cast<time_t>(milliseconds / 1000);
}

struct ValueName {
  std::string_view parameter;
  uint64_t value;
  std::string_view name;
};
// enum devlink_param_fw_load_policy_value, ..._reset_dev_on_drv_probe_value.
constexpr ValueName kValueNames[] = {
    {"fw_load_policy", DEVLINK_PARAM_FW_LOAD_POLICY_VALUE_DRIVER, "driver"},
    {"fw_load_policy", DEVLINK_PARAM_FW_LOAD_POLICY_VALUE_FLASH, "flash"},
    {"fw_load_policy", DEVLINK_PARAM_FW_LOAD_POLICY_VALUE_DISK, "disk"},
    {"fw_load_policy", DEVLINK_PARAM_FW_LOAD_POLICY_VALUE_UNKNOWN, "unknown"},
    {"reset_dev_on_drv_probe", DEVLINK_PARAM_RESET_DEV_ON_DRV_PROBE_VALUE_UNKNOWN, "unknown"},
    {"reset_dev_on_drv_probe", DEVLINK_PARAM_RESET_DEV_ON_DRV_PROBE_VALUE_ALWAYS, "always"},
    {"reset_dev_on_drv_probe", DEVLINK_PARAM_RESET_DEV_ON_DRV_PROBE_VALUE_NEVER, "never"},
    {"reset_dev_on_drv_probe", DEVLINK_PARAM_RESET_DEV_ON_DRV_PROBE_VALUE_DISK, "disk"},
};

void PrintParameterValue(IprouteWriter& out,
                         const std::string& parameter,
                         const devlink::Parameter::Value& value) {
  out.BeginItem();
  out.Text("cmode", ModeName(value.mode));
  if (const auto* flag = std::get_if<bool>(&value.value)) {
    out.Flag("value", *flag);
  } else if (const auto* text = std::get_if<std::string>(&value.value)) {
    out.Text("value", *text);
  } else {
    const uint64_t number = std::get<uint64_t>(value.value);
    if (const auto name = ParameterValueName(parameter, number)) {
      out.Text("value", *name);
    } else {
      out.Uint("value", number);
    }
  }
  out.EndItem();
}

void PrintVersions(IprouteWriter& out, const devlink::DeviceInfo& info) {
  using Kind = devlink::DeviceInfo::Version::Kind;
  constexpr std::pair<Kind, const char*> kinds[] = {
      {Kind::kFixed, "fixed"}, {Kind::kRunning, "running"}, {Kind::kStored, "stored"}};
  out.BeginObject("versions");
  for (const auto& [kind, name] : kinds) {
    bool is_open = false;
    for (const auto& version : info.versions) {
      if (version.kind != kind) continue;
      if (!is_open) out.BeginObject(name);
      is_open = true;
      out.Text(version.name, version.value);
      out.NewLine();
    }
    if (is_open) out.EndObject();
  }
  out.EndObject();
}

}  // namespace

std::optional<std::string_view> ParameterValueName(std::string_view parameter, uint64_t value) {
  for (const ValueName& each : kValueNames) {
    if (each.parameter == parameter && each.value == value) return each.name;
  }
  return std::nullopt;
}

bool HasValueNames(std::string_view parameter) {
  return ParameterValueName(parameter, 0).has_value();
}

std::optional<uint64_t> ParameterValueOf(std::string_view parameter, std::string_view name) {
  for (const ValueName& each : kValueNames) {
    if (each.parameter == parameter && each.name == name) return each.value;
  }
  return std::nullopt;
}

std::string_view ReporterStateName(uint8_t state) {
  constexpr std::array<std::string_view, 2> names = {"healthy", "error"};
  return state < names.size() ? names[state] : "<unknown state>";
}

RegionLine ToRegionLine(const devlink::Region& region) {
  return {RegionHandle(region.handle, region.name), region.size, region.snapshots, std::nullopt,
          region.max_snapshots};
}

Result<RegionLine> ReadRegionLine(const AttributeTable& attributes) {
  const auto handle = VMCOREDD_TRY(devlink::ReadHandle(attributes));
  const auto name = attributes.String(DEVLINK_ATTR_REGION_NAME);
  if (!name) return Fail(ErrorCode::kCorrupt, "expected the name of a region, found none");
  RegionLine line;
  line.handle = RegionHandle(handle, *name);
  line.size = attributes.Uint(DEVLINK_ATTR_REGION_SIZE);
  if (const auto snapshot = attributes.Uint(DEVLINK_ATTR_REGION_SNAPSHOT_ID)) {
    line.snapshot = static_cast<uint32_t>(*snapshot);
  }
  return line;
}

void PrintRegion(IprouteWriter& out, const RegionLine& region) {
  out.BeginEntry(region.handle);
  if (region.size) out.Counter("size", *region.size);
  const auto print_snapshots = [&](const std::vector<uint32_t>& list, const char* open,
                                   const char* close) {
    if (out.is_json()) {
      out.json().Name("snapshot");
      out.json().BeginArray();
      for (const uint32_t each : list) out.json().Uint(each);
      out.json().EndArray();
      return;
    }
    out.text().Word(std::string("snapshot ") + open);
    for (size_t i = 0; i < list.size(); ++i) {
      out.text().Print((i == 0 ? "" : " ") + std::to_string(list[i]));
    }
    out.text().Print(close);
  };
  if (region.snapshots) print_snapshots(*region.snapshots, "[", "]");
  if (region.snapshot) print_snapshots({*region.snapshot}, "", "");
  if (region.max_snapshots) out.Counter("max", *region.max_snapshots);
  out.EndEntry();
}

void PrintReporter(IprouteWriter& out, const devlink::Reporter& reporter) {
  out.BeginGrouped(reporter.handle.ToString());
  out.Text("reporter", reporter.name);
  out.NewLine();
  out.Indent();
  out.Text("state", ReporterStateName(reporter.state));
  out.Counter("error", reporter.errors);
  out.Counter("recover", reporter.recoveries);
  if (reporter.dump_time_ns) {
    PrintDumpTime(out, static_cast<time_t>(*reporter.dump_time_ns / kNanoseconds));
  } else if (reporter.dump_time_ms) {
    PrintDumpTime(out, SinceBoot(*reporter.dump_time_ms));
  }
  if (reporter.grace_period_ms) out.Counter("grace_period", *reporter.grace_period_ms);
  if (reporter.burst_period_ms) out.Counter("burst_period", *reporter.burst_period_ms);
  if (reporter.auto_recover) out.Flag("auto_recover", *reporter.auto_recover);
  if (reporter.auto_dump) out.Flag("auto_dump", *reporter.auto_dump);
  out.Outdent();
  out.EndGrouped();
}

void PrintInfo(IprouteWriter& out, const devlink::DeviceInfo& info) {
  const std::pair<const char*, const std::string&> fields[] = {
      {"driver", info.driver},
      {"serial_number", info.serial_number},
      {"board.serial_number", info.board_serial_number}};
  bool has_content = !info.versions.empty();
  for (const auto& field : fields) has_content |= !field.second.empty();
  if (!has_content) return;
  out.BeginEntry(info.handle.ToString());
  out.Indent();
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    out.NewLine();
    out.Text(name, value);
  }
  out.Outdent();
  if (!info.versions.empty()) PrintVersions(out, info);
  out.EndEntry();
}

void PrintParameter(IprouteWriter& out, const devlink::Parameter& parameter, bool grouped) {
  if (grouped) {
    out.BeginGrouped(parameter.handle.ToString());
  } else {
    out.BeginEntry(parameter.handle.ToString());
  }
  out.Text("name", parameter.name);
  out.Text("type", parameter.is_generic ? "generic" : "driver-specific");
  out.BeginArray("values");
  for (const auto& value : parameter.values) PrintParameterValue(out, parameter.name, value);
  out.EndArray();
  out.EndEntry();
}

}  // namespace vmcoredd::devlink_cli
