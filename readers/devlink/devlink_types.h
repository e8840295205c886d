// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_DEVLINK_TYPES_H_
#define READERS_DEVLINK_DEVLINK_TYPES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "vmcoredd/base/result.h"
#include "vmcoredd/format/devlink/netlink_message.h"

// What devlink messages say, as values. All strings are raw bytes.

namespace vmcoredd::devlink {

// A device, or one of its ports.
struct Handle {
  std::string bus, device;
  std::optional<uint32_t> port;

  std::string ToString() const;  // "pci/0000:00:05.0", "pci/0000:00:05.0/1"
  bool operator==(const Handle&) const = default;
};
// "pci/0000:00:05.0" or, with a third part that is a number, a port's.
Result<Handle> ParseHandle(std::string_view text);

struct Region {
  Handle handle;
  std::string name;
  uint64_t size = 0;  // bytes
  std::vector<uint32_t> snapshots;
  std::optional<uint32_t> max_snapshots;
};

struct Reporter {
  Handle handle;
  std::string name;
  uint8_t state = 0;  // 0 healthy, 1 error
  uint64_t errors = 0, recoveries = 0;
  std::optional<uint64_t> dump_time_ms;  // jiffies of the kernel; there is a stored dump
  std::optional<uint64_t> dump_time_ns;  // since 1970 UTC
  std::optional<uint64_t> grace_period_ms, burst_period_ms;
  std::optional<bool> auto_recover, auto_dump;

  bool has_dump() const { return dump_time_ms || dump_time_ns; }
};

// DEVLINK_CMD_INFO_GET.
struct DeviceInfo {
  Handle handle;
  std::string driver, serial_number, board_serial_number;
  struct Version {
    enum class Kind { kFixed, kRunning, kStored } kind = Kind::kFixed;
    std::string name, value;
  };
  std::vector<Version> versions;
};

struct Port {
  Handle handle;  // with its port
  std::string netdev;
  std::optional<uint16_t> type;     // DEVLINK_PORT_TYPE_*
  std::optional<uint16_t> flavour;  // DEVLINK_PORT_FLAVOUR_*
};

struct Parameter {
  Handle handle;
  std::string name;
  bool is_generic = false;
  uint8_t type = 0;  // FmsgType's numbers: u8, u16, u32, string, flag
  struct Value {
    uint8_t mode = 0;  // DEVLINK_PARAM_CMODE_*
    std::variant<bool, uint64_t, std::string> value;
  };
  std::vector<Value> values;
};

// From one message of an answer or a notification. kCorrupt when what must be there is not.
Result<Handle> ReadHandle(const AttributeTable& attributes);
Result<Region> ReadRegion(const Message& message);
Result<Reporter> ReadReporter(const Message& message);
Result<DeviceInfo> ReadDeviceInfo(const Message& message);
Result<Port> ReadPort(const Message& message);
Result<Parameter> ReadParameter(const Message& message);

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_DEVLINK_TYPES_H_
