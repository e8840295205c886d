// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/report_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <string_view>

#include "readers/report/decode_text.h"
#include "readers/report/diff_output.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

std::string Shown(std::string_view raw, size_t limit = 300) {
  std::string text = EscapeBytes(raw.substr(0, limit));
  if (raw.size() > limit) text += "...";
  return text;
}

std::string Indented(const std::string& text, std::string_view by) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    out += std::string(by) + text.substr(at, end - at) + '\n';
    at = end + 1;
  }
  return out;
}

std::string SourceText(const ReportSource& source) {
  std::string text = fmt::format("  {:<10} {}", source.kind, Shown(source.file));
  if (!source.time.empty()) text += "  " + Shown(source.time);
  if (!source.release.empty()) text += "  " + Shown(source.release);
  text += '\n';
  for (const std::string& warning : source.warnings)
    text += "             ! " + Shown(warning) + '\n';
  return text;
}

std::string DumpText(const MachineReport& report, const ReportDump& dump) {
  const ReportSource& source = report.sources[dump.source];
  std::string text = fmt::format("    {} ({}", Shown(dump.name), source.kind);
  if (!dump.phase.empty()) text += ", " + Shown(dump.phase);
  text += fmt::format(", {} bytes)", dump.length);
  if (dump.layout.empty()) text += ": no layout is known";
  if (!dump.outcome.empty() && dump.outcome != "ok") text += ": " + Shown(dump.outcome);
  text += '\n';
  for (const std::string& warning : dump.warnings) text += "      ! " + Shown(warning) + '\n';
  for (const std::string& problem : dump.problems) text += "      ! " + Shown(problem) + '\n';
  if (!dump.diff) return text;
  if (!dump.diff->differs()) return text + "      as in the baseline\n";
  return text + "      from the baseline to this:\n" + Indented(DiffText(*dump.diff, {}), "      ");
}

std::string DeviceText(const MachineReport& report, const ReportDevice& device) {
  std::string text = Shown(device.Name());
  if (!device.title.empty()) text += "  " + Shown(device.title);
  text += fmt::format("\n  {}\n", VerdictText(device.verdict));
  if (device.parent) text += "  behind " + Shown(report.devices[*device.parent].Name()) + '\n';
  std::string identity;
  for (const auto& [key, value] : device.identity) {
    identity += fmt::format("{}{} {}", identity.empty() ? "" : ", ", Shown(key), Shown(value, 80));
  }
  if (!identity.empty()) text += "  " + identity + '\n';
  for (const size_t index : device.dumps) {
    if (!report.sources[report.dumps[index].source].is_baseline()) {
      text += DumpText(report, report.dumps[index]);
    }
  }
  for (const ReportSkip& skip : device.skipped) {
    text += fmt::format("    not captured: {}: {}: {}\n", Shown(skip.name), Shown(skip.outcome),
                        Shown(skip.reason));
  }
  return text;
}

std::string EventText(const MachineReport& report, const ReportEvent& event) {
  std::string when = event.time;
  if (when.empty() && event.since_boot) when = fmt::format("{:>12.6f} s", *event.since_boot);
  if (when.empty()) when = "time not known";
  std::string text = fmt::format("  {:<20}  {:<16} ", Shown(when), Shown(event.kind));
  if (event.device) text += Shown(report.devices[*event.device].Name()) + "  ";
  return text + Shown(event.text, 500) + '\n';
}

}  // namespace

std::vector<size_t> DevicesByVerdict(const MachineReport& report) {
  std::vector<size_t> order(report.devices.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const ReportDevice& one = report.devices[a];
    const ReportDevice& other = report.devices[b];
    if (one.verdict != other.verdict) return one.verdict > other.verdict;
    return one.Name() < other.Name();
  });
  return order;
}

std::string ReportText(const MachineReport& report) {
  std::string text =
      fmt::format("{}{}{}\n", report.nodename.empty() ? "a machine" : Shown(report.nodename),
                  report.release.empty() ? "" : ", Linux " + Shown(report.release),
                  report.crash_time.empty() ? "" : ", crashed " + Shown(report.crash_time));
  text += "\nfindings\n";
  for (const ReportFinding& found : report.findings) {
    text += Indented(Shown(report.devices[found.device].Name()) + ": " + FindingText(found.finding),
                     "  ");
  }
  if (report.findings.empty()) text += "  none\n";
  text += "\ndevices\n";
  for (const size_t index : DevicesByVerdict(report)) {
    text += Indented(DeviceText(report, report.devices[index]), "  ");
  }
  text += "\nwhat happened\n";
  for (const ReportEvent& event : report.events) text += EventText(report, event);
  if (report.log_lines_left_out != 0) {
    text += fmt::format("  and {} earlier lines of the kernel log\n", report.log_lines_left_out);
  }
  text += "\nfrom\n";
  for (const ReportSource& source : report.sources) text += SourceText(source);
  for (const std::string& problem : report.problems) text += "  ! " + Shown(problem) + '\n';
  return text;
}

std::string TimelineText(const MachineReport& report) {
  std::string text;
  for (const ReportEvent& event : report.events) text += EventText(report, event);
  return text;
}

}  // namespace vmcoredd
