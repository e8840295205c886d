// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_HTML_PAGE_PARTS_H_
#define READERS_REPORT_HTML_PAGE_PARTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/report/html/html_stream.h"
#include "readers/report/machine_report.h"

// The parts of the page that are there without a script.

namespace vmcoredd {

// Arbitrary, above what anybody reads; what is above is counted.
inline constexpr size_t kMaxPageFindings = 300;
inline constexpr size_t kMaxPageDevices = 1000;
inline constexpr size_t kMaxPageDumps = 3000;     // of all devices
inline constexpr size_t kMaxDumpsOfDevice = 300;  // of one
inline constexpr size_t kMaxPageEvents = 60;      // the last ones: a script shows the others
inline constexpr size_t kMaxPageChanges = 10;     // of one dump, until it is opened
inline constexpr size_t kMaxPageRows = 300;       // of other tables

void WriteFindings(HtmlStream& html, const MachineReport& report);
// What machine, when; then findings, devices, what differs, what happened, what is not there.
void WriteOverview(HtmlStream& html, const MachineReport& report);
void WriteDeviceList(HtmlStream& html, const MachineReport& report);
void WriteDeviceTree(HtmlStream& html, const MachineReport& report);

// A device that has a part, and how many of its dumps are in it.
struct PageDevice {
  size_t device = 0;
  size_t dumps = 0;
};
// The worst first.
std::vector<PageDevice> DevicesOfPage(const MachineReport& report);
void WriteDevicePart(HtmlStream& html, const MachineReport& report, const PageDevice& part);
// Rows of a table.
void WriteEventRow(HtmlStream& html, const MachineReport& report, const ReportEvent& event);

// Fields that somebody would want to see differ.
size_t CountChanges(const DumpDiff& diff);
// What a device is, in words, as far as anything tells.
std::string DeviceTitle(const ReportDevice& device);
std::string EventTime(const ReportEvent& event);
// "1 device", "2 devices".
std::string Counted(size_t number, std::string_view what);

// "#dump-3", or that with a field in it. A script opens the dump there.
std::string DumpFragment(size_t dump, std::string_view path = {});
void WriteDeviceLink(HtmlStream& html, const MachineReport& report, size_t device);
// A picture of a severity or a verdict: what it means stands beside it.
void WriteIcon(HtmlStream& html, std::string_view name);

// Does a dump have a part of its own? A baseline that was compared is shown beside the other.
std::vector<bool> DumpsOfPage(const MachineReport& report);

}  // namespace vmcoredd

#endif  // READERS_REPORT_HTML_PAGE_PARTS_H_
