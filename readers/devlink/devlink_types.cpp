// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/devlink_types.h"

#include <charconv>
#include <utility>

#include "vmcoredd/base/text.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink {

namespace {

std::optional<uint32_t> ParseNumber(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Of an attribute that must be there.
tl::unexpected<Error> Missing(const char* what, uint64_t offset) {
  return FailAt(ErrorCode::kCorrupt, offset, std::string("expected ") + what + ", found none");
}

Result<std::string> RequireString(const AttributeTable& table,
                                  uint16_t type,
                                  const char* what,
                                  uint64_t offset) {
  auto text = table.String(type);
  if (!text) return Missing(what, offset);
  return *std::move(text);
}

Result<AttributeTable> RequireNest(const AttributeTable& table,
                                   uint16_t type,
                                   const char* what,
                                   uint64_t offset) {
  const Attribute* nest = table.Find(type);
  if (nest == nullptr) return Missing(what, offset);
  return AttributeTable::Read(*nest);
}

template <typename T>
std::optional<T> Narrow(std::optional<uint64_t> value) {
  if (!value || !std::in_range<T>(*value)) return std::nullopt;
  return static_cast<T>(*value);
}

std::optional<bool> ToBool(std::optional<uint64_t> value) {
  if (!value) return std::nullopt;
  return *value != 0;
}

}  // namespace

std::string Handle::ToString() const {
  std::string text = bus + "/" + device;
  if (port) text += "/" + std::to_string(*port);
  return text;
}

Result<Handle> ParseHandle(std::string_view text) {
  const auto wrong = [text] {
    return Fail(ErrorCode::kInvalidArgument,
                "expected BUS/DEVICE or BUS/DEVICE/PORT, found '" + EscapeBytes(text) + "'");
  };
  const size_t first = text.find('/');
  if (first == 0 || first == std::string_view::npos) return wrong();
  std::string_view device = text.substr(first + 1);
  Handle handle;
  handle.bus = text.substr(0, first);
  if (const size_t second = device.find('/'); second != std::string_view::npos) {
    handle.port = ParseNumber(device.substr(second + 1));
    if (!handle.port) return wrong();
    device = device.substr(0, second);
  }
  if (device.empty() || text.find('\0') != std::string_view::npos) return wrong();
  handle.device = device;
  return handle;
}

Result<Handle> ReadHandle(const AttributeTable& attributes) {
  Handle handle;
  handle.bus =
      VMCOREDD_TRY(RequireString(attributes, DEVLINK_ATTR_BUS_NAME, "the name of a bus", 0));
  handle.device =
      VMCOREDD_TRY(RequireString(attributes, DEVLINK_ATTR_DEV_NAME, "the name of a device", 0));
  handle.port = Narrow<uint32_t>(attributes.Uint(DEVLINK_ATTR_PORT_INDEX));
  return handle;
}

Result<Region> ReadRegion(const Message& message) {
  const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(message));
  Region region;
  region.handle = VMCOREDD_TRY(ReadHandle(table));
  region.name = VMCOREDD_TRY(
      RequireString(table, DEVLINK_ATTR_REGION_NAME, "the name of a region", message.offset));
  region.size = table.Uint(DEVLINK_ATTR_REGION_SIZE).value_or(0);
  region.max_snapshots = Narrow<uint32_t>(table.Uint(kAttrRegionMaxSnapshots));
  // Notifications, and the answer to REGION_NEW, have the one snapshot they are about.
  if (const auto id = Narrow<uint32_t>(table.Uint(DEVLINK_ATTR_REGION_SNAPSHOT_ID))) {
    region.snapshots.push_back(*id);
  }
  const Attribute* snapshots = table.Find(DEVLINK_ATTR_REGION_SNAPSHOTS);
  if (snapshots == nullptr) return region;
  const auto take = [&region](const Attribute& snapshot) -> Result<void> {
    if (snapshot.type != DEVLINK_ATTR_REGION_SNAPSHOT) return {};
    const AttributeTable entry = VMCOREDD_TRY(AttributeTable::Read(snapshot));
    const auto id = Narrow<uint32_t>(entry.Uint(DEVLINK_ATTR_REGION_SNAPSHOT_ID));
    if (!id) return Missing("the number of a snapshot", snapshot.offset);
    region.snapshots.push_back(*id);
    return {};
  };
  VMCOREDD_TRY(VisitAttributes(snapshots->bytes, snapshots->offset, snapshots->order, take));
  return region;
}

Result<Reporter> ReadReporter(const Message& message) {
  const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(message));
  Reporter reporter;
  reporter.handle = VMCOREDD_TRY(ReadHandle(table));
  const AttributeTable nest = VMCOREDD_TRY(
      RequireNest(table, DEVLINK_ATTR_HEALTH_REPORTER, "a health reporter", message.offset));
  reporter.name = VMCOREDD_TRY(RequireString(nest, DEVLINK_ATTR_HEALTH_REPORTER_NAME,
                                             "the name of a reporter", message.offset));
  reporter.state =
      Narrow<uint8_t>(nest.Uint(DEVLINK_ATTR_HEALTH_REPORTER_STATE)).value_or(reporter.state);
  reporter.errors = nest.Uint(DEVLINK_ATTR_HEALTH_REPORTER_ERR_COUNT).value_or(0);
  reporter.recoveries = nest.Uint(DEVLINK_ATTR_HEALTH_REPORTER_RECOVER_COUNT).value_or(0);
  reporter.dump_time_ms = nest.Uint(DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS);
  reporter.dump_time_ns = nest.Uint(DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS);
  reporter.grace_period_ms = nest.Uint(DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD);
  reporter.burst_period_ms = nest.Uint(kAttrHealthBurstPeriod);
  reporter.auto_recover = ToBool(nest.Uint(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER));
  reporter.auto_dump = ToBool(nest.Uint(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP));
  return reporter;
}

