// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/device_names.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "vmcoredd/format/pci_address.h"

namespace vmcoredd {

namespace {

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// DDDD[DDDD]:BB:DD.F at the front: its length, or 0.
size_t AddressLength(std::string_view text) {
  size_t domain = 0;
  while (domain < text.size() && domain < 8 && IsHex(text[domain])) ++domain;
  if (domain < 4 || text.size() < domain + 8) return 0;
  const std::string_view rest = text.substr(domain, 8);
  const bool good = rest[0] == ':' && IsHex(rest[1]) && IsHex(rest[2]) && rest[3] == ':' &&
                    IsHex(rest[4]) && IsHex(rest[5]) && rest[6] == '.' && rest[7] >= '0' &&
                    rest[7] <= '7';
  return good ? domain + 8 : 0;
}

}  // namespace

std::string_view PropertyOf(const Properties& properties, std::string_view key) {
  for (const auto& [name, value] : properties) {
    if (name == key) return value;
  }
  return {};
}

std::optional<std::string_view> FindPciAddress(std::string_view text) {
  for (size_t i = 0; i + 12 <= text.size(); ++i) {
    if (i > 0 && (IsHex(text[i - 1]) || text[i - 1] == ':')) continue;
    const size_t length = AddressLength(text.substr(i));
    if (length == 0) continue;
    if (i + length < text.size() && IsHex(text[i + length])) continue;
    return text.substr(i, length);
  }
  return std::nullopt;
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

std::string UtcText(int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  std::array<char, 32> text{};
  if (seconds < 0 || seconds > 253402300799 || !::gmtime_r(&time, &parts)) return {};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::optional<int64_t> SecondsOf(std::string_view rfc3339) {
  std::tm parts{};
  const std::string text(rfc3339.substr(0, 19));
  if (rfc3339.size() < 20 || !::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts)) {
    return std::nullopt;
  }
  return ::timegm(&parts);
}

std::string ReportDevice::Name() const {
  if (bus.empty()) return address.empty() ? "unknown" : address;
  return bus + '/' + address;
}

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUnknown: return "unknown";
    case Verdict::kNoTrouble: return "no-trouble";
    case Verdict::kSuspect: return "suspect";
    case Verdict::kFailed: return "failed";
    case Verdict::kGone: return "gone";
  }
  return "";
}

std::string_view VerdictText(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUnknown: return "not known: nothing of it was captured or could be decoded";
    case Verdict::kNoTrouble: return "answers, and shows no sign of trouble";
    case Verdict::kSuspect: return "answers, with something to look at";
    case Verdict::kFailed: return "answers, and says that something failed";
    case Verdict::kGone: return "does not answer";
  }
  return "";
}

}  // namespace vmcoredd
