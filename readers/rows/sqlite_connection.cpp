// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/rows/sqlite_connection.h"

#include <cerrno>
#include <limits>

#include "vmcoredd/base/text.h"

namespace vmcoredd::internal {

namespace {

// Another process may be adding a report at this moment.
constexpr int kWaitMs = 30'000;

Error ErrorOf(sqlite3* database, int code) {
  const std::string words = EscapeBytes(database ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  switch (code & 0xff) {
    case SQLITE_NOTADB: return Error(ErrorCode::kNotRecognised, "no database of SQLite");
    case SQLITE_CORRUPT: return Error(ErrorCode::kCorrupt, "the database is damaged: " + words);
    case SQLITE_FULL: return Error::Io("cannot write the database", ENOSPC);
    default: break;
  }
  const int os_error = database ? sqlite3_system_errno(database) : 0;
  if (os_error != 0) return Error::Io("database: " + words, os_error);
  return Error(ErrorCode::kIo, "database: " + words);
}

}  // namespace

void SqliteStatement::Bind(int index, const RowValue& value) {
  sqlite3_stmt* const to = statement_.get();
  if (const auto* const number = std::get_if<uint64_t>(&value)) {
    if (*number <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      sqlite3_bind_int64(to, index, static_cast<int64_t>(*number));
    } else {
      const std::string digits = std::to_string(*number);
      sqlite3_bind_text64(to, index, digits.data(), digits.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
  } else if (const auto* const flag = std::get_if<bool>(&value)) {
    sqlite3_bind_int(to, index, *flag ? 1 : 0);
  } else if (const auto* const real = std::get_if<double>(&value)) {
    sqlite3_bind_double(to, index, *real);
  } else if (const auto* const raw = std::get_if<std::string>(&value)) {
    const std::string text = ValidUtf8(*raw);
    sqlite3_bind_text64(to, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else {
    BindNull(index);
  }
}

Result<std::optional<int64_t>> SqliteStatement::Run() {
  sqlite3_stmt* const statement = statement_.get();
  std::optional<int64_t> first;
  int code = sqlite3_step(statement);
  if (code == SQLITE_ROW && sqlite3_column_type(statement, 0) == SQLITE_INTEGER) {
    first = sqlite3_column_int64(statement, 0);
  }
  if (code == SQLITE_ROW || code == SQLITE_DONE) code = sqlite3_reset(statement);
  if (code != SQLITE_OK) {
    Error error = ErrorOf(sqlite3_db_handle(statement), code);
    sqlite3_reset(statement);
    return tl::unexpected(std::move(error));
  }
  return first;
}

Result<SqliteConnection> SqliteConnection::Open(const std::string& path) {
  sqlite3* database = nullptr;
  // A path is a path, whatever SQLite takes file: and :memory: for.
  const std::string plain = path.starts_with('/') ? path : "./" + path;
  const int code = sqlite3_open_v2(plain.c_str(), &database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE, nullptr);
  SqliteConnection out;
  out.database_.reset(database);
  if (code != SQLITE_OK) return tl::unexpected(ErrorOf(database, code));
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, kWaitMs);
  // What is in the file may be a stranger's.
  VMCOREDD_TRY(
      out.Execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; "
                  "PRAGMA foreign_keys = ON"));
  return out;
}

Result<SqliteStatement> SqliteConnection::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      &statement, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(ErrorOf(database_.get(), code));
  return SqliteStatement(statement);
}

Result<void> SqliteConnection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(ErrorOf(database_.get(), code));
  return {};
}

Result<std::optional<int64_t>> SqliteConnection::Number(std::string_view sql) {
  SqliteStatement statement = VMCOREDD_TRY(Prepare(sql));
  return statement.Run();
}

}  // namespace vmcoredd::internal
