// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/rows/json_rows.h"

#include <fmt/core.h>

#include <utility>

namespace vmcoredd {

namespace {

std::string ValueText(const RowColumn& column, const RowValue& value) {
  if (const auto* const number = std::get_if<uint64_t>(&value)) {
    // Above 2^53 many readers lose digits.
    return column.kind == ColumnKind::kBig ? fmt::format("\"{}\"", *number)
                                           : std::to_string(*number);
  }
  if (const auto* const flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* const real = std::get_if<double>(&value)) return fmt::format("{:.6f}", *real);
  const std::string& text = std::get<std::string>(value);
  return column.kind == ColumnKind::kJson ? text : QuoteJson(text);
}

}  // namespace

void JsonRows::Remember(RowType type, std::span<const RowValue> values) {
  if (type == RowType::kMachine) {
    device_names_.clear();
    dump_devices_.clear();
    head_ = "\"report\":" + QuoteJson(std::get<std::string>(values[0]));
    if (const auto* const name = std::get_if<std::string>(&values[1])) {
      head_ += ",\"machine\":" + QuoteJson(*name);
    }
  } else if (type == RowType::kDevice) {
    device_names_.push_back(QuoteJson(std::get<std::string>(values[1])));
  } else if (type == RowType::kDump) {
    dump_devices_.push_back(std::get<uint64_t>(values[1]));
  }
}

Result<void> JsonRows::OnRow(RowType type, uint64_t id, std::span<const RowValue> values) {
  const RowTable& table = TableOf(type);
  Remember(type, values);
  std::string line = fmt::format("{{\"schema\":\"{}\",\"type\":\"{}\",{},\"id\":{}", kRowsSchema,
                                 table.name, head_, id);
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const RowColumn& column = table.columns[i];
    const bool is_said =
        column.kind == ColumnKind::kReference && column.refers == RowType::kMachine;
    // The report's own members are in front already.
    if (is_said || (type == RowType::kMachine && i == 0)) continue;
    if (std::holds_alternative<std::monostate>(values[i])) continue;
    line += fmt::format(",\"{}\":{}", column.name, ValueText(column, values[i]));
    if (column.kind != ColumnKind::kReference) continue;
    const uint64_t referred = std::get<uint64_t>(values[i]);
    const bool is_dump = column.refers == RowType::kDump && i == 0;
    if (column.refers == RowType::kDevice && type != RowType::kDevice) {
      line += ",\"device_name\":" + device_names_[referred];
    } else if (is_dump) {
      line += ",\"device_name\":" + device_names_[dump_devices_[referred]];
    }
  }
  line += "}\n";
  out_(line);
  return {};
}

}  // namespace vmcoredd
