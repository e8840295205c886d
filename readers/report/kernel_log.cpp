// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/kernel_log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "readers/report/log_line.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd {

namespace {

constexpr size_t kMaxLine = 400;

// What everybody looks for, whatever it is about.
constexpr std::array<std::string_view, 13> kWords = {
    kPanic, "BUG:",           "Oops", "Hardware Error", "Machine check", "mce:",           "AER:",
    "DPC:", "PCIe Bus Error", "NMI:", "soft lockup",    "hard LOCKUP",   "NETDEV WATCHDOG"};

bool IsOfName(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Where `word` begins in `text`, with no letter or digit next to its own, and none of `joins`
// in front of it.
size_t FindWord(std::string_view text, std::string_view word, std::string_view joins = {}) {
  for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins =
        at == 0 || (!IsOfName(text[at - 1]) && joins.find(text[at - 1]) == joins.npos);
    const bool ends = end == text.size() || !IsOfName(word.back()) || !IsOfName(text[end]);
    if (begins && ends) return at;
  }
  return text.npos;
}

// By what lines of a log name devices.
class DeviceFinder {
 public:
  DeviceFinder(const DeviceIndex& devices, const MachineReport& report) : devices_(devices) {
    for (const auto& [name, index] : devices) {
      std::string_view names = PropertyOf(report.devices[index].identity, "netdev");
      while (!names.empty()) {  // "eth0,eth1"
        const size_t end = std::min(names.find(','), names.size());
        if (end != 0) netdevs_.emplace(names.substr(0, end), index);
        names.remove_prefix(std::min(end + 1, names.size()));
      }
    }
  }

  std::optional<size_t> Find(std::string_view text) const {
    std::string_view rest = text;
    while (const auto address = TakePciAddress(rest)) {
      const auto known = devices_.find({"pci", std::string(*address)});
      if (known != devices_.end()) return known->second;
    }
    // "eth0: Link is Down", "NETDEV WATCHDOG: eth0 (igb): transmit queue 0 timed out"
    size_t first = text.npos;
    std::optional<size_t> device;
    for (const auto& [netdev, index] : netdevs_) {
      const size_t at =
          std::min(FindWord(text, netdev + ':', "-.@"), FindWord(text, netdev + " (", "-.@"));
      if (at < first) {
        first = at;
        device = index;
      }
    }
    return device;
  }

 private:
  const DeviceIndex& devices_;
  std::map<std::string, size_t, std::less<>> netdevs_;
};

bool IsWanted(std::string_view text) {
  return std::any_of(kWords.begin(), kWords.end(),
                     [text](std::string_view word) { return FindWord(text, word) != text.npos; });
}

// No machine has run for longer than that.
int64_t Micros(double seconds) { return std::llround(std::min(seconds, 1e12) * 1e6); }

// A time since boot that is far below the one before is of another boot: processors disagree
// by less, and lines are late by less.
bool IsNextBoot(double before, double now) { return now + 1 < before && now * 2 < before; }

// Reads the lines of a log, and counts its boots.
class LogReader {
 public:
  explicit LogReader(const DeviceFinder& devices) : devices_(devices) {}

  void Add(std::string_view raw, size_t source) {
    const LogLine line = ParseLogLine(raw);
    if (line.is_property) return;
    if (line.since_boot) {
      if (IsNextBoot(now_, *line.since_boot)) {
        ++boot_;
        now_ = 0;
      }
      now_ = std::max(now_, *line.since_boot);
    }
    if (line.micros) micros_ = line.micros;
    if (line.since_boot && line.text.starts_with(kPanic)) {
      panics_.try_emplace(boot_, *line.since_boot);
    }
    ReportEvent event;
    event.device = devices_.Find(line.text);
    if (!event.device && !IsWanted(line.text)) return;
    event.since_boot = line.since_boot;
    event.source = source;
    event.kind = "kernel-log";
    event.text = line.text.substr(0, kMaxLine);
    if (line.micros) event.time = UtcTimeOfMicros(*line.micros);
    // A line without a time stands where the one before it does.
    event.place.boot = boot_;
    event.place.group = micros_ ? 1 : 0;
    event.place.micros = micros_ ? *micros_ : Micros(line.since_boot.value_or(now_));
    events_.push_back(std::move(event));
  }

  std::vector<ReportEvent> Finish(std::optional<int64_t> crash) {
    const int last = panics_.empty() ? boot_ : panics_.rbegin()->first;
    for (ReportEvent& event : events_) {
      EventPlace& place = event.place;
      place.boot -= last;
      if (place.group == 1) {
        place.boot = 0;
      } else if (place.boot == 0 && crash && !panics_.empty()) {
        place.group = 1;
        place.micros += *crash - Micros(panics_.rbegin()->second);
        if (event.since_boot) event.time = UtcTimeOfMicros(place.micros);
      } else if (place.boot > 0) {
        place.group = 2;
      }
    }
    return std::move(events_);
  }

 private:
  const DeviceFinder& devices_;
  std::vector<ReportEvent> events_;
  int boot_ = 0;
  double now_ = 0;
  std::optional<int64_t> micros_;
  std::map<int, double> panics_;  // when, by boot
};

}  // namespace

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
  const DeviceFinder finder(devices, report);
  LogReader reader(finder);
  while (!text.empty()) reader.Add(TakeLine(text), source);
  std::vector<ReportEvent> events = reader.Finish(ParseRfc3339(report.crash_time));
  // The end of a log is what happened before the crash.
  if (events.size() > kMaxLogLines) {
    report.log_lines_left_out += events.size() - kMaxLogLines;
    events.erase(events.begin(), events.end() - kMaxLogLines);
  }
  std::move(events.begin(), events.end(), std::back_inserter(report.events));
}

}  // namespace vmcoredd
