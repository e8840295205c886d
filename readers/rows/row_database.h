// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_ROWS_ROW_DATABASE_H_
#define READERS_ROWS_ROW_DATABASE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "readers/rows/report_rows.h"

namespace vmcoredd {

// The rows of many machines in one SQLite file. What is added becomes part of the file all
// together, with Commit(), or not at all.
class RowDatabase {
 public:
  // An empty file becomes a database; one that is none of ours is refused. `is_new`: nobody
  // else sees the file yet, and who makes it syncs it.
  static Result<RowDatabase> Open(const std::string& path, bool is_new);
  RowDatabase(RowDatabase&&) noexcept;
  ~RowDatabase();  // without Commit(): what it was

  struct Added {
    size_t sources = 0;
    size_t known = 0;  // sources that were in it already
    size_t rows = 0;
  };
  // Sources that are in it, by their key, are not added again.
  Result<Added> Add(const MachineReport& report, const RowOptions& options);
  Result<void> Commit();

 private:
  class Connection;
  explicit RowDatabase(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

}  // namespace vmcoredd

#endif  // READERS_ROWS_ROW_DATABASE_H_
