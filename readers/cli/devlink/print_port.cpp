// SPDX-License-Identifier: LGPL-2.1-or-later
#include <linux/devlink.h>

#include <array>

#include "readers/cli/devlink/print.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink_cli {

namespace {

using devlink::Attribute;
using devlink::AttributeTable;

// "00:01:02:03:04:05"
std::string AddressText(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte& byte : bytes) {
    if (!text.empty()) text += ':';
    text += ToHex({&byte, 1});
  }
  return text;
}

void PrintUint(IprouteWriter& out,
               const AttributeTable& attributes,
               uint16_t type,
               std::string_view name) {
  if (const auto value = attributes.Uint(type)) out.Uint(name, *value);
}

void PrintFlag(IprouteWriter& out,
               const AttributeTable& attributes,
               uint16_t type,
               std::string_view name) {
  if (const auto value = attributes.Uint(type)) out.Flag(name, *value != 0);
}

void PrintText(IprouteWriter& out,
               const AttributeTable& attributes,
               uint16_t type,
               std::string_view name) {
  if (const auto value = attributes.String(type)) out.Text(name, *value);
}

Result<void> PrintFunction(IprouteWriter& out, const Attribute& nest) {
  const AttributeTable function = VMCOREDD_TRY(AttributeTable::Read(nest));
  out.BeginObject("function");
  if (const Attribute* address = function.Find(DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR)) {
    out.Text("hw_addr", AddressText(address->bytes));
  }
  if (const auto state = function.Uint(DEVLINK_PORT_FN_ATTR_STATE)) {
    out.Text("state", *state == 0 ? "inactive" : *state == 1 ? "active" : "<unknown state>");
  }
  if (const auto state = function.Uint(DEVLINK_PORT_FN_ATTR_OPSTATE)) {
    out.Text("opstate", *state == 0 ? "detached" : *state == 1 ? "attached" : "<unknown state>");
  }
  out.EndObject();
  return {};
}

// DEVLINK_ATTR_RELOAD_STATS and its twin: entries of an action, each with numbers.
Result<void> PrintReloads(IprouteWriter& out, const Attribute& nest) {
  const auto print_number = [&](const Attribute& entry) -> Result<void> {
    const AttributeTable number = VMCOREDD_TRY(AttributeTable::Read(entry));
    const auto limit = number.Uint(DEVLINK_ATTR_RELOAD_STATS_LIMIT);
    const auto value = number.Uint(DEVLINK_ATTR_RELOAD_STATS_VALUE);
    if (!limit || !value) return {};
    out.Uint(*limit == DEVLINK_RELOAD_LIMIT_UNSPEC     ? "unspecified"
             : *limit == DEVLINK_RELOAD_LIMIT_NO_RESET ? "no_reset"
                                                       : "<unknown reload action>",
             *value);
    return {};
  };
  return devlink::VisitAttributes(
      nest.bytes, nest.offset, nest.order, [&](const Attribute& each) -> Result<void> {
        const AttributeTable info = VMCOREDD_TRY(AttributeTable::Read(each));
        const auto action = info.Uint(DEVLINK_ATTR_RELOAD_ACTION);
        const Attribute* const numbers = info.Find(DEVLINK_ATTR_RELOAD_ACTION_STATS);
        if (!action || numbers == nullptr) return {};
        out.BeginObject(*action == DEVLINK_RELOAD_ACTION_DRIVER_REINIT ? "driver_reinit"
                        : *action == DEVLINK_RELOAD_ACTION_FW_ACTIVATE ? "fw_activate"
                                                                       : "<unknown reload action>");
        VMCOREDD_TRY(devlink::VisitAttributes(numbers->bytes, numbers->offset, numbers->order,
                                              print_number));
        out.EndObject();
        return {};
      });
}

}  // namespace

std::string_view PortTypeName(uint64_t type) {
  constexpr std::array<std::string_view, 4> names = {"notset", "auto", "eth", "ib"};
  return type < names.size() ? names[type] : "<unknown type>";
}

