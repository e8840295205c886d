// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "readers/report/html/page_parts.h"

namespace vmcoredd {

namespace {

// The columns of a table, which scrolls sideways where the screen is narrow.
class Table {
 public:
  Table(HtmlStream& html, std::initializer_list<std::string_view> columns)
      : html_(html),
        box_(html, "div", {{"class", "scroll"}, {"tabindex", "0"}}),
        table_(html, "table") {
    const HtmlScope head(html_, "thead");
    const HtmlScope row(html_, "tr");
    for (const std::string_view column : columns) {
      html_.Element("th", column, {{"scope", "col"}});
    }
  }

 private:
  HtmlStream& html_;
  HtmlScope box_, table_;
};

void WriteHead(HtmlStream& html, const MachineReport& report) {
  html.Element("h1", report.nodename.empty() ? "A machine" : report.nodename);
  const HtmlScope line(html, "p", {{"class", "machine"}});
  if (!report.crash_time.empty()) {
    html.Own("crashed ");
    html.Element("time", report.crash_time, {{"datetime", report.crash_time}});
  } else {
    html.Own("no crash among the sources, or its time is not known");
  }
  if (!report.release.empty()) html.Text(", Linux " + report.release);
  if (!report.arch.empty()) html.Text(", " + report.arch);
}

// The first of those that are in trouble.
void WriteNames(HtmlStream& html, const MachineReport& report, Verdict verdict) {
  constexpr size_t max_names = 4;
  size_t count = 0;
  for (size_t i = 0; i < report.devices.size() && count <= max_names; ++i) {
    if (report.devices[i].verdict != verdict) continue;
    html.Own(count == 0 ? ": " : ", ");
    if (++count > max_names) {
      html.Own("...");
    } else {
      WriteDeviceLink(html, report, i);
    }
  }
}

// How many devices are how: the answer to "how bad is it".
void WriteVerdicts(HtmlStream& html, const MachineReport& report) {
  constexpr std::array order = {Verdict::kGone, Verdict::kFailed, Verdict::kSuspect,
                                Verdict::kNoTrouble, Verdict::kUnknown};
  constexpr std::array<std::string_view, 5> words = {"gone", "failed", "to look at",
                                                     "no sign of trouble", "not known"};
  const HtmlScope list(html, "ul", {{"class", "verdicts"}, {"aria-label", "devices"}});
  for (size_t i = 0; i < order.size(); ++i) {
    const auto count =
        std::count_if(report.devices.begin(), report.devices.end(),
                      [&](const ReportDevice& device) { return device.verdict == order[i]; });
    if (count == 0) continue;
    const HtmlScope item(html, "li",
                         {{"class", VerdictName(order[i])}, {"title", VerdictText(order[i])}});
    WriteIcon(html, VerdictName(order[i]));
    html.Element("b", std::to_string(count));
    html.Text(' ' + std::string(words[i]));
    if (order[i] >= Verdict::kFailed) WriteNames(html, report, order[i]);
  }
}

void WriteChangeRow(HtmlStream& html, const MachineReport& report, size_t index, size_t changes) {
  const ReportDump& dump = report.dumps[index];
  const HtmlScope row(html, "tr");
  {
    const HtmlScope cell(html, "td");
    WriteDeviceLink(html, report, dump.device);
  }
  {
    const HtmlScope cell(html, "td");
    html.Element("a", dump.name, {{"class", "name"}, {"href", DumpFragment(index)}});
  }
  html.Element("td", std::to_string(changes), {{"class", "number"}});
  html.Element("td", std::to_string(dump.diff->ranges.size() + dump.diff->more_ranges),
               {{"class", "number"}});
  html.Element("td", std::to_string(dump.diff->fields.size() - changes), {{"class", "number"}});
}

void WriteChanges(HtmlStream& html, const MachineReport& report) {
  std::vector<std::pair<size_t, size_t>> changed;  // by number of fields
  size_t same = 0, without = 0;
  for (size_t i = 0; i < report.dumps.size(); ++i) {
    const ReportDump& dump = report.dumps[i];
    if (report.sources[dump.source].is_baseline()) continue;
    if (!dump.diff) {
      ++without;
    } else if (dump.diff->differs()) {
      changed.emplace_back(CountChanges(*dump.diff), i);
    } else {
      ++same;
    }
  }
  const bool has_baseline =
      std::any_of(report.sources.begin(), report.sources.end(),
                  [](const ReportSource& source) { return source.is_baseline(); });
  const HtmlScope section(html, "section", {{"id", "changes"}});
  html.Element("h2", "What differs from the baseline");
  if (!has_baseline) {
    html.Element("p", "There is no baseline among the sources: give one, or --baseline.");
    return;
  }
  html.Element("p", Counted(changed.size(), "dump") +
                        fmt::format(" differ{}, {} as in the baseline, {} not in it.",
                                    changed.size() == 1 ? "s" : "", same, without));
  if (changed.empty()) return;
  std::stable_sort(changed.begin(), changed.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  const Table table(html, {"Device", "Dump", "Fields", "Other ranges of bytes",
                           "Fields that always change, or that the crash kernel changed"});
  for (size_t i = 0; i < std::min(changed.size(), kMaxPageRows); ++i) {
    WriteChangeRow(html, report, changed[i].second, changed[i].first);
  }
}

void WriteTimeline(HtmlStream& html, const MachineReport& report) {
  const HtmlScope section(html, "section", {{"id", "timeline"}});
  html.Element("h2", "What happened");
  if (report.events.empty()) {
    html.Element("p", "Nothing with a time is among the sources: a kernel log would help.");
    return;
  }
  const size_t count = report.events.size();
  const size_t first = count - std::min(count, kMaxPageEvents);
  if (first != 0) {
    const HtmlScope line(html, "p", {{"id", "more-events"}});
    html.Text(fmt::format("The last {} of {} events. ", count - first, count));
  }
  {
    const Table table(html, {"When", "What", "Device", ""});
    const HtmlScope body(html, "tbody", {{"id", "events-shown"}});
    for (size_t i = first; i < count; ++i) WriteEventRow(html, report, report.events[i]);
  }
  if (report.log_lines_left_out != 0) {
    html.Element("p", fmt::format("{} earlier lines of the kernel log are left out.",
                                  report.log_lines_left_out));
  }
}

void WriteSkipped(HtmlStream& html, const MachineReport& report) {
  size_t count = 0;
  for (const ReportDevice& device : report.devices) count += device.skipped.size();
  if (count == 0) return;
  const HtmlScope section(html, "section", {{"id", "skipped"}});
  html.Element("h2", "What was not captured, and why");
  if (count > kMaxPageRows) {
    html.Element("p", fmt::format("The first {} of {}.", kMaxPageRows, count));
  }
  const Table table(html, {"Device", "Dump", "Outcome", "Why"});
  size_t shown = 0;
  for (size_t i = 0; i < report.devices.size(); ++i) {
    for (const ReportSkip& skip : report.devices[i].skipped) {
      if (++shown > kMaxPageRows) return;
      const HtmlScope row(html, "tr");
      {
        const HtmlScope cell(html, "td");
        WriteDeviceLink(html, report, i);
      }
      html.Element("td", skip.name);
      html.Element("td", skip.outcome);
      html.Element("td", skip.reason, {{"class", "say"}});
    }
  }
}

void WriteSources(HtmlStream& html, const MachineReport& report) {
  const HtmlScope section(html, "section", {{"id", "sources"}});
  html.Element("h2", "Where this is from");
  {
    const Table table(html, {"Kind", "File", "When", "Kernel", "Remarks"});
    for (size_t i = 0; i < std::min(report.sources.size(), kMaxPageRows); ++i) {
      const ReportSource& source = report.sources[i];
      const HtmlScope row(html, "tr");
      html.Element("td", source.kind);
      html.Element("td", source.file, {{"class", "say"}});
      html.Element("td", source.time, {{"class", "when"}});
      html.Element("td", source.release);
      const HtmlScope cell(html, "td", {{"class", "say"}});
      for (size_t k = 0; k < std::min<size_t>(source.warnings.size(), 20); ++k) {
        html.Element("p", source.warnings[k], {{"class", "warn"}});
      }
    }
  }
  if (report.sources.size() > kMaxPageRows) {
    html.Element("p", fmt::format("and {} more", report.sources.size() - kMaxPageRows));
  }
  for (size_t i = 0; i < std::min(report.problems.size(), kMaxPageRows); ++i) {
    html.Element("p", report.problems[i], {{"class", "warn"}});
  }
}

}  // namespace

void WriteOverview(HtmlStream& html, const MachineReport& report) {
  const HtmlScope overview(html, "div", {{"id", "overview"}});
  {
    const HtmlScope head(html, "header", {{"class", "head"}});
    WriteHead(html, report);
    WriteVerdicts(html, report);
  }
  WriteFindings(html, report);
  WriteDeviceList(html, report);
  WriteChanges(html, report);
  WriteTimeline(html, report);
  WriteSkipped(html, report);
  WriteSources(html, report);
}

}  // namespace vmcoredd
