// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/general_findings.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "readers/report/device_names.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/format/pci_bridges.h"

namespace vmcoredd {

namespace {

bool EndsWith(const FieldRecord& field, std::string_view name) {
  if (field.is_group || field.state != FieldState::kRead || !field.path.ends_with(name))
    return false;
  return field.path.size() == name.size() || field.path[field.path.size() - name.size() - 1] == '.';
}

const FieldRecord* FindField(const ReportDump& dump, std::string_view name) {
  const auto found = std::find_if(dump.fields.begin(), dump.fields.end(),
                                  [name](const FieldRecord& f) { return EndsWith(f, name); });
  return found == dump.fields.end() ? nullptr : &*found;
}

bool IsConfig(const ReportDump& dump) { return dump.layout == "pci-config"; }

// Of the device's configuration spaces: the last that is not a baseline's, else the last.
const ReportDump* ConfigOf(const MachineReport& report, const ReportDevice& device) {
  const ReportDump* best = nullptr;
  for (const size_t index : device.dumps) {
    const ReportDump& dump = report.dumps[index];
    if (!IsConfig(dump)) continue;
    const bool is_baseline = report.sources[dump.source].is_baseline();
    if (!best || !is_baseline || report.sources[best->source].is_baseline()) best = &dump;
  }
  return best;
}

std::optional<PciAddress> AddressOf(const ReportDevice& device) {
  return device.bus == "pci" ? PciAddress::Parse(device.address) : std::nullopt;
}

void Add(MachineReport& report,
         size_t device,
         std::optional<size_t> dump,
         Severity severity,
         std::string id,
         std::string text,
         std::string next,
         std::vector<Evidence> evidence = {}) {
  ReportFinding out;
  out.device = device;
  out.dump = dump;
  out.finding.severity = severity;
  out.finding.id = std::move(id);
  out.finding.text = std::move(text);
  out.finding.next = std::move(next);
  out.finding.evidence = std::move(evidence);
  report.findings.push_back(std::move(out));
}

bool SaysGone(std::string_view id) { return id == "gone" || id.ends_with("-gone"); }

bool SkippedAsGone(const ReportSkip& skip) {
  return skip.reason.find("does not answer") != std::string::npos ||
         skip.reason.find("stopped answering") != std::string::npos;
}

}  // namespace

void FindParents(MachineReport& report) {
  PciBridges bridges;
  for (size_t i = 0; i < report.devices.size(); ++i) {
    const auto address = AddressOf(report.devices[i]);
    const ReportDump* const config = address ? ConfigOf(report, report.devices[i]) : nullptr;
    const FieldRecord* const secondary = config ? FindField(*config, "SECONDARY_BUS") : nullptr;
    const FieldRecord* const subordinate = config ? FindField(*config, "SUBORDINATE_BUS") : nullptr;
    if (!secondary || !subordinate) continue;
    bridges.Add(*address, static_cast<uint8_t>(secondary->value),
                static_cast<uint8_t>(subordinate->value), i);
  }
  for (ReportDevice& device : report.devices) {
    if (const auto address = AddressOf(device)) device.parent = bridges.Above(*address);
  }
}

void NameDevices(MachineReport& report) {
  for (ReportDevice& device : report.devices) {
    const ReportDump* const config = ConfigOf(report, device);
    const FieldRecord* const kind = config ? FindField(*config, "CLASS") : nullptr;
    // "0x0200  Ethernet controller"
    const size_t blanks = kind ? kind->shown.find("  ") : std::string::npos;
    if (blanks != std::string::npos) device.title = kind->shown.substr(blanks + 2);
  }
}

void DropRepeatedFindings(MachineReport& report) {
  std::set<std::tuple<size_t, std::string, std::string, std::string>> known;
  std::erase_if(report.findings, [&](const ReportFinding& found) {
    return !known.insert({found.device, found.finding.id, found.finding.path, found.finding.text})
                .second;
  });
}

void DropOutdatedSkips(MachineReport& report) {
  for (ReportDevice& device : report.devices) {
    // Of each crash, or capture, and name: where it was spoken of last.
    std::map<std::pair<std::string, std::string>, size_t> last;
    const auto key = [&report](size_t source, const std::string& name) {
      const ReportSource& from = report.sources[source];
      const std::string& id = from.crash.empty() ? from.capture_id : from.crash;
      return std::pair(id.empty() ? std::to_string(source) : id, name);
    };
    const auto note = [&](size_t source, const std::string& name) {
      size_t& known = last.try_emplace(key(source, name), source).first->second;
      known = std::max(known, source);
    };
    for (const ReportSkip& skip : device.skipped) note(skip.source, skip.name);
    for (const size_t dump : device.dumps) note(report.dumps[dump].source, report.dumps[dump].name);
    std::erase_if(device.skipped, [&](const ReportSkip& skip) {
      return skip.source < last[key(skip.source, skip.name)];
    });
  }
}

void FindMissing(MachineReport& report) {
  // Of each device: was it in a baseline, and in what else?
  std::set<size_t> in_baseline;
  std::set<size_t> elsewhere;
  bool has_baseline = false;
  bool has_other = false;
  for (const ReportSource& source : report.sources) {
    has_baseline |= source.is_baseline();
    has_other |= source.kind == "crash";
  }
  if (!has_baseline || !has_other) return;
  for (size_t i = 0; i < report.devices.size(); ++i) {
    const ReportDevice& device = report.devices[i];
    for (const size_t dump : device.dumps) {
      (report.sources[report.dumps[dump].source].is_baseline() ? in_baseline : elsewhere).insert(i);
    }
    if (!device.skipped.empty()) elsewhere.insert(i);
  }
  for (const size_t i : in_baseline) {
    const ReportDevice& device = report.devices[i];
    // A crash kernel has no driver that would make other than PCI devices.
    if (elsewhere.contains(i) || device.bus != "pci") continue;
    const bool has_config = std::any_of(device.dumps.begin(), device.dumps.end(),
                                        [&](size_t dump) { return IsConfig(report.dumps[dump]); });
    if (!has_config) continue;
    Add(report, i, std::nullopt, Severity::kError, "missing-gone",
        fmt::format("{} is in the baseline, and was not there after the crash", device.Name()),
        "if it was not taken out, look at the link of the port above it");
  }
}

void FindDisagreements(MachineReport& report) {
  // One capture, one device without its function, one layout, one field.
  using Key = std::tuple<size_t, uint32_t, uint8_t, uint8_t, std::string, std::string>;
  struct First {
    size_t dump;
    const FieldRecord* field;
  };
  std::map<Key, First> known;
  for (size_t i = 0; i < report.dumps.size(); ++i) {
    const ReportDump& dump = report.dumps[i];
    const auto address = AddressOf(report.devices[dump.device]);
    if (!address || report.sources[dump.source].is_baseline()) continue;
    for (const FieldRecord& field : dump.fields) {
      if (!field.shared || field.state != FieldState::kRead || field.perturbed) continue;
      const Key key{dump.source,     address->domain, address->bus,
                    address->device, dump.layout,     field.path};
      const auto [at, is_new] = known.emplace(key, First{i, &field});
      if (is_new || report.dumps[at->second.dump].device == dump.device) continue;
      const FieldRecord& other = *at->second.field;
      if (other.value == field.value && other.shown == field.shown) continue;
      const ReportDevice& first = report.devices[report.dumps[at->second.dump].device];
      Add(report, dump.device, i, Severity::kWarning, "functions-disagree",
          fmt::format("{}: {} says {}, {} says {}", field.path, first.Name(), other.shown,
                      report.devices[dump.device].Name(), field.shown),
          "both are functions of one device: one of the two was read in the middle of a change, or "
          "is wrong",
          {{field.path, field.offset, field.shown}});
    }
  }
}

void JudgeDevices(MachineReport& report) {
  for (ReportDevice& device : report.devices) {
    for (const size_t index : device.dumps) {
      const ReportDump& dump = report.dumps[index];
      const bool decoded = !dump.layout.empty() && !report.sources[dump.source].is_baseline();
      if (decoded) device.verdict = std::max(device.verdict, Verdict::kNoTrouble);
      if (dump.outcome == "failed" && !report.sources[dump.source].is_baseline()) {
        device.verdict = std::max(device.verdict, Verdict::kSuspect);
      }
    }
    for (const ReportSkip& skip : device.skipped) {
      if (!report.sources[skip.source].is_baseline() && SkippedAsGone(skip)) {
        device.verdict = Verdict::kGone;
      }
    }
  }
  for (const ReportFinding& found : report.findings) {
    Verdict& verdict = report.devices[found.device].verdict;
    if (SaysGone(found.finding.id)) {
      verdict = Verdict::kGone;
    } else if (found.finding.severity >= Severity::kError) {
      verdict = std::max(verdict, Verdict::kFailed);
    } else if (found.finding.severity == Severity::kWarning) {
      verdict = std::max(verdict, Verdict::kSuspect);
    }
  }
}

void FindDeadLinks(MachineReport& report) {
  std::map<size_t, std::vector<std::string>> below;  // names of what is gone, by the place
  for (size_t i = 0; i < report.devices.size(); ++i) {
    if (report.devices[i].verdict != Verdict::kGone || !report.devices[i].parent) continue;
    std::vector<size_t> way;  // from the root down, without the device
    for (auto at = report.devices[i].parent; at; at = report.devices[*at].parent) {
      way.insert(way.begin(), *at);
    }
    size_t place = way.back();
    for (const size_t bridge : way) {
      const ReportDump* const config = ConfigOf(report, report.devices[bridge]);
      const FieldRecord* const active = config ? FindField(*config, "LNKSTA.DL_ACTIVE") : nullptr;
      const FieldRecord* const reports =
          config ? FindField(*config, "LNKCAP.DL_ACTIVE_REPORTING") : nullptr;
      const bool down =
          active && reports && !active->perturbed && reports->value == 1 && active->value == 0;
      if (!down && report.devices[bridge].verdict != Verdict::kGone) continue;
      place = bridge;
      break;
    }
    below[place].push_back(report.devices[i].Name());
  }
  for (const auto& [place, names] : below) {
    const ReportDevice& bridge = report.devices[place];
    std::string list;
    for (size_t i = 0; i < std::min<size_t>(names.size(), 8); ++i) {
      list += (list.empty() ? "" : ", ") + names[i];
    }
    if (names.size() > 8) list += fmt::format(" and {} more", names.size() - 8);
    const ReportDump* const config = ConfigOf(report, bridge);
    std::vector<Evidence> evidence;
    for (const char* const name : {"LNKSTA", "SLTSTA", "UNCOR_STATUS", "HEADER_LOG[0]",
                                   "HEADER_LOG[1]", "HEADER_LOG[2]", "HEADER_LOG[3]"}) {
      const FieldRecord* const field = config ? FindField(*config, name) : nullptr;
      if (field) evidence.push_back({field->path, field->offset, field->shown});
    }
    const bool is_gone = bridge.verdict == Verdict::kGone;
    std::optional<size_t> dump;
    if (config) dump = static_cast<size_t>(config - report.dumps.data());
    Add(report, place, dump, Severity::kError, "dead-link",
        is_gone ? fmt::format("{} is the first in the PCI tree that does not answer; behind it: {}",
                              bridge.Name(), list)
                : fmt::format("the fault is at or below the link of {}: behind it, {} {} gone",
                              bridge.Name(), list, names.size() == 1 ? "is" : "are"),
        "compare with the kernel log (AER, DPC, hot-plug messages of this port); check the slot "
        "and "
        "the cable",
        std::move(evidence));
  }
}

}  // namespace vmcoredd
