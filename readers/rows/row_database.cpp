// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/rows/row_database.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "readers/rows/sqlite_connection.h"

namespace vmcoredd {

namespace {

using internal::SqliteConnection;
using internal::SqliteStatement;

constexpr int64_t kApplicationId = 0x766d6464;  // "vmdd", as file(1) shows it

// What people look rows up by; references have indexes anyway.
constexpr std::array<std::pair<RowType, const char*>, 9> kLookups = {{
    {RowType::kMachine, "nodename"},
    {RowType::kSource, "crash"},
    {RowType::kDevice, "name"},
    {RowType::kDevice, "firmware"},
    {RowType::kDump, "name"},
    {RowType::kField, "path"},
    {RowType::kFinding, "rule"},
    {RowType::kDifference, "path"},
    {RowType::kEvent, "time"},
}};

std::string ColumnSql(const RowColumn& column) {
  std::string sql = fmt::format("\"{}\"", column.name);
  switch (column.kind) {
    case ColumnKind::kInteger:
    case ColumnKind::kFlag:
    case ColumnKind::kReference: sql += " INTEGER"; break;
    case ColumnKind::kReal: sql += " REAL"; break;
    case ColumnKind::kText:
    case ColumnKind::kJson: sql += " TEXT"; break;
    // Without a type: an integer, which SQLite has up to 2^63 - 1, or its digits.
    case ColumnKind::kBig: break;
  }
  if (column.is_required) sql += " NOT NULL";
  if (column.kind == ColumnKind::kReference) {
    // Looked at in the end: a dump may come before its baseline, a device before its bridge.
    sql += fmt::format(" REFERENCES \"{}\"(\"id\") ON DELETE {} DEFERRABLE INITIALLY DEFERRED",
                       TableOf(column.refers).name, column.is_required ? "CASCADE" : "SET NULL");
  }
  return sql;
}

std::string CreateSql() {
  std::string sql = fmt::format(
      "PRAGMA application_id = {};\n"
      "CREATE TABLE \"schema\" (\"name\" TEXT PRIMARY KEY, \"version\" INTEGER NOT NULL);\n"
      "INSERT INTO \"schema\" VALUES ('vmcoredd-rows', {});\n",
      kApplicationId, kRowsVersion);
  for (size_t i = 0; i < kRowTypes; ++i) {
    const RowTable& table = TableOf(static_cast<RowType>(i));
    sql += fmt::format("CREATE TABLE \"{}\" (\"id\" INTEGER PRIMARY KEY", table.name);
    for (const RowColumn& column : table.columns) sql += ",\n  " + ColumnSql(column);
    sql += ");\n";
    for (const RowColumn& column : table.columns) {
      if (column.kind != ColumnKind::kReference) continue;
      sql +=
          fmt::format("CREATE INDEX \"{0}_{1}\" ON \"{0}\" (\"{1}\");\n", table.name, column.name);
    }
  }
  sql += "CREATE UNIQUE INDEX \"source_key\" ON \"source\" (\"key\");\n";
  for (const auto& [type, column] : kLookups) {
    sql +=
        fmt::format("CREATE INDEX \"{0}_{1}\" ON \"{0}\" (\"{1}\");\n", TableOf(type).name, column);
  }
  return sql;
}

std::string InsertSql(const RowTable& table) {
  std::string names = "\"id\"";
  std::string marks = "?";
  for (const RowColumn& column : table.columns) {
    names += fmt::format(", \"{}\"", column.name);
    marks += ", ?";
  }
  return fmt::format("INSERT INTO \"{}\" ({}) VALUES ({})", table.name, names, marks);
}

}  // namespace

class RowDatabase::Connection {
 public:
  explicit Connection(SqliteConnection opened) : sqlite(std::move(opened)) {}

  Result<void> Begin(bool is_new) {
    VMCOREDD_TRY(sqlite.Execute(is_new ? "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF"
                                       : "PRAGMA synchronous = EXTRA"));
    VMCOREDD_TRY(sqlite.Execute("BEGIN IMMEDIATE"));
    const auto tables = VMCOREDD_TRY(sqlite.Number("SELECT count(*) FROM sqlite_schema"));
    if (tables == int64_t{0}) {
      VMCOREDD_TRY(sqlite.Execute(CreateSql()));
    } else {
      VMCOREDD_TRY(Check());
    }
    for (size_t i = 0; i < kRowTypes; ++i) {
      inserts[i] = VMCOREDD_TRY(sqlite.Prepare(InsertSql(TableOf(static_cast<RowType>(i)))));
    }
    find_source = VMCOREDD_TRY(sqlite.Prepare("SELECT id FROM source WHERE key = ?"));
    find_dump = VMCOREDD_TRY(sqlite.Prepare(
        "SELECT id FROM dump WHERE source = ? AND name = ? ORDER BY position LIMIT 1 OFFSET ?"));
    find_pair = VMCOREDD_TRY(
        sqlite.Prepare("SELECT 1 FROM difference WHERE dump = ? AND baseline = ? LIMIT 1"));
    find_finding = VMCOREDD_TRY(
        sqlite.Prepare("SELECT 1 FROM finding JOIN device ON device.id = finding.device "
                       "JOIN source ON source.machine = device.machine "
                       "WHERE source.id = ? AND finding.dump IS NULL AND device.name = ? "
                       "AND finding.rule IS ? AND finding.text = ? LIMIT 1"));
    return {};
  }