std::string_view PortFlavourName(uint64_t flavour) {
  constexpr std::array<std::string_view, 8> names = {
      "physical", "cpu", "dsa", "pcipf", "pcivf", "virtual", "<unknown flavour>", "pcisf"};
  static_assert(DEVLINK_PORT_FLAVOUR_PCI_SF == 7);
  return flavour < names.size() ? names[flavour] : "<unknown flavour>";
}

Result<void> PrintPort(IprouteWriter& out, const AttributeTable& attributes) {
  const auto handle = VMCOREDD_TRY(devlink::ReadHandle(attributes));
  out.BeginEntry(handle.ToString());
  if (const auto type = attributes.Uint(DEVLINK_ATTR_PORT_TYPE)) {
    out.Text("type", PortTypeName(*type));
    const auto desired = attributes.Uint(DEVLINK_ATTR_PORT_DESIRED_TYPE);
    if (desired && desired != type) out.Text("des_type", PortTypeName(*desired));
  }
  PrintText(out, attributes, DEVLINK_ATTR_PORT_NETDEV_NAME, "netdev");
  PrintText(out, attributes, DEVLINK_ATTR_PORT_IBDEV_NAME, "ibdev");
  if (const auto flavour = attributes.Uint(DEVLINK_ATTR_PORT_FLAVOUR)) {
    out.Text("flavour", PortFlavourName(*flavour));
    if (flavour == DEVLINK_PORT_FLAVOUR_PCI_PF || flavour == DEVLINK_PORT_FLAVOUR_PCI_VF ||
        flavour == DEVLINK_PORT_FLAVOUR_PCI_SF) {
      PrintUint(out, attributes, DEVLINK_ATTR_PORT_CONTROLLER_NUMBER, "controller");
      PrintUint(out, attributes, DEVLINK_ATTR_PORT_PCI_PF_NUMBER, "pfnum");
      PrintUint(out, attributes, DEVLINK_ATTR_PORT_PCI_VF_NUMBER, "vfnum");
      PrintUint(out, attributes, DEVLINK_ATTR_PORT_PCI_SF_NUMBER, "sfnum");
      PrintFlag(out, attributes, DEVLINK_ATTR_PORT_EXTERNAL, "external");
    }
  }
  PrintUint(out, attributes, DEVLINK_ATTR_LINECARD_INDEX, "lc");
  PrintUint(out, attributes, DEVLINK_ATTR_PORT_NUMBER, "port");
  PrintUint(out, attributes, DEVLINK_ATTR_PORT_SPLIT_GROUP, "split_group");
  PrintFlag(out, attributes, DEVLINK_ATTR_PORT_SPLITTABLE, "splittable");
  PrintUint(out, attributes, DEVLINK_ATTR_PORT_LANES, "lanes");
  if (const Attribute* function = attributes.Find(DEVLINK_ATTR_PORT_FUNCTION)) {
    VMCOREDD_TRY(PrintFunction(out, *function));
  }
  out.EndEntry();
  return {};
}

Result<void> PrintDevice(IprouteWriter& out,
                         const AttributeTable& attributes,
                         bool with_statistics) {
  const auto handle = VMCOREDD_TRY(devlink::ReadHandle(attributes));
  const bool failed = attributes.Uint(DEVLINK_ATTR_RELOAD_FAILED).value_or(0) != 0;
  const Attribute* const statistics =
      with_statistics ? attributes.Find(DEVLINK_ATTR_DEV_STATS) : nullptr;
  out.BeginEntry(handle.ToString(), failed || statistics != nullptr);
  if (failed) out.Flag("reload_failed", true);
  if (statistics != nullptr) {
    const AttributeTable table = VMCOREDD_TRY(AttributeTable::Read(*statistics));
    out.BeginObject("stats");
    constexpr std::pair<uint16_t, const char*> kinds[] = {
        {DEVLINK_ATTR_RELOAD_STATS, "reload"}, {DEVLINK_ATTR_REMOTE_RELOAD_STATS, "remote_reload"}};
    for (const auto& [type, name] : kinds) {
      const Attribute* const nest = table.Find(type);
      if (nest == nullptr) continue;
      out.BeginObject(name);
      VMCOREDD_TRY(PrintReloads(out, *nest));
      out.EndObject();
    }
    out.EndObject();
  }
  out.EndEntry();
  return {};
}

}  // namespace vmcoredd::devlink_cli
