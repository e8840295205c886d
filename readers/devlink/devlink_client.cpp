// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/devlink_client.h"

#include "readers/devlink/request.h"
#include "vmcoredd/format/devlink/attributes.h"

// Devices, ports, regions and parameters; health is in devlink_health.cpp.

namespace vmcoredd::devlink {

Request& Request::Put(const Handle& handle) {
  PutString(DEVLINK_ATTR_BUS_NAME, handle.bus);
  PutString(DEVLINK_ATTR_DEV_NAME, handle.device);
  if (handle.port) PutU32(DEVLINK_ATTR_PORT_INDEX, *handle.port);
  return *this;
}

namespace {

Request RegionRequest(GenericClient& client,
                      uint8_t command,
                      const Handle& handle,
                      const std::string& region) {
  Request request(client, command);
  request.Put(handle).PutString(DEVLINK_ATTR_REGION_NAME, region);
  return request;
}

Result<Handle> ReadDevice(const Message& message) {
  return ReadHandle(VMCOREDD_TRY(AttributeTable::Read(message)));
}

// Walks to the chunks of one message. Runs some hundred thousand times a second: no memory
// of its own, and lambdas that fit into std::function without any.
struct ChunkWalk {
  const DevlinkClient::ChunkVisitor& visit;
  std::optional<uint64_t> address;
  std::optional<std::span<const std::byte>> bytes;

  Result<void> Walk(const Message& message) {
    const auto chunks = [this](const Attribute& attribute) -> Result<void> {
      if (attribute.type != DEVLINK_ATTR_REGION_CHUNKS) return {};
      return VisitAttributes(attribute.bytes, attribute.offset, attribute.order,
                             [this](const Attribute& chunk) { return Chunk(chunk); });
    };
    return VisitAttributes(message.attributes(), message.attributes_offset(), message.order,
                           chunks);
  }

  Result<void> Chunk(const Attribute& chunk) {
    if (chunk.type != DEVLINK_ATTR_REGION_CHUNK) return {};
    address.reset();
    bytes.reset();
    const auto take = [this](const Attribute& part) -> Result<void> {
      if (part.type == DEVLINK_ATTR_REGION_CHUNK_ADDR) address = part.ToUint();
      if (part.type == DEVLINK_ATTR_REGION_CHUNK_DATA) bytes = part.bytes;
      return {};
    };
    VMCOREDD_TRY(VisitAttributes(chunk.bytes, chunk.offset, chunk.order, take));
    if (!address || !bytes) {
      return FailAt(ErrorCode::kCorrupt, chunk.offset,
                    "expected a chunk of a region with address and data, found one without");
    }
    return visit({*address, *bytes});
  }
};

}  // namespace

Result<DevlinkClient> DevlinkClient::Open(std::unique_ptr<MessageChannel> channel,
                                          std::chrono::milliseconds timeout) {
  return DevlinkClient(
      VMCOREDD_TRY(GenericClient::Open(std::move(channel), DEVLINK_GENL_NAME, timeout)));
}

Result<std::vector<Handle>> DevlinkClient::Devices() {
  return ListAll(Request(client_, DEVLINK_CMD_GET), ReadDevice);
}

Result<std::vector<Port>> DevlinkClient::Ports() {
  return ListAll(Request(client_, DEVLINK_CMD_PORT_GET), ReadPort);
}

Result<std::vector<DeviceInfo>> DevlinkClient::Infos() {
  return ListAll(Request(client_, DEVLINK_CMD_INFO_GET), ReadDeviceInfo);
}

Result<DeviceInfo> DevlinkClient::Info(const Handle& device) {
  Request request(client_, DEVLINK_CMD_INFO_GET);
  request.Put(device);
  return GetOne(std::move(request), ReadDeviceInfo);
}

Result<std::vector<Region>> DevlinkClient::Regions() {
  return ListAll(Request(client_, DEVLINK_CMD_REGION_GET), devlink::ReadRegion);
}

Result<Region> DevlinkClient::GetRegion(const Handle& handle, const std::string& region) {
  return GetOne(RegionRequest(client_, DEVLINK_CMD_REGION_GET, handle, region),
                devlink::ReadRegion);
}

Result<uint32_t> DevlinkClient::NewSnapshot(const Handle& handle,
                                            const std::string& region,
                                            std::optional<uint32_t> snapshot) {
  Request request = RegionRequest(client_, DEVLINK_CMD_REGION_NEW, handle, region);
  if (snapshot) request.PutU32(DEVLINK_ATTR_REGION_SNAPSHOT_ID, *snapshot);
  std::optional<uint32_t> made = snapshot;
  const auto take = [&made](const Message& message) -> Result<void> {
    const Region answer = VMCOREDD_TRY(devlink::ReadRegion(message));
    if (!answer.snapshots.empty()) made = answer.snapshots.front();
    return {};
  };
  VMCOREDD_TRY(std::move(request).Do(take));
  if (!made) {
    return Fail(ErrorCode::kCorrupt, "expected the number of the new snapshot, found none");
  }
  return *made;
}

Result<void> DevlinkClient::DeleteSnapshot(const Handle& handle,
                                           const std::string& region,
                                           uint32_t snapshot) {
  Request request = RegionRequest(client_, DEVLINK_CMD_REGION_DEL, handle, region);
  request.PutU32(DEVLINK_ATTR_REGION_SNAPSHOT_ID, snapshot);
  return std::move(request).Do();
}

bool DevlinkClient::can_read_device() const {
  // Kernels with a policy for each command, and those are new, say 0 of the family.
  const uint32_t known = client_.family().max_attribute;
  return known == 0 || known >= kAttrRegionDirect;
}

Result<void> DevlinkClient::ReadRegion(const RegionRange& range, const ChunkVisitor& visit) {
  if (range.address.has_value() != range.length.has_value()) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected both address and length of what to read, or none");
  }
  if (!range.snapshot && !can_read_device()) {  // it would only say EINVAL
    return Fail(ErrorCode::kUnsupported,
                "this kernel reads regions from a snapshot only: the device itself since v6.3");
  }
  Request request = RegionRequest(client_, DEVLINK_CMD_REGION_READ, range.handle, range.region);
  if (range.snapshot) {
    request.PutU32(DEVLINK_ATTR_REGION_SNAPSHOT_ID, *range.snapshot);
  } else {
    request.PutFlag(kAttrRegionDirect);
  }
  if (range.address) {
    request.PutU64(DEVLINK_ATTR_REGION_CHUNK_ADDR, *range.address);
    request.PutU64(DEVLINK_ATTR_REGION_CHUNK_LEN, *range.length);
  }
  ChunkWalk walk{visit, {}, {}};
  return std::move(request).Dump([&walk](const Message& message) { return walk.Walk(message); },
                                 nullptr);
}