  SqliteConnection sqlite;
  std::array<SqliteStatement, kRowTypes> inserts;
  SqliteStatement find_source, find_dump, find_pair, find_finding;

 private:
  Result<void> Check() {
    const auto id = VMCOREDD_TRY(sqlite.Number("PRAGMA application_id"));
    if (id != kApplicationId) return Fail(ErrorCode::kRefused, "a database of something else");
    const auto version =
        VMCOREDD_TRY(sqlite.Number("SELECT version FROM schema WHERE name = 'vmcoredd-rows'"));
    if (version != int64_t{kRowsVersion}) {
      return Fail(ErrorCode::kUnsupported, fmt::format("expected rows of version {}, found {}",
                                                       kRowsVersion, version.value_or(0)));
    }
    return {};
  }
};

namespace {

// Puts the rows of one report behind those that are there. Ids are given beforehand, since
// dumps refer to dumps, and devices to devices, that come later.
template <typename Connection>
class ReportAdder final : public RowSink {
 public:
  ReportAdder(Connection& connection, const MachineReport& report)
      : connection_(connection), report_(report) {}

  Result<void> Prepare(const std::vector<std::string>& keys) {
    for (const RowType type :
         {RowType::kMachine, RowType::kSource, RowType::kDevice, RowType::kDump}) {
      const auto last = VMCOREDD_TRY(connection_.sqlite.Number(
          fmt::format("SELECT coalesce(max(id), 0) FROM \"{}\"", TableOf(type).name)));
      next_[static_cast<size_t>(type)] = last.value_or(0) + 1;
    }
    VMCOREDD_TRY(PrepareSources(keys));
    return PrepareDumps();
  }

  size_t known() const { return known_; }
  size_t rows() const { return rows_; }

  Result<void> OnRow(RowType type, uint64_t id, std::span<const RowValue> values) override {
    if (VMCOREDD_TRY(IsThere(type, id, values))) return {};
    SqliteStatement& insert = connection_.inserts[static_cast<size_t>(type)];
    const RowTable& table = TableOf(type);
    if (type <= RowType::kDump) {
      insert.Bind(1, static_cast<uint64_t>(IdOf(type, id)));
    } else {
      insert.BindNull(1);  // whatever is free
    }
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const auto* const referred = std::get_if<uint64_t>(&values[i]);
      const int index = static_cast<int>(i) + 2;
      if (table.columns[i].kind == ColumnKind::kReference && referred) {
        insert.Bind(index, static_cast<uint64_t>(IdOf(table.columns[i].refers, *referred)));
      } else {
        insert.Bind(index, values[i]);
      }
    }
    VMCOREDD_TRY(insert.Run());
    ++rows_;
    return {};
  }

 private:
  int64_t IdOf(RowType type, uint64_t index) const {
    if (type == RowType::kSource) return sources_[index].id;
    if (type == RowType::kDump) return dumps_[index];
    return next_[static_cast<size_t>(type)] + static_cast<int64_t>(index);
  }

  Result<void> PrepareSources(const std::vector<std::string>& keys) {
    std::map<std::string, int64_t> here;
    for (const std::string& key : keys) {
      const int64_t fresh =
          next_[static_cast<size_t>(RowType::kSource)] + static_cast<int64_t>(sources_.size());
      connection_.find_source.Bind(1, key);
      auto known = VMCOREDD_TRY(connection_.find_source.Run());
      // The same capture in two files of one report.
      if (const auto twin = here.find(key); !known && twin != here.end()) known = twin->second;
      here.emplace(key, fresh);
      sources_.push_back({known.value_or(fresh), known.has_value()});
      known_ += known ? 1 : 0;
    }
    return {};
  }

