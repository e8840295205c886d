// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_ROWS_ROW_SCHEMA_H_
#define READERS_ROWS_ROW_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

// Rows of a machine report, for databases and for tools that read a line at a time. ROWS.md is
// the contract; this is its only other copy.

namespace vmcoredd {

inline constexpr std::string_view kRowsSchema = "vmcoredd-rows/1";
inline constexpr int kRowsVersion = 1;

// Also the order of rows: what is referred to comes first, but for rows of the same type.
enum class RowType : uint8_t {
  kMachine,
  kSource,
  kDevice,
  kDump,
  kField,
  kFinding,
  kDifference,
  kEvent,
  kSkip,
};
inline constexpr size_t kRowTypes = 9;

enum class ColumnKind : uint8_t {
  kInteger,  // small: below 2^53
  kBig,      // up to 2^64 - 1
  kReal,
  kFlag,
  kText,
  kJson,  // a list or an object
  kReference,
};

struct RowColumn {
  const char* name;
  ColumnKind kind;
  bool is_required = false;  // the others may be left out, or null
  RowType refers = RowType::kMachine;
};

struct RowTable {
  RowType type;
  const char* name;
  std::span<const RowColumn> columns;
};

const RowTable& TableOf(RowType type);

// Nothing; a number or the id of a row; a real number; a flag; a text, or JSON as text.
using RowValue = std::variant<std::monostate, uint64_t, double, bool, std::string>;

}  // namespace vmcoredd

#endif  // READERS_ROWS_ROW_SCHEMA_H_
