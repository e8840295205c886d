// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_READERS_DEVLINK_DEVICE_ANSWERS_H_
#define TESTS_UNIT_READERS_DEVLINK_DEVICE_ANSWERS_H_

#include <linux/devlink.h>
#include <linux/netlink.h>

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "readers/devlink/devlink_types.h"
#include "tests/support/devlink/recorded_channel.h"

// Messages about devices, as the lists of a kernel have them.

namespace vmcoredd::devlink {

inline MessageBuilder From(uint8_t command, const Handle& handle) {
  MessageBuilder message = NewMessage(command, NLM_F_MULTI);
  message.PutString(DEVLINK_ATTR_BUS_NAME, handle.bus);
  message.PutString(DEVLINK_ATTR_DEV_NAME, handle.device);
  if (handle.port) message.PutU32(DEVLINK_ATTR_PORT_INDEX, *handle.port);
  return message;
}

inline std::vector<std::byte> InfoOf(const Handle& handle) {
  MessageBuilder message = From(DEVLINK_CMD_INFO_GET, handle);
  message.PutString(DEVLINK_ATTR_INFO_DRIVER_NAME, "mlx5_core");
  message.PutString(DEVLINK_ATTR_INFO_SERIAL_NUMBER, "AB12");
  for (const auto& [kind, name, value] :
       {std::tuple{DEVLINK_ATTR_INFO_VERSION_FIXED, "fw.psid", "MT_1"},
        std::tuple{DEVLINK_ATTR_INFO_VERSION_RUNNING, "fw", "16.35"},
        std::tuple{DEVLINK_ATTR_INFO_VERSION_STORED, "fw", "16.36"},
        std::tuple{DEVLINK_ATTR_INFO_VERSION_RUNNING, "empty", ""}}) {
    message.BeginNest(static_cast<uint16_t>(kind));
    message.PutString(DEVLINK_ATTR_INFO_VERSION_NAME, name);
    message.PutString(DEVLINK_ATTR_INFO_VERSION_VALUE, value);
    message.EndNest();
  }
  return ToVector(message);
}

inline std::vector<std::byte> PortOf(const Handle& handle, const char* netdev) {
  MessageBuilder message = From(DEVLINK_CMD_PORT_GET, handle);
  message.PutString(DEVLINK_ATTR_PORT_NETDEV_NAME, netdev);
  return ToVector(message);
}

inline std::vector<std::byte> RegionOf(const Handle& handle,
                                       const std::string& name,
                                       uint64_t size,
                                       const std::vector<uint32_t>& snapshots) {
  MessageBuilder message = From(DEVLINK_CMD_REGION_GET, handle);
  message.PutString(DEVLINK_ATTR_REGION_NAME, name);
  message.PutU64(DEVLINK_ATTR_REGION_SIZE, size);
  message.BeginNest(DEVLINK_ATTR_REGION_SNAPSHOTS);
  for (const uint32_t snapshot : snapshots) {
    message.BeginNest(DEVLINK_ATTR_REGION_SNAPSHOT);
    message.PutU32(DEVLINK_ATTR_REGION_SNAPSHOT_ID, snapshot);
    message.EndNest();
  }
  message.EndNest();
  return ToVector(message);
}

inline std::vector<std::byte> ReporterOf(const Handle& handle,
                                         const std::string& name,
                                         std::optional<uint64_t> dump_time_ns,
                                         std::optional<bool> auto_dump = true) {
  MessageBuilder message = From(DEVLINK_CMD_HEALTH_REPORTER_GET, handle);
  message.BeginNest(DEVLINK_ATTR_HEALTH_REPORTER);
  message.PutString(DEVLINK_ATTR_HEALTH_REPORTER_NAME, name);
  if (dump_time_ns) message.PutU64(DEVLINK_ATTR_HEALTH_REPORTER_DUMP_TS_NS, *dump_time_ns);
  if (auto_dump) message.PutU8(DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP, *auto_dump ? 1 : 0);
  message.EndNest();
  return ToVector(message);
}

}  // namespace vmcoredd::devlink

#endif  // TESTS_UNIT_READERS_DEVLINK_DEVICE_ANSWERS_H_
