// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/baseline.h"

#include <algorithm>
#include <map>

#include "collector/setup/identity.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kIdentityPrefix = "identity.";

std::string PlaceOf(const Properties& device) {
  return std::string(PropertyOf(device, "bus")) + '/' + std::string(PropertyOf(device, "address"));
}

bool IsKept(std::string_view key) {
  return key == "vendor" || key == "device" || key == "driver" || key == "driver_version" ||
         key == "firmware";
}

bool IsOfDevlink(std::string_view key) {
  return key.starts_with("fixed.") || key.starts_with("running.");
}

bool IsCompared(std::string_view key) {
  return IsKept(key) || key == "srcversion" || IsOfDevlink(key);
}

bool HasVersions(const Properties& device) {
  return std::any_of(device.begin(), device.end(),
                     [](const auto& entry) { return IsOfDevlink(entry.first); });
}

void AddChanges(const Properties& then, const Properties& now, std::vector<std::string>& changes) {
  std::map<std::string, std::pair<std::string, std::string>> values;
  for (const auto& [key, value] : then) values[key].first = value;
  for (const auto& [key, value] : now) values[key].second = value;
  const bool has_versions = HasVersions(then) && HasVersions(now);
  for (const auto& [key, pair] : values) {
    if (!IsCompared(key) || pair.first == pair.second || (IsOfDevlink(key) && !has_versions)) {
      continue;
    }
    const auto words = [](const std::string& value) {
      return value.empty() ? std::string("none") : EscapeBytes(value);
    };
    changes.push_back(EscapeBytes(PlaceOf(now)) + ": " + EscapeBytes(key) + " was " +
                      words(pair.first) + ", is " + words(pair.second));
  }
}

}  // namespace

std::vector<Properties> MachineDevices(const Sysroot& root) {
  std::vector<Properties> devices;
  std::map<std::string, Properties> by_address;
  for (const auto& [name, value] : CollectIdentity(root)) {
    // identity.0000:01:00.0.driver
    const size_t dot = name.rfind('.');
    if (!name.starts_with(kIdentityPrefix) || dot < kIdentityPrefix.size()) continue;
    const std::string address = name.substr(kIdentityPrefix.size(), dot - kIdentityPrefix.size());
    by_address[address].emplace_back(name.substr(dot + 1), value);
  }
  for (const auto& [address, properties] : by_address) {
    if (!PropertyOf(properties, "vf_of").empty()) continue;
    Properties device = {{"bus", "pci"}, {"address", address}};
    for (const auto& [key, value] : properties) {
      if (IsKept(key)) device.emplace_back(key, value);
    }
    const std::string module =
        "/sys/bus/pci/drivers/" + std::string(PropertyOf(properties, "driver")) + "/module/";
    if (const std::string srcversion = root.Line(module + "srcversion"); !srcversion.empty()) {
      device.emplace_back("srcversion", srcversion);
    }
    devices.push_back(std::move(device));
  }
  return devices;
}

void MergeDevices(const std::vector<Properties>& more, std::vector<Properties>& devices) {
  for (const Properties& known : more) {
    const auto same = std::find_if(devices.begin(), devices.end(), [&](const Properties& device) {
      return PlaceOf(device) == PlaceOf(known);
    });
    if (same == devices.end()) {
      devices.push_back(known);
      continue;
    }
    for (const auto& [key, value] : known) {
      if (PropertyOf(*same, key).empty()) same->emplace_back(key, value);
    }
  }
}

std::vector<std::string> ChangesSince(const ManifestFragment& then,
                                      const std::string& release,
                                      const std::vector<Properties>& now) {
  std::vector<std::string> changes;
  const std::string before(PropertyOf(then.machine, "release"));
  if (before != release) {
    changes.push_back("the kernel was " + EscapeBytes(before) + ", is " + EscapeBytes(release));
  }
  std::map<std::string, const Properties*> left;
  for (const Properties& device : then.devices) left[PlaceOf(device)] = &device;
  for (const Properties& device : now) {
    const auto found = left.find(PlaceOf(device));
    if (found == left.end()) {
      changes.push_back(EscapeBytes(PlaceOf(device)) + ": was not there");
      continue;
    }
    AddChanges(*found->second, device, changes);
    left.erase(found);
  }
  for (const auto& [place, device] : left) {
    // Who asks without devlink sees PCI only.
    if (place.starts_with("pci/")) changes.push_back(EscapeBytes(place) + ": is gone");
  }
  return changes;
}

}  // namespace vmcoredd
