// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/html/page_parts.h"

#include <fmt/core.h>

#include <algorithm>

#include "readers/report/report_text.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

std::string Counted(size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string DumpFragment(size_t dump, std::string_view path) {
  std::string text = fmt::format("#dump-{}", dump);
  if (!path.empty()) text += ':' + PercentEncoded(EscapeBytes(path.substr(0, 500)));
  return text;
}

void WriteDeviceLink(HtmlStream& html, const MachineReport& report, size_t device) {
  html.Element("a", report.devices[device].Name(),
               {{"class", "name"}, {"href", fmt::format("#device-{}", device)}});
}

void WriteIcon(HtmlStream& html, std::string_view name) {
  html.Own(fmt::format("<svg class=\"icon {0}\" aria-hidden=\"true\"><use href=\"#i-{0}\"/></svg>",
                       name));
}

std::string EventTime(const ReportEvent& event) {
  if (!event.time.empty()) return event.time;
  if (event.since_boot) return fmt::format("{:.6f} s after boot", *event.since_boot);
  return "not known";
}

void WriteEventRow(HtmlStream& html, const MachineReport& report, const ReportEvent& event) {
  const HtmlScope row(html, "tr");
  html.Element("td", EventTime(event), {{"class", "when"}});
  html.Element("td", event.kind);
  {
    const HtmlScope cell(html, "td");
    if (event.device) WriteDeviceLink(html, report, *event.device);
  }
  html.Element("td", event.text, {{"class", event.kind == "kernel-log" ? "log" : "say"}});
}

size_t CountChanges(const DumpDiff& diff) {
  return static_cast<size_t>(
      std::count_if(diff.fields.begin(), diff.fields.end(), [](const FieldDiff& field) {
        return !field.is_volatile && !field.perturbed && field.change != FieldChange::kState;
      }));
}

std::string DeviceTitle(const ReportDevice& device) {
  if (!device.title.empty()) return device.title;
  std::string text;
  const auto property = [&device](std::string_view key) {
    for (const auto& [name, value] : device.identity) {
      if (name == key) return value;
    }
    return std::string();
  };
  text = property("driver");
  const std::string vendor = property("vendor");
  if (!vendor.empty()) {
    text += (text.empty() ? "" : ", ") + ("vendor " + vendor) + " device " + property("device");
  }
  return text;
}

std::vector<PageDevice> DevicesOfPage(const MachineReport& report) {
  std::vector<PageDevice> parts;
  size_t left = kMaxPageDumps;
  for (const size_t device : DevicesByVerdict(report)) {
    if (parts.size() == kMaxPageDevices) break;
    const size_t dumps = std::min({report.devices[device].dumps.size(), kMaxDumpsOfDevice, left});
    left -= dumps;
    parts.push_back({device, dumps});
  }
  return parts;
}

std::vector<bool> DumpsOfPage(const MachineReport& report) {
  std::vector<bool> own(report.dumps.size(), true);
  for (const ReportDump& dump : report.dumps) {
    if (dump.baseline) own[*dump.baseline] = false;
  }
  return own;
}

}  // namespace vmcoredd
