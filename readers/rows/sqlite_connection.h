// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_ROWS_SQLITE_CONNECTION_H_
#define READERS_ROWS_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "readers/rows/row_schema.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd::internal {

// A prepared statement. Values are bound from 1 on.
class SqliteStatement {
 public:
  SqliteStatement() = default;
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  void Bind(int index, const RowValue& value);
  void BindNull(int index) { sqlite3_bind_null(statement_.get(), index); }
  // Runs it and makes it ready for the next time. The first column of the first row, if there
  // is one that is a number.
  Result<std::optional<int64_t>> Run();

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

// An open database file.
class SqliteConnection {
 public:
  static Result<SqliteConnection> Open(const std::string& path);

  Result<SqliteStatement> Prepare(std::string_view sql);
  // One statement or several, without values.
  Result<void> Execute(const std::string& sql);
  Result<std::optional<int64_t>> Number(std::string_view sql);

 private:
  struct Closer {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::unique_ptr<sqlite3, Closer> database_;
};

}  // namespace vmcoredd::internal

#endif  // READERS_ROWS_SQLITE_CONNECTION_H_
