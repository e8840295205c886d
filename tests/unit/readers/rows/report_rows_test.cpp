// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/rows/report_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "readers/rows/json_rows.h"
#include "tests/unit/readers/rows/support.h"

namespace vmcoredd::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

bool Fits(const RowColumn& column, const RowValue& value) {
  if (std::holds_alternative<std::monostate>(value)) return !column.is_required;
  switch (column.kind) {
    case ColumnKind::kInteger:
    case ColumnKind::kBig:
    case ColumnKind::kReference: return std::holds_alternative<uint64_t>(value);
    case ColumnKind::kReal: return std::holds_alternative<double>(value);
    case ColumnKind::kFlag: return std::holds_alternative<bool>(value);
    case ColumnKind::kText:
    case ColumnKind::kJson: return std::holds_alternative<std::string>(value);
  }
  return false;
}

// Every value is what its column says; a reference is to a row that there is.
class CheckingSink final : public RowSink {
 public:
  Result<void> OnRow(RowType type, uint64_t id, std::span<const RowValue> values) override {
    const RowTable& table = TableOf(type);
    EXPECT_GE(type, last);
    last = type;
    EXPECT_EQ(id, counts[static_cast<size_t>(type)]++);
    EXPECT_EQ(values.size(), table.columns.size()) << table.name;
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_TRUE(Fits(table.columns[i], values[i])) << table.name << '.' << table.columns[i].name;
    }
    if (limit-- == 0) return Fail(ErrorCode::kIo, "full");
    return {};
  }
  std::array<size_t, kRowTypes> counts{};
  RowType last = RowType::kMachine;
  size_t limit = SIZE_MAX;
};

TEST(WriteRows, ValuesFitTheirColumns) {
  CheckingSink sink;
  ASSERT_TRUE(WriteRows(SmallReport(), {}, sink));
  EXPECT_THAT(sink.counts, ElementsAre(1, 2, 2, 2, 8, 2, 3, 1, 1));
}

TEST(WriteRows, FieldsCanBeLeftOut) {
  CheckingSink sink;
  RowOptions options;
  options.with_fields = false;
  ASSERT_TRUE(WriteRows(SmallReport(), options, sink));
  EXPECT_THAT(sink.counts, ElementsAre(1, 2, 2, 2, 0, 2, 3, 1, 1));
}

TEST(WriteRows, EndsWithTheFirstErrorOfTheSink) {
  for (size_t limit = 0; limit < 22; ++limit) {
    CheckingSink sink;
    sink.limit = limit;
    const auto written = WriteRows(SmallReport(), {}, sink);
    ASSERT_FALSE(written) << limit;
    EXPECT_EQ(written.error().message(), "full");
  }
}

TEST(JsonRows, EachLineSaysWhatItBelongsTo) {
  std::string text;
  JsonRows sink([&text](std::string_view line) { text += line; });
  ASSERT_TRUE(WriteRows(SmallReport(), {}, sink));
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
    EXPECT_THAT(lines.back(), AllOf(HasSubstr("{\"schema\":\"vmcoredd-rows/1\",\"type\":\""),
                                    HasSubstr(",\"machine\":\"alpha\","), testing::EndsWith("}")));
  }
  ASSERT_EQ(lines.size(), 22u);
  EXPECT_THAT(lines[3], AllOf(HasSubstr("\"parent\":1"), HasSubstr("\"firmware\":\"2\""),
                              Not(HasSubstr("\"device_name\""))));
  EXPECT_THAT(lines[5], AllOf(HasSubstr("\"length\":\"9223372036854775808\""),
                              HasSubstr("\"device_name\":\"pci/0000:02:00.0\"")));
  EXPECT_THAT(lines[8], AllOf(HasSubstr("\"value\":\"18446744073709551615\""),
                              HasSubstr("\"device_name\":\"pci/0000:02:00.0\"")));
  EXPECT_THAT(lines[10], AllOf(HasSubstr("\"path\":\"\\\\xff\\u001b\""), Not(HasSubstr("value"))));
}

TEST(SourceKeys, AreOfCapturesThenOfFiles) {
  MachineReport report = SmallReport();
  ReportSource plain;
  plain.file = "v";
  report.sources.push_back(plain);
  report.sources.push_back(plain);
  EXPECT_THAT(SourceKeys(report, {}),
              ElementsAre("capture-crash-id", "capture-baseline-id", "name-v", "name-v#2"));
  const FileKeys files = {{"v", {"file-1", false}}, {"crash.vmcoredd", {"file-2", true}}};
  EXPECT_THAT(SourceKeys(report, files),
              ElementsAre("file-2", "capture-baseline-id", "file-1", "file-1#2"));
}

TEST(ReportKey, DoesNotDependOnTheOrder) {
  EXPECT_EQ(ReportKey({"a", "b"}), ReportKey({"b", "a", "b"}));
  EXPECT_NE(ReportKey({"a", "b"}), ReportKey({"ab"}));
}

}  // namespace
}  // namespace vmcoredd::test
