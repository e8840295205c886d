// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/typed_json.h"

#include <functional>
#include <optional>

#include "readers/cli/devlink/print.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::devlink_cli {

namespace {

void PutText(JsonStream& json, const char* name, const std::string& raw) {
  json.Name(name);
  if (raw.empty()) {
    json.Null();
  } else {
    json.String(EscapeBytes(raw));
  }
}

template <typename T>
void PutSmall(JsonStream& json, const char* name, const std::optional<T>& value) {
  json.Name(name);
  if (value) {
    json.Uint(*value);
  } else {
    json.Null();
  }
}

void PutBig(JsonStream& json, const char* name, std::optional<uint64_t> value) {
  json.Name(name);
  if (value) {
    json.String(std::to_string(*value));
  } else {
    json.Null();
  }
}

void PutFlag(JsonStream& json, const char* name, std::optional<bool> value) {
  json.Name(name);
  if (value) {
    json.Bool(*value);
  } else {
    json.Null();
  }
}

const char* KindName(devlink::DeviceInfo::Version::Kind kind) {
  using Kind = devlink::DeviceInfo::Version::Kind;
  switch (kind) {
    case Kind::kFixed: return "fixed";
    case Kind::kRunning: return "running";
    case Kind::kStored: return "stored";
  }
  return "";
}

void PutInfo(JsonStream& json, const devlink::DeviceInfo& info) {
  PutHandle(json, info.handle);
  PutText(json, "driver", info.driver);
  PutText(json, "serial_number", info.serial_number);
  PutText(json, "board_serial_number", info.board_serial_number);
  json.Name("versions");
  json.BeginArray();
  for (const auto& version : info.versions) {
    json.BeginObject();
    json.Name("kind", KindName(version.kind));
    json.Name("name", EscapeBytes(version.name));
    json.Name("value", EscapeBytes(version.value));
    json.EndObject();
  }
  json.EndArray();
}

template <typename T>
void PrintList(Session& session,
               const char* kind,
               const std::vector<T>& list,
               void (*put)(JsonStream&, const T&)) {
  JsonStream json = session.NewDocument();
  BeginDocument(json, kind);
  json.Name(kind);
  json.BeginArray();
  for (const T& each : list) {
    json.BeginObject();
    put(json, each);
    json.EndObject();
  }
  json.EndArray();
  EndDocument(session, json);
}

}  // namespace

void BeginDocument(JsonStream& json, const char* kind) {
  json.BeginObject();
  json.Name("schema", std::string("vmcoredd-devlink-") + kind + "/1");
}

void EndDocument(Session& session, JsonStream& json) {
  json.EndObject();
  session.sink()("\n");
}

void PutHandle(JsonStream& json, const devlink::Handle& handle) {
  json.Name("device", EscapeBytes(handle.bus + '/' + handle.device));
  PutSmall(json, "port", handle.port);
}

void PutRegion(JsonStream& json, const devlink::Region& region) {
  PutHandle(json, region.handle);
  json.Name("name", EscapeBytes(region.name));
  // Notifications do not always say it.
  PutBig(json, "size", region.size != 0 ? std::optional(region.size) : std::nullopt);
  json.Name("snapshots");
  json.BeginArray();
  for (const uint32_t snapshot : region.snapshots) json.Uint(snapshot);
  json.EndArray();
  PutSmall(json, "max_snapshots", region.max_snapshots);
}

void PutReporter(JsonStream& json, const devlink::Reporter& reporter) {
  PutHandle(json, reporter.handle);
  json.Name("name", EscapeBytes(reporter.name));
  json.Name("state", reporter.state <= 1 ? std::string(ReporterStateName(reporter.state))
                                         : std::to_string(reporter.state));
  json.BigUint("errors", reporter.errors);
  json.BigUint("recoveries", reporter.recoveries);
  json.Flag("has_dump", reporter.has_dump());
  PutBig(json, "dump_time_ns", reporter.dump_time_ns);
  PutBig(json, "grace_period_ms", reporter.grace_period_ms);
  PutBig(json, "burst_period_ms", reporter.burst_period_ms);
  PutFlag(json, "auto_recover", reporter.auto_recover);
  PutFlag(json, "auto_dump", reporter.auto_dump);
}

