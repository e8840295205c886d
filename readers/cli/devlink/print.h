// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_PRINT_H_
#define READERS_CLI_DEVLINK_PRINT_H_

#include <optional>
#include <string>
#include <vector>

#include "readers/cli/devlink/iproute_writer.h"
#include "readers/devlink/devlink_types.h"
#include "vmcoredd/format/devlink/netlink_message.h"

// What devlink prints of one thing, in text and in its JSON: for `show` and for `monitor`.

namespace vmcoredd::devlink_cli {

// A region in a list has all of it, a notification only what has changed.
struct RegionLine {
  std::string handle;
  std::optional<uint64_t> size;
  std::optional<std::vector<uint32_t>> snapshots;
  std::optional<uint32_t> snapshot;
  std::optional<uint32_t> max_snapshots;
};
RegionLine ToRegionLine(const devlink::Region& region);
Result<RegionLine> ReadRegionLine(const devlink::AttributeTable& attributes);
void PrintRegion(IprouteWriter& out, const RegionLine& region);

void PrintReporter(IprouteWriter& out, const devlink::Reporter& reporter);
void PrintInfo(IprouteWriter& out, const devlink::DeviceInfo& info);
// `grouped`: under a heading with the others of the device, as in a list.
void PrintParameter(IprouteWriter& out, const devlink::Parameter& parameter, bool grouped);

// Of the messages themselves: devlink prints more of a port and of a device than anybody
// else asks about.
Result<void> PrintPort(IprouteWriter& out, const devlink::AttributeTable& attributes);
Result<void> PrintDevice(IprouteWriter& out,
                         const devlink::AttributeTable& attributes,
                         bool with_statistics);

std::string_view ReporterStateName(uint8_t state);
std::string_view PortTypeName(uint64_t type);
std::string_view PortFlavourName(uint64_t flavour);

// Some integers of parameters have names: "flash" for fw_load_policy 1. Nothing for all
// others.
std::optional<std::string_view> ParameterValueName(std::string_view parameter, uint64_t value);
// Whether the parameter's values have names, and the value of one.
bool HasValueNames(std::string_view parameter);
std::optional<uint64_t> ParameterValueOf(std::string_view parameter, std::string_view name);

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_PRINT_H_
