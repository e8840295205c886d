// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "readers/report/html/page_parts.h"
#include "readers/report/report_text.h"

namespace vmcoredd {

namespace {

constexpr size_t kMaxDepth = 64;  // of the tree: deeper than buses nest

std::string DriverText(const ReportDevice& device) {
  std::string driver, firmware;
  for (const auto& [key, value] : device.identity) {
    if (key == "driver") driver = value;
    if (firmware.empty() && (key == "firmware" || key == "running.fw" || key == "fw.version")) {
      firmware = value;
    }
  }
  if (firmware.empty()) return driver;
  return driver + (driver.empty() ? "" : ", ") + "firmware " + firmware;
}

std::string ChangeText(const MachineReport& report, const ReportDevice& device) {
  size_t fields = 0, ranges = 0;
  bool is_compared = false;
  for (const size_t index : device.dumps) {
    const ReportDump& dump = report.dumps[index];
    if (!dump.diff) continue;
    is_compared = true;
    fields += CountChanges(*dump.diff);
    ranges += dump.diff->ranges.size() + dump.diff->more_ranges;
  }
  if (!is_compared) return "";
  if (fields == 0 && ranges == 0) return "nothing";
  std::string text;
  if (fields != 0) text = Counted(fields, "field");
  if (ranges != 0) text += (text.empty() ? "" : ", ") + Counted(ranges, "range") + " of bytes";
  return text;
}

void WriteState(HtmlStream& html, const ReportDevice& device) {
  WriteIcon(html, VerdictName(device.verdict));
  html.Text(device.verdict == Verdict::kNoTrouble ? "no trouble" : VerdictName(device.verdict));
}

void WriteRow(HtmlStream& html, const MachineReport& report, size_t index) {
  const ReportDevice& device = report.devices[index];
  const HtmlScope row(html, "tr", {{"class", VerdictName(device.verdict)}});
  {
    const HtmlScope cell(html, "td", {{"class", "state"}});
    WriteState(html, device);
  }
  {
    const HtmlScope cell(html, "td");
    WriteDeviceLink(html, report, index);
  }
  html.Element("td", DeviceTitle(device), {{"class", "say"}});
  html.Element("td", DriverText(device));
  {
    const HtmlScope cell(html, "td");
    if (device.parent) WriteDeviceLink(html, report, *device.parent);
  }
  html.Element("td", device.findings.empty() ? "" : std::to_string(device.findings.size()),
               {{"class", "number"}});
  html.Element("td", ChangeText(report, device));
}

// A device and what is behind it. Devices may be each other's parents: see `seen`.
void WriteBranch(HtmlStream& html,
                 const MachineReport& report,
                 const std::vector<std::vector<size_t>>& children,
                 size_t index,
                 size_t depth,
                 std::vector<bool>& seen) {
  if (seen[index] || depth > kMaxDepth) return;
  seen[index] = true;
  const ReportDevice& device = report.devices[index];
  const HtmlScope item(html, "li", {{"class", VerdictName(device.verdict)}});
  WriteState(html, device);
  html.Own(" ");
  WriteDeviceLink(html, report, index);
  html.Own(" ");
  html.Element("span", DeviceTitle(device), {{"class", "title"}});
  if (children[index].empty()) return;
  const HtmlScope list(html, "ul");
  for (const size_t child : children[index]) {
    WriteBranch(html, report, children, child, depth + 1, seen);
  }
}

}  // namespace

void WriteDeviceList(HtmlStream& html, const MachineReport& report) {
  const HtmlScope section(html, "section", {{"id", "devices"}});
  html.Element("h2", "Devices");
  if (report.devices.empty()) {
    html.Element("p", "No device is known: there is no device dump among the sources.");
    return;
  }
  html.Own(
      "<p class=\"script\"><label>Filter <input id=\"device-filter\" type=\"search\" "
      "placeholder=\"name, driver, state\" autocomplete=\"off\"></label></p>");
  std::vector<size_t> order = DevicesByVerdict(report);
  const size_t count = order.size();
  if (count > kMaxPageDevices) order.resize(kMaxPageDevices);
  {
    const HtmlScope box(html, "div", {{"class", "scroll"}, {"tabindex", "0"}});
    const HtmlScope table(html, "table");
    html.Own("<thead><tr>");
    for (const char* const column :
         {"State", "Device", "What", "Driver", "Behind", "Findings", "Differs from the baseline"}) {
      html.Element("th", column, {{"scope", "col"}});
    }
    html.Own("</tr></thead>");
    const HtmlScope body(html, "tbody", {{"id", "device-rows"}});
    for (const size_t index : order) WriteRow(html, report, index);
  }
  if (count > kMaxPageDevices) {
    html.Element("p", fmt::format("and {} more, which are not in this page", count - order.size()));
  }
  WriteDeviceTree(html, report);
}

void WriteDeviceTree(HtmlStream& html, const MachineReport& report) {
  std::vector<std::vector<size_t>> children(report.devices.size());
  std::vector<size_t> roots;
  bool is_tree = false;
  for (size_t i = 0; i < std::min(report.devices.size(), kMaxPageDevices); ++i) {
    const ReportDevice& device = report.devices[i];
    is_tree |= device.parent.has_value();
    if (device.parent && *device.parent != i) {
      children[*device.parent].push_back(i);
    } else {
      roots.push_back(i);
    }
  }
  if (!is_tree) return;
  const auto by_name = [&](size_t a, size_t b) {
    return report.devices[a].Name() < report.devices[b].Name();
  };
  std::sort(roots.begin(), roots.end(), by_name);
  for (auto& list : children) std::sort(list.begin(), list.end(), by_name);
  const HtmlScope details(html, "details", {{"id", "tree"}});
  html.Element("summary", "The same as a tree: what is behind which bridge");
  const HtmlScope list(html, "ul", {{"class", "tree"}});
  std::vector<bool> seen(report.devices.size());
  for (const size_t root : roots) WriteBranch(html, report, children, root, 0, seen);
  // What is in a circle hangs on no root.
  for (size_t i = 0; i < std::min(report.devices.size(), kMaxPageDevices); ++i) {
    WriteBranch(html, report, children, i, 0, seen);
  }
}

}  // namespace vmcoredd
