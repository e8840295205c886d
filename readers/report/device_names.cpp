// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/device_names.h"

#include <algorithm>

#include "vmcoredd/format/pci_address.h"

namespace vmcoredd {

std::optional<std::string_view> FindPciAddress(std::string_view text) {
  return TakePciAddress(text);
}

std::optional<std::string_view> TakePciAddress(std::string_view& text) {
  constexpr std::string_view of_addresses = "0123456789abcdef:.";
  while (true) {
    const size_t begin = text.find_first_of(of_addresses);
    if (begin == text.npos) return std::nullopt;
    text.remove_prefix(begin);
    const size_t end = std::min(text.find_first_not_of(of_addresses), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    // "pci:0000:00:04.0: AER": what a sentence puts around it.
    word = word.substr(std::min(word.find_first_not_of(":."), word.size()));
    word = word.substr(0, word.find_last_not_of(":.") + 1);
    if (PciAddress::Parse(word)) return word;
  }
}

DeviceName DeviceOf(const Properties& device, std::string_view dump_name) {
  std::string bus(PropertyOf(device, "bus"));
  std::string address(PropertyOf(device, "address"));
  if (!address.empty()) {
    if (bus.empty() && PciAddress::Parse(address)) bus = "pci";
    return {bus, address};
  }
  if (const auto pci = FindPciAddress(dump_name)) return {"pci", std::string(*pci)};
  // source_device[_what]
  const size_t first = dump_name.find('_');
  if (first == dump_name.npos) return {"", std::string(dump_name)};
  const std::string_view rest = dump_name.substr(first + 1);
  return {"", std::string(rest.substr(0, rest.find('_')))};
}

void MergeIdentity(ReportDevice& device, const Properties& facts, bool is_old) {
  for (const auto& [key, value] : facts) {
    // Of one dump, not of the device.
    if (key == "bus" || key == "address" || key == "region" || key == "snapshot" ||
        key == "region_offset" || key == "reporter" || key == "dump_time" || key == "port") {
      continue;
    }
    const auto known = std::find_if(device.identity.begin(), device.identity.end(),
                                    [&key = key](const auto& pair) { return pair.first == key; });
    if (known == device.identity.end()) {
      device.identity.emplace_back(key, value);
    } else if (!is_old && !value.empty()) {
      known->second = value;
    }
  }
}

}  // namespace vmcoredd
