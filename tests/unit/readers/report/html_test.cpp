// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>

#include "readers/report/html/dump_block.h"
#include "readers/report/html/html_stream.h"
#include "readers/report/html/page_block.h"
#include "readers/report/html/page_parts.h"
#include "readers/report/html/report_html.h"

namespace vmcoredd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Decoded(const std::string& text) {
  std::string out;
  uint32_t word = 0;
  int bits = 0;
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const char c : text) {
    if (c == '=') break;
    word = word << 6 | static_cast<uint32_t>(digits.find(c));
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(word >> bits & 0xff);
  }
  return out;
}

std::string Unpacked(const std::string& packed) {
  const std::string bytes = Decoded(packed);
  std::string out(1 << 20, '\0');
  uLongf size = out.size();
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(out.data()), &size,
                       reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()),
            Z_OK);
  out.resize(size);
  return out;
}

TEST(HtmlTextTest, NothingInItMeansAnythingToHtml) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  const std::string text = HtmlText(all);
  EXPECT_EQ(text.find_first_of("<>\"'"), text.npos);
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; }));
  EXPECT_EQ(HtmlText("<a href='x'>&\"\n\\"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\\x0a\\x5c");
}

TEST(HtmlTextTest, IsBounded) {
  EXPECT_EQ(HtmlText("abcdef", 3), "abc...");
  EXPECT_EQ(HtmlText("abc", 3), "abc");
  EXPECT_LT(HtmlText(std::string(1'000'000, '<')).size(), 5 * kMaxHtmlText);
}

TEST(HtmlStreamTest, EscapesTextAndAttributes) {
  std::string out;
  HtmlStream html([&out](std::string_view text) { out += text; });
  {
    const HtmlScope list(html, "ul", {{"title", "\"><script>"}});
    html.Element("li", "</ul>");
  }
  EXPECT_EQ(out, "<ul title=\"&quot;&gt;&lt;script&gt;\"><li>&lt;/ul&gt;</li></ul>");
}

TEST(PageBlockTest, Base64OfEachRest) {
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foo"), "Zm9v");
  EXPECT_EQ(Base64("\xff\xfe\xfd\xfc"), "//79/A==");
}

TEST(PageBlockTest, UnpacksToWhatWasAddedInPieces) {
  PageBlock block;
  std::string all;
  for (int i = 0; i < 20'000; ++i) {
    const std::string piece = std::to_string(i * 2654435761U);
    block.Add(piece);
    all += piece;
  }
  EXPECT_EQ(Unpacked(block.Finish()), all);
}

TEST(PageBlockTest, NothingIsAWholeBlock) { EXPECT_EQ(Unpacked(PageBlock().Finish()), ""); }

const std::string kHostile = "</script><script>owned()</script><img src=x onerror=owned()>";

FieldRecord Field(const std::string& path, uint64_t offset) {
  FieldRecord field;
  field.path = path;
  field.offset = offset;
  field.size = 4;
  field.value = 1;
  field.shown = "0x1";
  return field;
}

// One device, one dump, everything in it hostile.
MachineReport Hostile() {
  MachineReport report;
  report.nodename = report.release = report.arch = report.crash_time = kHostile;
  ReportSource source;
  source.file = source.format = source.kind = source.time = kHostile;
  source.warnings = {kHostile};
  report.sources.push_back(source);
  ReportDump dump;
  dump.name = dump.layout = dump.title = dump.outcome = dump.phase = kHostile;
  dump.warnings = dump.problems = {kHostile};
  dump.length = 16;
  dump.holes = {{{0, 4}, kHostile}};
  dump.fields = {Field(kHostile, 0)};
  dump.fields[0].shown = dump.fields[0].text = dump.fields[0].window = kHostile;
  dump.remarks = {{kHostile, kHostile, kHostile, 0, true}};
  dump.diff = DumpDiff();
  FieldDiff changed;
  changed.path = changed.text = changed.first = changed.second = kHostile;
  dump.diff->fields = {changed};
  dump.baseline = 0;
  report.dumps.push_back(dump);
  report.dumps[0].baseline.reset();
  ReportFinding found;
  found.finding.severity = Severity::kFatal;
  found.finding.id = found.finding.text = found.finding.next = found.finding.path = kHostile;
  found.finding.evidence = {{kHostile, 0, kHostile}};
  found.dump = 0;
  report.findings.push_back(found);
  ReportDevice device;
  device.bus = device.address = device.title = kHostile;
  device.identity = {{kHostile, kHostile}};
  device.dumps = {0};
  device.findings = {0};
  device.events = {0};
  device.skipped = {{0, kHostile, kHostile, kHostile}};
  report.devices.push_back(device);
  ReportEvent event;
  event.time = event.kind = event.text = kHostile;
  event.device = 0;
  report.events.push_back(event);
  report.problems = {kHostile};
  return report;
}

std::string PageOf(const MachineReport& report) {
  std::string page;
  WriteReportHtml(report, [&page](std::string_view text) { page += text; });
  return page;
}

size_t Count(const std::string& text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(ReportHtmlTest, NoStringOfADumpBecomesATag) {
  const std::string page = PageOf(Hostile());
  EXPECT_THAT(page, Not(HasSubstr("<script>owned")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_EQ(Count(page, "<script>"), 1);  // the page's own
  EXPECT_EQ(Count(page, "</script>"), 1 + Count(page, "<script type="));
  EXPECT_THAT(page, Not(HasSubstr("<!--")));
}

TEST(ReportHtmlTest, AnEmptyReportIsAPage) {
  const std::string page = PageOf(MachineReport());
  EXPECT_THAT(page, HasSubstr("No device is known"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

TEST(ReportHtmlTest, MoreDevicesThanAPageHasAreCounted) {
  MachineReport report;
  report.devices.resize(kMaxPageDevices + 7);
  for (size_t i = 0; i < report.devices.size(); ++i) {
    report.devices[i].bus = "pci";
    report.devices[i].address = std::to_string(i);
    report.devices[i].parent = i + 1 < report.devices.size() ? i + 1 : 0;  // a circle
  }
  const std::string page = PageOf(report);
  EXPECT_THAT(page, HasSubstr("and 7 more"));
  EXPECT_EQ(Count(page, "<section class=\"device\""), kMaxPageDevices);
}

TEST(ReportHtmlTest, MoreDumpsThanAPageHasAreCounted) {
  MachineReport report;
  report.sources.emplace_back();
  report.devices.resize(2);
  report.dumps.resize(kMaxDumpsOfDevice + 5);
  for (size_t i = 0; i < report.dumps.size(); ++i) report.devices[0].dumps.push_back(i);
  report.devices[1].dumps = {0};
  const std::string page = PageOf(report);
  EXPECT_THAT(page, HasSubstr("300 of 305 are in this page"));
  EXPECT_EQ(Count(page, "<tr id=\"dump-"), kMaxDumpsOfDevice + 1);
  // What has no row has no block.
  EXPECT_THAT(page, HasSubstr("id=\"fields-299\""));
  EXPECT_THAT(page, Not(HasSubstr("id=\"fields-300\"")));
}

TEST(PackFieldsTest, StringsAreEscapedText) {
  const std::string json = Unpacked(PackFields(Hostile(), 0, true));
  EXPECT_THAT(json, HasSubstr("\"shown\":[\"</script>"));  // base64 hides it from the page
  MachineReport report = Hostile();
  report.dumps[0].fields[0].shown = "\x1b[31m\xff";
  EXPECT_THAT(Unpacked(PackFields(report, 0, true)), HasSubstr("\\\\x1b[31m\\\\xff"));
}

TEST(PackFieldsTest, OffsetsCountFromTheDumpsFirstByte) {
  MachineReport report;
  report.sources.emplace_back();
  report.dumps.emplace_back();
  report.dumps[0].first_address = 0xfffffffffffff000;
  report.dumps[0].fields = {Field("A", 0xfffffffffffff010), Field("B", 8)};
  const std::string json = Unpacked(PackFields(report, 0, true));
  EXPECT_THAT(json, HasSubstr("\"first\":\"fffffffffffff000\""));
  EXPECT_THAT(json, HasSubstr("\"at\":[16,9007199254740991]"));  // B is nowhere in it
}

TEST(PackFieldsTest, WithoutAllOnlyWhatSomebodyLooksFor) {
  MachineReport report;
  report.sources.emplace_back();
  report.devices.emplace_back();
  report.dumps.emplace_back();
  report.dumps[0].fields = {Field("A", 0), Field("B", 4), Field("C", 8)};
  ReportFinding found;
  found.dump = 0;
  found.finding.evidence = {{"C", 8, "0x1"}};
  report.findings.push_back(found);
  EXPECT_THAT(Unpacked(PackFields(report, 0, false)), HasSubstr("\"path\":[\"C\"]"));
  EXPECT_THAT(Unpacked(PackFields(report, 0, true)), HasSubstr("\"path\":[\"A\",\"B\",\"C\"]"));
}

TEST(DumpFragmentTest, IsOfCharactersOfAnAddress) {
  EXPECT_EQ(DumpFragment(3), "#dump-3");
  EXPECT_EQ(DumpFragment(3, "a[0].B c"), "#dump-3:a%5B0%5D.B%20c");
}

TEST(DumpsOfPageTest, ABaselineThatWasComparedIsBesideTheOther) {
  MachineReport report;
  report.dumps.resize(3);
  report.dumps[0].baseline = 1;
  EXPECT_THAT(DumpsOfPage(report), ::testing::ElementsAre(true, false, true));
}

}  // namespace
}  // namespace vmcoredd
