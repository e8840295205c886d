// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <cstring>

#include "collector/watch/trace_format.h"
#include "collector/watch/trace_page.h"
#include "collector/watch/uevent.h"

namespace vmcoredd::watch {
namespace {

// events/devlink/devlink_health_report/format of Linux 6.1.
constexpr std::string_view kFormat =
    "name: devlink_health_report\n"
    "ID: 1301\n"
    "format:\n"
    "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
    "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
    "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
    "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
    "\n"
    "\tfield:__data_loc char[] bus_name;\toffset:8;\tsize:4;\tsigned:1;\n"
    "\tfield:__data_loc char[] msg;\toffset:12;\tsize:4;\tsigned:1;\n"
    "\tfield:char comm[4];\toffset:16;\tsize:4;\tsigned:1;\n"
    "\n"
    "print fmt: \"bus_name=%s %s\", __get_str(bus_name), __get_str(msg)\n";

constexpr std::string_view kHeaderPage =
    "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
    "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
    "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
    "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n";

template <typename T>
void Put(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string Record(const std::string& bus, const std::string& message) {
  std::string record;
  Put<uint16_t>(record, 1301);
  Put<uint16_t>(record, 0);
  Put<uint32_t>(record, 42);
  Put<uint32_t>(record, static_cast<uint32_t>((bus.size() + 1) << 16 | 20));
  Put<uint32_t>(record, static_cast<uint32_t>((message.size() + 1) << 16 | (21 + bus.size())));
  record += "comm" + bus + '\0' + message + '\0';
  while (record.size() % 4 != 0) record += '\0';
  return record;
}

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// A page of little-endian bit fields, as on x86 and arm64.
class Page {
 public:
  void Short(uint32_t delta, std::string_view record) {
    Put<uint32_t>(data_, static_cast<uint32_t>(record.size() / 4) | delta << 5);
    data_ += record;
  }
  void Long(uint32_t delta, std::string_view record) {
    Put<uint32_t>(data_, 0 | delta << 5);
    Put<uint32_t>(data_, static_cast<uint32_t>(record.size() + 4));
    data_ += record;
  }
  void Words(uint32_t type, uint32_t delta, uint32_t word) {
    Put<uint32_t>(data_, type | delta << 5);
    Put<uint32_t>(data_, word);
  }
  std::string Finish(uint64_t flags = 0, uint64_t lost = 0) const {
    std::string page;
    Put<uint64_t>(page, 1000);
    Put<uint64_t>(page, data_.size() | flags);
    page += data_;
    if (flags != 0) Put<uint64_t>(page, lost);
    page.resize(4096);
    return page;
  }

 private:
  std::string data_;
};

struct Seen {
  std::vector<std::pair<uint64_t, std::string>> records;
  Result<TracePageEnd> end = TracePageEnd();
};
Seen Visit(const std::string& page) {
  Seen seen;
  seen.end = VisitTracePage(Bytes(page), TracePageLayout(), [&](uint64_t time, auto bytes) {
    seen.records.emplace_back(
        time, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  });
  return seen;
}

TEST(TraceFormat, SaysWhereFieldsAre) {
  const auto format = ParseTraceFormat(kFormat);
  ASSERT_TRUE(format) << format.error().ToString();
  EXPECT_EQ("devlink_health_report", format->name);
  EXPECT_EQ(1301, format->id);
  EXPECT_EQ(7u, format->fields.size());
  // A message may hold anything; it cannot pretend to be a field.
  const std::string record = Record("pci", "a\nreporter_name=b: c");
  const TraceRecord read(*format, Bytes(record));
  EXPECT_EQ("pci", read.Text("bus_name"));
  EXPECT_EQ("a\nreporter_name=b: c", read.Text("msg"));
  EXPECT_EQ("comm", read.Text("comm"));
  EXPECT_EQ(42u, read.Number("common_pid"));
  EXPECT_EQ(std::nullopt, read.Text("nothing"));
}

TEST(TraceFormat, WhatDoesNotFitTheRecordIsNotThere) {
  const auto format = ParseTraceFormat(kFormat);
  const std::string record = Record("pci", "message");
  for (size_t size = 0; size < record.size() - 4; ++size) {
    EXPECT_EQ(std::nullopt, TraceRecord(*format, Bytes(record).first(size)).Text("msg")) << size;
  }
}

TEST(TraceFormat, RefusesWhatIsNone) {
  EXPECT_EQ(ErrorCode::kNotRecognised, ParseTraceFormat("").error().code());
  EXPECT_EQ(ErrorCode::kNotRecognised, ParseTraceFormat("name: x\n").error().code());
  const auto broken = ParseTraceFormat("name: x\nID: 1\nfield:int a;\toffset:z;\tsize:4;\n");
  ASSERT_FALSE(broken);
  EXPECT_EQ("line 3: expected a field with offset and size", broken.error().message());
}

TEST(TracePage, LayoutIsThatOfTheHeader) {
  const auto layout = ParsePageLayout(kHeaderPage);
  ASSERT_TRUE(layout) << layout.error().ToString();
  EXPECT_EQ(8u, layout->commit_offset);
  EXPECT_EQ(8u, layout->commit_size);
  EXPECT_EQ(16u, layout->data_offset);
  EXPECT_EQ(4096u, layout->page_size());
}

TEST(TracePage, RecordsComeWithTheirTime) {
  Page page;
  page.Short(5, "aaaabbbb");
  page.Words(30, 7, 1);  // a step of more than 27 bits
  page.Long(1, std::string(200, 'x'));
  page.Words(29, 3, 4);  // discarded
  page.Short(1, "cccc");
  page.Words(31, 0, 2);  // an absolute time
  page.Short(2, "dddd");
  const Seen seen = Visit(page.Finish());
  ASSERT_TRUE(seen.end) << seen.end.error().ToString();
  ASSERT_EQ(4u, seen.records.size());
  EXPECT_EQ(std::pair(uint64_t{1005}, std::string("aaaabbbb")), seen.records[0]);
  const uint64_t long_step = uint64_t{1} << 27;
  EXPECT_EQ(std::pair(1005 + long_step + 7 + 1, std::string(200, 'x')), seen.records[1]);
  EXPECT_EQ(1013 + long_step + 3 + 1, seen.records[2].first);
  EXPECT_EQ(std::pair((uint64_t{2} << 27) + 2, std::string("dddd")), seen.records[3]);
  EXPECT_FALSE(seen.end->has_lost);
}

TEST(TracePage, SaysHowManyWereLost) {
  Page page;
  page.Short(0, "aaaa");
  const Seen counted = Visit(page.Finish(uint64_t{3} << 30, 17));
  ASSERT_TRUE(counted.end);
  EXPECT_TRUE(counted.end->has_lost);
  EXPECT_EQ(17u, counted.end->lost);
  EXPECT_EQ(1u, counted.records.size());
  const Seen uncounted = Visit(page.Finish(uint64_t{1} << 31, 17));
  ASSERT_TRUE(uncounted.end);
  EXPECT_TRUE(uncounted.end->has_lost);
  EXPECT_EQ(0u, uncounted.end->lost);
}

TEST(TracePage, DamageCostsWhatIsBehindIt) {
  Page page;
  page.Short(0, "aaaa");
  page.Words(0, 0, 5000);
  const Seen seen = Visit(page.Finish());
  ASSERT_FALSE(seen.end);
  EXPECT_EQ(ErrorCode::kCorrupt, seen.end.error().code());
  EXPECT_EQ(24u, seen.end.error().offset());
  EXPECT_EQ(1u, seen.records.size());
  EXPECT_EQ(ErrorCode::kTruncated, Visit("short").end.error().code());
  std::string full = Page().Finish();
  full[9] = '\x7f';  // more bytes than a page has
  EXPECT_EQ(ErrorCode::kCorrupt, Visit(full).end.error().code());
}

TEST(Uevent, IsOfTheKernel) {
  using namespace std::string_view_literals;
  const auto uevent = ParseUevent(
      Bytes("add@/devices/virtual/devcoredump/devcd3\0ACTION=add\0"
            "DEVPATH=/devices/virtual/devcoredump/devcd3\0SUBSYSTEM=devcoredump\0SEQNUM=1\0"sv));
  ASSERT_TRUE(uevent);
  EXPECT_EQ("add", uevent->action);
  EXPECT_EQ("devcoredump", uevent->subsystem);
  EXPECT_EQ("devcd3", uevent->name());
  EXPECT_FALSE(ParseUevent(Bytes("libudev\0\xfe\xed\xca\xfe"sv)));
  EXPECT_FALSE(ParseUevent(Bytes("add@/x\0ACTION=add\0DEVPATH=/x"sv)));
  EXPECT_FALSE(ParseUevent(Bytes("add@/x\0ACTION=add\0"sv)));
  EXPECT_FALSE(ParseUevent({}));
}

}  // namespace
}  // namespace vmcoredd::watch