namespace {

std::optional<DeviceInfo::Version::Kind> VersionKind(uint16_t attribute) {
  switch (attribute) {
    case DEVLINK_ATTR_INFO_VERSION_FIXED: return DeviceInfo::Version::Kind::kFixed;
    case DEVLINK_ATTR_INFO_VERSION_RUNNING: return DeviceInfo::Version::Kind::kRunning;
    case DEVLINK_ATTR_INFO_VERSION_STORED: return DeviceInfo::Version::Kind::kStored;
    default: return std::nullopt;
  }
}

}  // namespace

Result<DeviceInfo> ReadDeviceInfo(const Message& message) {
  const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(message));
  DeviceInfo info;
  info.handle = VMCOREDD_TRY(ReadHandle(table));
  info.driver = table.String(DEVLINK_ATTR_INFO_DRIVER_NAME).value_or("");
  info.serial_number = table.String(DEVLINK_ATTR_INFO_SERIAL_NUMBER).value_or("");
  info.board_serial_number = table.String(DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER).value_or("");
  const auto take = [&info](const Attribute& attribute) -> Result<void> {
    const auto kind = VersionKind(attribute.type);
    if (!kind) return {};
    const AttributeTable nest = VMCOREDD_TRY(AttributeTable::Read(attribute));
    DeviceInfo::Version version;
    version.kind = *kind;
    version.name = VMCOREDD_TRY(RequireString(nest, DEVLINK_ATTR_INFO_VERSION_NAME,
                                              "the name of a version", attribute.offset));
    version.value = nest.String(DEVLINK_ATTR_INFO_VERSION_VALUE).value_or("");
    info.versions.push_back(std::move(version));
    return {};
  };
  VMCOREDD_TRY(
      VisitAttributes(message.attributes(), message.attributes_offset(), message.order, take));
  return info;
}

Result<Port> ReadPort(const Message& message) {
  const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(message));
  Port port;
  port.handle = VMCOREDD_TRY(ReadHandle(table));
  if (!port.handle.port) return Missing("the number of a port", message.offset);
  port.netdev = table.String(DEVLINK_ATTR_PORT_NETDEV_NAME).value_or("");
  port.type = Narrow<uint16_t>(table.Uint(DEVLINK_ATTR_PORT_TYPE));
  port.flavour = Narrow<uint16_t>(table.Uint(DEVLINK_ATTR_PORT_FLAVOUR));
  return port;
}

namespace {

// Nothing for a type, or a size, that this version does not know.
Result<std::optional<Parameter::Value>> ReadParameterValue(const Attribute& attribute,
                                                           uint8_t type) {
  const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(attribute));
  Parameter::Value value;
  const auto mode = Narrow<uint8_t>(table.Uint(DEVLINK_ATTR_PARAM_VALUE_CMODE));
  if (!mode) return Missing("the mode of a value", attribute.offset);
  value.mode = *mode;
  const Attribute* data = table.Find(DEVLINK_ATTR_PARAM_VALUE_DATA);
  switch (static_cast<FmsgType>(type)) {
    case FmsgType::kFlag:  // there, or not
      value.value = data != nullptr;
      return value;
    case FmsgType::kString:
      if (data == nullptr) return std::nullopt;
      value.value = data->ToString();
      return value;
    case FmsgType::kU8:
    case FmsgType::kU16:
    case FmsgType::kU32:
    case FmsgType::kU64: {
      const auto number = data != nullptr ? data->ToUint() : std::nullopt;
      if (!number) return std::nullopt;
      value.value = *number;
      return value;
    }
    default: return std::nullopt;
  }
}

}  // namespace

Result<Parameter> ReadParameter(const Message& message) {
  const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(message));
  Parameter parameter;
  parameter.handle = VMCOREDD_TRY(ReadHandle(table));
  const AttributeTable nest =
      VMCOREDD_TRY(RequireNest(table, DEVLINK_ATTR_PARAM, "a parameter", message.offset));
  parameter.name = VMCOREDD_TRY(
      RequireString(nest, DEVLINK_ATTR_PARAM_NAME, "the name of a parameter", message.offset));
  parameter.is_generic = nest.Has(DEVLINK_ATTR_PARAM_GENERIC);
  parameter.type = Narrow<uint8_t>(nest.Uint(DEVLINK_ATTR_PARAM_TYPE)).value_or(0);
  const Attribute* values = nest.Find(DEVLINK_ATTR_PARAM_VALUES_LIST);
  if (values == nullptr) return parameter;
  const auto take = [&parameter](const Attribute& attribute) -> Result<void> {
    if (attribute.type != DEVLINK_ATTR_PARAM_VALUE) return {};
    auto value = VMCOREDD_TRY(ReadParameterValue(attribute, parameter.type));
    if (value) parameter.values.push_back(*std::move(value));
    return {};
  };
  VMCOREDD_TRY(VisitAttributes(values->bytes, values->offset, values->order, take));
  return parameter;
}

}  // namespace vmcoredd::devlink
