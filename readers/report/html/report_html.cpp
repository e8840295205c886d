// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/html/report_html.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "readers/report/html/dump_block.h"
#include "readers/report/html/html_stream.h"
#include "readers/report/html/page_files.h"
#include "readers/report/html/page_parts.h"

namespace vmcoredd {

namespace {

// The dumps that are packed, in the order in which they get their share of the page: those of
// devices in trouble, of these those that findings are about, of these those that differ.
std::vector<size_t> DumpsByNeed(const MachineReport& report) {
  const std::vector<bool> own = DumpsOfPage(report);
  std::vector<size_t> findings(report.dumps.size());
  for (const ReportFinding& found : report.findings) {
    if (found.dump && found.finding.severity >= Severity::kWarning) ++findings[*found.dump];
  }
  std::vector<size_t> order;
  for (const PageDevice& part : DevicesOfPage(report)) {
    const std::vector<size_t>& dumps = report.devices[part.device].dumps;
    for (size_t i = 0; i < part.dumps; ++i) {
      if (own[dumps[i]]) order.push_back(dumps[i]);
    }
  }
  const auto need = [&](size_t index) {
    const ReportDump& dump = report.dumps[index];
    return std::tuple(report.devices[dump.device].verdict, findings[index] != 0,
                      dump.diff && dump.diff->differs());
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return need(a) > need(b); });
  return order;
}

void WriteBlock(HtmlStream& html,
                const std::string& id,
                const std::string& packed,
                HtmlStream::Attributes attributes = {}) {
  // A type that no browser knows: neither run nor shown. base64 holds nothing that ends it.
  html.Own("<script type=\"application/octet-stream\" id=\"" + id + '"');
  for (const auto& [name, value] : attributes) {
    html.Own(fmt::format(" {}=\"{}\"", name, HtmlText(value, 1'000'000)));
  }
  html.Own(">");
  html.Own(packed);
  html.Own("</script>\n");
}

size_t WriteFieldBlocks(HtmlStream& html,
                        const MachineReport& report,
                        const std::vector<size_t>& dumps) {
  size_t used = 0;
  for (const size_t dump : dumps) {
    std::string packed = PackFields(report, dump, true);
    if (used + packed.size() > kMaxPackedFields) packed = PackFields(report, dump, false);
    if (used + packed.size() > kMaxPackedFields) continue;
    used += packed.size();
    WriteBlock(html, fmt::format("fields-{}", dump), packed);
  }
  return used;
}

void WriteByteBlock(HtmlStream& html, size_t dump, const PackedBytes& bytes) {
  std::string segments;
  for (const ByteRange& segment : bytes.segments) {
    segments += fmt::format("{}{}:{}", segments.empty() ? "" : ",", segment.offset, segment.size);
  }
  WriteBlock(html, fmt::format("bytes-{}", dump), bytes.packed,
             {{"data-segments", segments},
              {"data-baseline", bytes.has_baseline ? std::to_string(bytes.baseline_length) : ""},
              {"data-problem", bytes.problem}});
}

void WriteByteBlocks(HtmlStream& html,
                     const MachineReport& report,
                     const std::vector<size_t>& dumps,
                     size_t used) {
  for (const size_t dump : dumps) {
    PackedBytes bytes = PackBytes(report, dump, kMaxHeadBytes, true);
    if (used + bytes.packed.size() > kMaxPacked) {
      bytes = PackBytes(report, dump, kMinHeadBytes, false);
    }
    if (used + bytes.packed.size() > kMaxPacked) continue;
    used += bytes.packed.size();
    if (!bytes.segments.empty() || !bytes.problem.empty()) WriteByteBlock(html, dump, bytes);
  }
}

void WriteContent(HtmlStream& html, const MachineReport& report) {
  WriteOverview(html, report);
  for (const PageDevice& part : DevicesOfPage(report)) WriteDevicePart(html, report, part);
}

void WriteBlocks(HtmlStream& html, const MachineReport& report) {
  if (report.events.size() > kMaxPageEvents) WriteBlock(html, "events", PackEvents(report));
  const std::vector<size_t> dumps = DumpsByNeed(report);
  WriteByteBlocks(html, report, dumps, WriteFieldBlocks(html, report, dumps));
}

std::string Title(const MachineReport& report) {
  std::string title = report.nodename.empty() ? "a machine" : report.nodename;
  if (!report.crash_time.empty()) title += ", crashed " + report.crash_time;
  return title + " - vmcoredd";
}

}  // namespace

void WriteReportHtml(const MachineReport& report, const TextSink& out) {
  HtmlStream html(out);
  std::string_view rest = kPageSkeleton;
  for (;;) {
    const size_t begin = rest.find("<!--");
    const size_t end = rest.find("-->", begin);
    if (begin == rest.npos || end == rest.npos) break;
    html.Own(rest.substr(0, begin));
    const std::string_view name = rest.substr(begin + 4, end - begin - 4);
    rest.remove_prefix(end + 3);
    if (name == "title") html.Text(Title(report));
    if (name == "style") html.Own(kPageStyle);
    if (name == "style-hash") html.Own(kPageStyleHash);
    if (name == "script") html.Own(kPageScript);
    if (name == "script-hash") html.Own(kPageScriptHash);
    if (name == "content") WriteContent(html, report);
    if (name == "blocks") WriteBlocks(html, report);
  }
  html.Own(rest);
}

}  // namespace vmcoredd