Result<std::vector<Parameter>> DevlinkClient::Parameters() {
  return ListAll(Request(client_, DEVLINK_CMD_PARAM_GET), ReadParameter);
}

Result<Parameter> DevlinkClient::GetParameter(const Handle& device, const std::string& name) {
  Request request(client_, DEVLINK_CMD_PARAM_GET);
  request.Put(device).PutString(DEVLINK_ATTR_PARAM_NAME, name);
  return GetOne(std::move(request), ReadParameter);
}

Result<void> DevlinkClient::SetParameter(const Handle& device,
                                         const Parameter& parameter,
                                         const Parameter::Value& value) {
  Request request(client_, DEVLINK_CMD_PARAM_SET);
  request.Put(device)
      .PutString(DEVLINK_ATTR_PARAM_NAME, parameter.name)
      .PutU8(DEVLINK_ATTR_PARAM_TYPE, parameter.type)
      .PutU8(DEVLINK_ATTR_PARAM_VALUE_CMODE, value.mode);
  const auto type = static_cast<FmsgType>(parameter.type);
  const uint16_t data = DEVLINK_ATTR_PARAM_VALUE_DATA;
  const auto* flag = std::get_if<bool>(&value.value);
  const auto* number = std::get_if<uint64_t>(&value.value);
  const auto* text = std::get_if<std::string>(&value.value);
  if (type == FmsgType::kFlag && flag != nullptr) {
    if (*flag) request.PutFlag(data);
  } else if (type == FmsgType::kString && text != nullptr) {
    request.PutString(data, *text);
  } else if (type == FmsgType::kU8 && number != nullptr && *number <= UINT8_MAX) {
    request.PutU8(data, static_cast<uint8_t>(*number));
  } else if (type == FmsgType::kU16 && number != nullptr && *number <= UINT16_MAX) {
    request.PutU16(data, static_cast<uint16_t>(*number));
  } else if (type == FmsgType::kU32 && number != nullptr && *number <= UINT32_MAX) {
    request.PutU32(data, static_cast<uint32_t>(*number));
  } else if (type == FmsgType::kU64 && number != nullptr) {
    request.PutU64(data, *number);
  } else {
    return Fail(ErrorCode::kInvalidArgument, "the value is not one of type " +
                                                 std::to_string(parameter.type) +
                                                 ", which the parameter has");
  }
  return std::move(request).Do();
}

}  // namespace vmcoredd::devlink