void PutParameter(JsonStream& json, const devlink::Parameter& parameter) {
  PutHandle(json, parameter.handle);
  json.Name("name", EscapeBytes(parameter.name));
  json.Flag("generic", parameter.is_generic);
  json.Name("values");
  json.BeginArray();
  for (const auto& value : parameter.values) {
    json.BeginObject();
    json.Name("mode", ModeName(value.mode));
    if (const auto* flag = std::get_if<bool>(&value.value)) {
      json.Flag("value", *flag);
    } else if (const auto* text = std::get_if<std::string>(&value.value)) {
      json.Name("value", EscapeBytes(*text));
    } else {
      json.BigUint("value", std::get<uint64_t>(value.value));
    }
    json.EndObject();
  }
  json.EndArray();
}

void PutPort(JsonStream& json, const devlink::Port& port) {
  PutHandle(json, port.handle);
  PutText(json, "netdev", port.netdev);
  PutText(json, "type", port.type ? std::string(PortTypeName(*port.type)) : "");
  PutText(json, "flavour", port.flavour ? std::string(PortFlavourName(*port.flavour)) : "");
}

void PrintTypedRegions(Session& session, const std::vector<devlink::Region>& regions) {
  PrintList(session, "regions", regions, PutRegion);
}

void PrintTypedSnapshot(Session& session, const RegionName& name, uint32_t snapshot) {
  JsonStream json = session.NewDocument();
  BeginDocument(json, "snapshot");
  PutHandle(json, name.handle);
  json.Name("region", EscapeBytes(name.region));
  json.Field("snapshot", snapshot);
  EndDocument(session, json);
}

void PrintTypedReporters(Session& session, const std::vector<devlink::Reporter>& reporters) {
  PrintList(session, "reporters", reporters, PutReporter);
}

void PrintTypedInfos(Session& session, const std::vector<devlink::DeviceInfo>& infos) {
  PrintList(session, "infos", infos, PutInfo);
}

void PrintTypedParameters(Session& session, const std::vector<devlink::Parameter>& parameters) {
  PrintList(session, "parameters", parameters, PutParameter);
}

void PrintTypedDevices(Session& session, const std::vector<devlink::Handle>& devices) {
  PrintList(session, "devices", devices, PutHandle);
}

void PrintTypedPorts(Session& session, const std::vector<devlink::Port>& ports) {
  PrintList(session, "ports", ports, PutPort);
}

TypedRegionData::TypedRegionData(Session& session,
                                 const devlink::RegionRange& range,
                                 uint64_t region_size)
    : session_(session), json_(session.NewDocument()) {
  BeginDocument(json_, "region-data");
  PutHandle(json_, range.handle);
  json_.Name("region", EscapeBytes(range.region));
  PutSmall(json_, "snapshot", range.snapshot);
  json_.BigUint("size", region_size);
  json_.BigUint("address", range.address.value_or(0));
  json_.Name("encoding", session.options().hex ? "hex" : "base64");
  json_.Name("data");
}

void TypedRegionData::Finish(const devlink::RegionCopy& copy, const Result<void>& read) {
  json_.BigUint("length", copy.written);
  json_.Name("holes");
  json_.BeginArray();
  for (const ByteRange& hole : copy.holes) {
    json_.BeginObject();
    json_.BigUint("address", copy.begin + hole.offset);
    json_.BigUint("length", hole.size);
    json_.EndObject();
  }
  json_.EndArray();
  json_.Flag("complete", read.has_value() && copy.holes.empty());
  PutText(json_, "error", read ? std::string() : read.error().ToString());
  EndDocument(session_, json_);
}

}  // namespace vmcoredd::devlink_cli
