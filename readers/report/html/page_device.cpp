// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>

#include "readers/report/html/page_parts.h"

namespace vmcoredd {

namespace {

constexpr size_t kMaxOfDevice = 40;  // of findings, events, and what was not captured

std::string CaptureText(const MachineReport& report, const ReportDump& dump) {
  const ReportSource& source = report.sources[dump.source];
  std::string text = source.kind;
  if (!dump.phase.empty()) text += ", " + dump.phase;
  const std::string& time = dump.time.empty() ? source.time : dump.time;
  if (!time.empty()) text += ", " + time;
  return text;
}

std::string BaselineText(const ReportDump& dump) {
  if (!dump.diff) return "";
  if (!dump.diff->differs()) return "as there";
  const size_t fields = CountChanges(*dump.diff);
  const size_t ranges = dump.diff->ranges.size() + dump.diff->more_ranges;
  std::string text = fields != 0 ? Counted(fields, "field") : "";
  if (ranges != 0) text += (text.empty() ? "" : ", ") + Counted(ranges, "range") + " of bytes";
  return text.empty() ? "another size" : text;
}

void WriteMessages(HtmlStream& html, const ReportDump& dump) {
  const bool is_whole = dump.outcome.empty() || dump.outcome == "ok";
  if (is_whole && dump.warnings.empty() && dump.problems.empty()) return;
  const HtmlScope row(html, "tr");
  const HtmlScope cell(html, "td", {{"colspan", "6"}, {"class", "say"}});
  if (!is_whole) html.Element("p", dump.name + ": " + dump.outcome, {{"class", "warn"}});
  for (const auto* const texts : {&dump.warnings, &dump.problems}) {
    for (size_t i = 0; i < std::min<size_t>(texts->size(), 20); ++i) {
      html.Element("p", (*texts)[i], {{"class", "warn"}});
    }
  }
}

void WriteChangedFields(HtmlStream& html, const MachineReport& report, size_t index) {
  const ReportDump& dump = report.dumps[index];
  const size_t count = dump.diff ? CountChanges(*dump.diff) : 0;
  if (count == 0) return;
  html.Element(
      "h3", fmt::format("{}: {} since the baseline", dump.name,
                        count == 1 ? "1 field differs" : fmt::format("{} fields differ", count)));
  {
    const HtmlScope box(html, "div", {{"class", "scroll"}, {"tabindex", "0"}});
    const HtmlScope table(html, "table", {{"class", "values"}});
    html.Own(
        "<thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Baseline</th>"
        "<th scope=\"col\">Now</th><th scope=\"col\"></th></tr></thead><tbody>");
    size_t shown = 0;
    for (const FieldDiff& field : dump.diff->fields) {
      if (field.is_volatile || field.perturbed || field.change == FieldChange::kState) continue;
      if (++shown > kMaxPageChanges) break;
      const HtmlScope row(html, "tr");
      {
        const HtmlScope cell(html, "td");
        html.Element("a", field.path,
                     {{"class", "field"}, {"href", DumpFragment(index, field.path)}});
      }
      html.Element("td", field.first.empty() ? "not there" : field.first, {{"class", "value"}});
      html.Element("td", field.second.empty() ? "not there" : field.second, {{"class", "value"}});
      html.Element("td", field.text, {{"class", "say"}});
    }
    html.Own("</tbody>");
  }
  if (count > kMaxPageChanges) {
    html.Element("p", fmt::format("and {} more: open the dump", count - kMaxPageChanges));
  }
}

void WriteDumpRow(HtmlStream& html, const MachineReport& report, size_t index, bool is_own) {
  const ReportDump& dump = report.dumps[index];
  const HtmlScope row(html, "tr", {{"id", fmt::format("dump-{}", index)}});
  {
    const HtmlScope cell(html, "td");
    if (is_own) {
      html.Element("a", dump.name, {{"class", "name open"}, {"href", DumpFragment(index)}});
    } else {
      html.Text(dump.name);
    }
  }
  html.Element("td", CaptureText(report, dump));
  html.Element("td", std::to_string(dump.length), {{"class", "number"}});
  html.Element("td",
               dump.layout.empty()  ? "no layout is known: bytes only"
               : dump.title.empty() ? dump.layout
                                    : dump.title,
               {{"class", "say"}});
  const auto fields = std::count_if(dump.fields.begin(), dump.fields.end(),
                                    [](const FieldRecord& field) { return !field.is_group; });
  html.Element("td", dump.layout.empty() ? "" : std::to_string(fields), {{"class", "number"}});
  html.Element("td", is_own ? BaselineText(dump) : "shown beside the other");
}

void WriteDumps(HtmlStream& html,
                const MachineReport& report,
                const ReportDevice& device,
                size_t count) {
  if (device.dumps.empty()) {
    html.Element("p", "Nothing of it was captured.");
    return;
  }
  static constexpr const char* columns[] = {"Dump", "Captured", "Bytes",
                                            "What", "Fields",   "Differs from the baseline"};
  html.Element("h3", "Dumps");
  const std::vector<bool> own = DumpsOfPage(report);
  if (count < device.dumps.size()) {
    html.Element("p", fmt::format("{} of {} are in this page.", count, device.dumps.size()));
  }
  const HtmlScope box(html, "div", {{"class", "scroll"}, {"tabindex", "0"}});
  const HtmlScope table(html, "table", {{"class", "dumps"}});
  html.Own("<thead><tr>");
  for (const char* const column : columns) html.Element("th", column, {{"scope", "col"}});
  html.Own("</tr></thead>");
  for (size_t i = 0; i < count; ++i) {
    WriteDumpRow(html, report, device.dumps[i], own[device.dumps[i]]);
    WriteMessages(html, report.dumps[device.dumps[i]]);
  }
}

void WriteFindingList(HtmlStream& html, const MachineReport& report, const ReportDevice& device) {
  if (device.findings.empty()) return;
  const HtmlScope list(html, "ul", {{"class", "findings"}});
  for (size_t i = 0; i < std::min(device.findings.size(), kMaxOfDevice); ++i) {
    const ReportFinding& found = report.findings[device.findings[i]];
    const std::string_view severity = SeverityName(found.finding.severity);
    const HtmlScope item(html, "li", {{"class", severity}});
    WriteIcon(html, severity);
    const HtmlScope body(html, "div");
    html.Element("b", severity);
    html.Own(" ");
    const std::string path = !found.finding.path.empty()      ? found.finding.path
                             : found.finding.evidence.empty() ? std::string()
                                                              : found.finding.evidence[0].field;
    if (found.dump) {
      html.Element("a", found.finding.text, {{"href", DumpFragment(*found.dump, path)}});
    } else {
      html.Text(found.finding.text);
    }
    if (!found.finding.next.empty()) {
      const HtmlScope next(html, "p", {{"class", "next"}});
      html.Own("<b>Next:</b> ");
      html.Text(found.finding.next);
    }
  }
}

void WriteIdentity(HtmlStream& html, const MachineReport& report, const ReportDevice& device) {
  const HtmlScope list(html, "dl");
  if (device.parent) {
    const HtmlScope pair(html, "div");
    html.Element("dt", "behind");
    const HtmlScope value(html, "dd");
    WriteDeviceLink(html, report, *device.parent);
  }
  for (size_t i = 0; i < std::min(device.identity.size(), kMaxOfDevice); ++i) {
    const HtmlScope pair(html, "div");
    html.Element("dt", device.identity[i].first);
    html.Element("dd", device.identity[i].second);
  }
}

void WriteRest(HtmlStream& html, const MachineReport& report, const ReportDevice& device) {
  if (!device.skipped.empty()) {
    html.Element("h3", "Not captured");
    const HtmlScope list(html, "ul");
    for (size_t i = 0; i < std::min(device.skipped.size(), kMaxOfDevice); ++i) {
      const ReportSkip& skip = device.skipped[i];
      html.Element("li", fmt::format("{}: {}: {}", skip.name, skip.outcome, skip.reason));
    }
  }
  if (device.events.empty()) return;
  html.Element("h3", "What happened to it");
  const size_t first = device.events.size() - std::min(device.events.size(), kMaxOfDevice);
  if (first != 0) html.Element("p", fmt::format("{} earlier events are left out here.", first));
  const HtmlScope box(html, "div", {{"class", "scroll"}, {"tabindex", "0"}});
  const HtmlScope table(html, "table");
  for (size_t i = first; i < device.events.size(); ++i) {
    WriteEventRow(html, report, report.events[device.events[i]]);
  }
}

}  // namespace

void WriteDevicePart(HtmlStream& html, const MachineReport& report, const PageDevice& part) {
  const ReportDevice& device = report.devices[part.device];
  const HtmlScope section(html, "section",
                          {{"class", "device"}, {"id", fmt::format("device-{}", part.device)}});
  {
    const HtmlScope head(html, "h2", {{"tabindex", "-1"}});
    html.Text(device.Name());
    html.Own(" ");
    html.Element("span", DeviceTitle(device), {{"class", "title"}});
  }
  {
    const HtmlScope verdict(html, "p",
                            {{"class", "verdict " + std::string(VerdictName(device.verdict))}});
    WriteIcon(html, VerdictName(device.verdict));
    html.Text(VerdictText(device.verdict));
  }
  WriteFindingList(html, report, device);
  WriteIdentity(html, report, device);
  WriteDumps(html, report, device, part.dumps);
  for (size_t i = 0; i < part.dumps; ++i) WriteChangedFields(html, report, device.dumps[i]);
  WriteRest(html, report, device);
}

}  // namespace vmcoredd
