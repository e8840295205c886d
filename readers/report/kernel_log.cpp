// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/kernel_log.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "vmcoredd/base/utc_time.h"

namespace vmcoredd {

namespace {

constexpr size_t kMaxLine = 400;

// What everybody looks for, whatever it is about.
constexpr std::array<std::string_view, 14> kWords = {"Kernel panic",
                                                     "BUG:",
                                                     "Oops",
                                                     "Hardware Error",
                                                     "Machine check",
                                                     "mce:",
                                                     "AER:",
                                                     "DPC:",
                                                     "PCIe Bus Error",
                                                     "NMI:",
                                                     "soft lockup",
                                                     "hard LOCKUP",
                                                     "NETDEV WATCHDOG",
                                                     "end Kernel panic"};

// Decimal "12.345678" as seconds.
std::optional<double> Seconds(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const size_t dot = text.find('.');
  uint64_t whole = 0;
  uint64_t parts = 0;
  if (dot == text.npos || dot == 0 || text.size() - dot - 1 > 9) return std::nullopt;
  const auto [a, error_a] = std::from_chars(text.data(), text.data() + dot, whole);
  const char* const begin = text.data() + dot + 1;
  const auto [b, error_b] = std::from_chars(begin, text.data() + text.size(), parts);
  if (error_a != std::errc() || error_b != std::errc() || a != text.data() + dot ||
      b != text.data() + text.size()) {
    return std::nullopt;
  }
  double scale = 1;
  for (size_t i = dot + 1; i < text.size(); ++i) scale *= 10;
  return static_cast<double>(whole) + static_cast<double>(parts) / scale;
}

std::string_view NextLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

LogLine ParseLogLine(std::string_view line) {
  LogLine out;
  std::string_view rest = line;
  if (rest.starts_with('<')) {
    const size_t close = rest.find('>');
    if (close != rest.npos && close <= 4) rest.remove_prefix(close + 1);
  }
  // journalctl -k and syslog: "Nov 29 04:44:01 host kernel: [   1.2] text"
  if (const size_t kernel = rest.find(" kernel: "); kernel != rest.npos && kernel < 80) {
    rest.remove_prefix(kernel + 9);
  }
  out.text = rest;
  if (!rest.starts_with('[')) return out;
  const size_t close = rest.find(']');
  if (close == rest.npos || close > 24) return out;
  out.since_boot = Seconds(rest.substr(1, close - 1));
  if (!out.since_boot) return out;
  rest.remove_prefix(close + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  out.text = rest;
  return out;
}

bool LooksLikeKernelLog(std::string_view head) {
  size_t good = 0;
  size_t lines = 0;
  while (!head.empty() && lines < 20) {
    const std::string_view line = NextLine(head);
    if (head.empty()) break;  // may be cut
    ++lines;
    if (ParseLogLine(line).since_boot) ++good;
  }
  return good >= 1 && good * 2 >= lines;
}

void ReadKernelLog(const std::string& file,
                   std::string_view text,
                   const DeviceIndex& devices,
                   MachineReport& report) {
  const size_t source = report.sources.size();
  ReportSource added;
  added.file = file;
  added.format = "kernel-log";
  added.kind = "kernel-log";
  report.sources.push_back(std::move(added));
  std::map<std::string, size_t, std::less<>> netdevs;
  for (const auto& [name, index] : devices) {
    const std::string_view netdev = PropertyOf(report.devices[index].identity, "netdev");
    if (!netdev.empty()) netdevs.emplace(netdev, index);
  }
  std::vector<ReportEvent> events;
  std::optional<double> panic;
  while (!text.empty()) {
    const LogLine line = ParseLogLine(NextLine(text));
    if (line.text.starts_with("Kernel panic") && line.since_boot && !panic) panic = line.since_boot;
    ReportEvent event;
    if (const auto address = FindPciAddress(line.text)) {
      const auto known = devices.find({"pci", std::string(*address)});
      if (known != devices.end()) event.device = known->second;
    }
    if (!event.device) {
      // "eth0: Link is Down": drivers put the name in front.
      for (const auto& [netdev, index] : netdevs) {
        if (line.text.find(netdev + ":") != line.text.npos) event.device = index;
      }
    }
    const bool wanted =
        event.device || std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
          return line.text.find(word) != line.text.npos;
        });
    if (!wanted) continue;
    event.since_boot = line.since_boot;
    event.source = source;
    event.kind = "kernel-log";
    event.text = line.text.substr(0, kMaxLine);
    events.push_back(std::move(event));
  }
  // The end of a log is what happened before the crash.
  if (events.size() > kMaxLogLines) {
    report.log_lines_left_out += events.size() - kMaxLogLines;
    events.erase(events.begin(), events.end() - kMaxLogLines);
  }
  const auto crash = ParseUtcTime(report.crash_time);
  for (ReportEvent& event : events) {
    if (crash && panic && event.since_boot) {
      event.time = UtcTime(*crash - static_cast<int64_t>(*panic - *event.since_boot));
    }
    report.events.push_back(std::move(event));
  }
}

}  // namespace vmcoredd