  // A dump of a source that is there is known again by its name, and which of that name it is:
  // its place is another where it is attached.
  Result<void> PrepareDumps() {
    std::map<std::tuple<size_t, std::string>, uint64_t> ordinals;
    std::map<std::tuple<int64_t, std::string, uint64_t>, int64_t> here;
    const int64_t first = next_[static_cast<size_t>(RowType::kDump)];
    for (const ReportDump& dump : report_.dumps) {
      const SourceRow& source = sources_[dump.source];
      const uint64_t ordinal = ordinals[{dump.source, dump.name}]++;
      const int64_t fresh = first + static_cast<int64_t>(dumps_.size());
      const auto [twin, is_new] = here.try_emplace({source.id, dump.name, ordinal}, fresh);
      std::optional<int64_t> known;
      if (source.is_known && is_new) {
        SqliteStatement& find = connection_.find_dump;
        find.Bind(1, static_cast<uint64_t>(source.id));
        find.Bind(2, dump.name);
        find.Bind(3, ordinal);
        known = VMCOREDD_TRY(find.Run());
        if (known) twin->second = *known;
      }
      // One that its source did not have is added to it.
      is_new_dump_.push_back(is_new && !known);
      dumps_.push_back(twin->second);
    }
    return {};
  }

  Result<bool> IsThere(RowType type, uint64_t id, std::span<const RowValue> values) {
    const auto reference = [&](size_t i) { return std::get<uint64_t>(values[i]); };
    switch (type) {
      case RowType::kMachine:
      case RowType::kDevice: return false;
      case RowType::kSource: return sources_[id].is_known;
      case RowType::kDump: return !is_new_dump_[id];
      case RowType::kField: return !is_new_dump_[reference(0)];
      case RowType::kEvent:
      case RowType::kSkip: return sources_[reference(0)].is_known;
      case RowType::kDifference: return IsCompared(reference(0), reference(1));
      case RowType::kFinding: break;
    }
    if (!std::holds_alternative<std::monostate>(values[1])) return !is_new_dump_[reference(1)];
    return IsFound(values);
  }

  Result<bool> IsCompared(uint64_t dump, uint64_t baseline) {
    const auto [at, is_new] = pairs_.try_emplace({dump, baseline}, false);
    if (is_new) {
      connection_.find_pair.Bind(1, static_cast<uint64_t>(dumps_[dump]));
      connection_.find_pair.Bind(2, static_cast<uint64_t>(dumps_[baseline]));
      at->second = VMCOREDD_TRY(connection_.find_pair.Run()).has_value();
    }
    return at->second;
  }

  // What several dumps together tell may have been told when some of them were added.
  Result<bool> IsFound(std::span<const RowValue> values) {
    const std::string name = report_.devices[std::get<uint64_t>(values[0])].Name();
    std::set<int64_t> asked;
    for (const SourceRow& source : sources_) {
      if (!source.is_known || !asked.insert(source.id).second) continue;
      SqliteStatement& find = connection_.find_finding;
      find.Bind(1, static_cast<uint64_t>(source.id));
      find.Bind(2, name);
      find.Bind(3, values[3]);
      find.Bind(4, values[4]);
      if (VMCOREDD_TRY(find.Run())) return true;
    }
    return false;
  }

  struct SourceRow {
    int64_t id = 0;
    bool is_known = false;
  };

  Connection& connection_;
  const MachineReport& report_;
  std::array<int64_t, kRowTypes> next_{};
  std::vector<SourceRow> sources_;
  std::vector<int64_t> dumps_;
  std::vector<bool> is_new_dump_;
  std::map<std::pair<uint64_t, uint64_t>, bool> pairs_;
  size_t known_ = 0;
  size_t rows_ = 0;
};

}  // namespace

RowDatabase::RowDatabase(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
RowDatabase::RowDatabase(RowDatabase&&) noexcept = default;
RowDatabase::~RowDatabase() = default;

Result<RowDatabase> RowDatabase::Open(const std::string& path, bool is_new) {
  auto connection = std::make_unique<Connection>(VMCOREDD_TRY(SqliteConnection::Open(path)));
  VMCOREDD_TRY(connection->Begin(is_new));
  return RowDatabase(std::move(connection));
}

Result<RowDatabase::Added> RowDatabase::Add(const MachineReport& report,
                                            const RowOptions& options) {
  const std::vector<std::string> keys = SourceKeys(report, options.file_keys);
  ReportAdder<Connection> adder(*connection_, report);
  VMCOREDD_TRY(adder.Prepare(keys));
  Added added;
  added.known = adder.known();
  added.sources = keys.size() - added.known;
  if (added.sources == 0) return added;
  VMCOREDD_TRY(WriteRows(report, options, adder));
  added.rows = adder.rows();
  return added;
}

Result<void> RowDatabase::Commit() { return connection_->sqlite.Execute("COMMIT"); }

}  // namespace vmcoredd
