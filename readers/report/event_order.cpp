// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/event_order.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/report/kernel_log.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd {

namespace {

constexpr int64_t kSecond = 1'000'000;

bool IsLogLine(const ReportEvent& event) { return event.kind == "kernel-log"; }

// Behind the panic, if a log has it: a vmcore knows the second of its crash only.
void PlaceCrash(const std::vector<ReportEvent>& events, EventPlace& place) {
  const int64_t second = place.micros;
  bool has_panic = false;
  for (const ReportEvent& event : events) {
    if (!IsLogLine(event) || !std::string_view(event.text).starts_with(kPanic)) continue;
    if (event.place.group != place.group || event.place.boot != 0) continue;
    const int64_t late = event.place.micros - second;
    if (place.group == 1 && (late < 0 || late >= kSecond)) continue;
    place.micros = std::max(place.micros, event.place.micros);
    has_panic = true;
  }
  if (!has_panic && place.group == 0) place.micros = std::numeric_limits<int64_t>::max();
}

void Place(MachineReport& report) {
  for (ReportEvent& event : report.events) {
    if (IsLogLine(event)) continue;  // its log has placed it
    const auto micros = ParseRfc3339(event.time);
    event.place.group = micros ? 1 : 0;
    event.place.micros = micros.value_or(-1);
    if (event.kind == "crash") {
      event.place.rank = 1;
      event.place.micros = micros.value_or(0);
      PlaceCrash(report.events, event.place);
    } else if (report.sources[event.source].kind == "crash") {
      event.place.rank = 2;
    }
  }
}

// Two lines of one text are one if they are of one moment. One log may have the panic and the
// other not: then it is the time since boot that says so.
void DropRepeatedLines(std::vector<ReportEvent>& events) {
  using Key = std::pair<std::optional<double>, std::string_view>;
  std::map<Key, std::vector<size_t>> known;
  std::vector<bool> is_repeated(events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    const ReportEvent& event = events[i];
    if (!IsLogLine(event) || (!event.since_boot && event.time.empty())) continue;
    std::vector<size_t>& others = known[{event.since_boot, event.text}];
    for (const size_t at : others) {
      const ReportEvent& other = events[at];
      if (other.source == event.source || is_repeated[at]) continue;
      const bool is_dated = other.place.group == 1 && event.place.group == 1;
      const bool is_same =
          is_dated ? other.place.micros == event.place.micros : event.since_boot.has_value();
      if (!is_same) continue;
      is_repeated[event.place.group == 1 && !is_dated ? at : i] = true;
      break;
    }
    if (!is_repeated[i]) others.push_back(i);
  }
  size_t index = 0;
  std::erase_if(events, [&](const ReportEvent&) { return is_repeated[index++]; });
}

}  // namespace

void OrderEvents(MachineReport& report) {
  Place(report);
  DropRepeatedLines(report.events);
  std::stable_sort(report.events.begin(), report.events.end(),
                   [](const ReportEvent& a, const ReportEvent& b) { return a.place < b.place; });
}

}  // namespace vmcoredd
