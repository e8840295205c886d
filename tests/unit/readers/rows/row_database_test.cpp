// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/rows/row_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/readers/rows/support.h"

namespace vmcoredd::test {
namespace {

namespace fs = std::filesystem;

class RowDatabaseTest : public testing::Test {
 protected:
  RowDatabaseTest() {
    std::string name = testing::TempDir() + "/rows-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    std::ofstream file(path());
  }
  ~RowDatabaseTest() override { fs::remove_all(folder_); }

  std::string path() const { return (folder_ / "d.db").string(); }

  RowDatabase::Added Add(const MachineReport& report) {
    auto database = RowDatabase::Open(path(), false);
    EXPECT_TRUE(database) << database.error().ToString();
    auto added = database->Add(report, {});
    EXPECT_TRUE(added) << added.error().ToString();
    const auto committed = database->Commit();
    EXPECT_TRUE(committed) << committed.error().ToString();
    return *added;
  }

  // The rows of a query, cells with blanks between them.
  std::string Ask(const std::string& sql) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
    std::string text;
    const auto add = [](void* to, int count, char** cells, char**) {
      for (int i = 0; i < count; ++i) {
        *static_cast<std::string*>(to) += std::string(i ? " " : "") + (cells[i] ? cells[i] : "-");
      }
      *static_cast<std::string*>(to) += '\n';
      return 0;
    };
    char* words = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), add, &text, &words), SQLITE_OK) << words;
    sqlite3_free(words);
    sqlite3_close(database);
    return text;
  }

  fs::path folder_;
};

TEST_F(RowDatabaseTest, HoldsWhatTheReportSays) {
  const auto added = Add(SmallReport());
  EXPECT_EQ(added.sources, 2u);
  EXPECT_EQ(added.rows, 22u);
  EXPECT_EQ(Ask("SELECT name, version FROM schema"), "vmcoredd-rows 1\n");
  EXPECT_EQ(Ask("SELECT d.address, p.address, d.firmware FROM device d LEFT JOIN device p "
                "ON p.id = d.parent ORDER BY d.id"),
            "0000:02:00.0 0000:00:1c.0 2\n0000:00:1c.0 - 2\n");
  EXPECT_EQ(Ask("SELECT s.kind, b.position, d.differs FROM dump d JOIN source s ON s.id = d.source "
                "LEFT JOIN dump b ON b.id = d.baseline ORDER BY d.id"),
            "crash 6 1\nbaseline - -\n");
  EXPECT_EQ(Ask("SELECT path, typeof(value), value, bit FROM field WHERE dump = 1"),
            "A null - -\nA.B text 18446744073709551615 -\nA.B.C integer 1 3\n\\xff\x1b null - -\n");
  EXPECT_EQ(Ask("SELECT change, size FROM difference"), "value -\nonly-first -\nbytes 4\n");
  EXPECT_EQ(Ask("SELECT json_extract(evidence, '$[0].field') FROM finding"), "A.B\n-\n");
  EXPECT_EQ(Ask("PRAGMA foreign_key_check"), "");
}

TEST_F(RowDatabaseTest, SourcesAreAddedOnce) {
  Add(SmallReport());
  const auto again = Add(SmallReport());
  EXPECT_EQ(again.known, 2u);
  EXPECT_EQ(again.rows, 0u);
  // Another crash with the same baseline: only the crash is new.
  MachineReport other = SmallReport();
  other.sources[0].capture_id = "other";
  const auto added = Add(other);
  EXPECT_EQ(added.known, 1u);
  EXPECT_EQ(Ask("SELECT count(*) FROM source"), "3\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM dump"), "3\n");
  EXPECT_EQ(Ask("SELECT dump, baseline, count(*) FROM difference GROUP BY 1, 2"), "1 2 3\n3 2 3\n");
  // What the two reports have both found of no dump in particular is there once.
  EXPECT_EQ(Ask("SELECT rule, count(*) FROM finding GROUP BY rule ORDER BY rule"),
            "device-missing 1\nigb-reset 2\n");
  EXPECT_EQ(Ask("PRAGMA foreign_key_check"), "");
}

TEST_F(RowDatabaseTest, TheSameCaptureInTwoFilesIsOne) {
  MachineReport report = SmallReport();
  report.sources.push_back(report.sources[0]);
  report.sources.back().file = "vmcore";
  report.dumps.push_back(report.dumps[0]);
  report.dumps.back().source = 2;
  report.dumps.back().index = 40;
  report.findings.push_back(report.findings[0]);
  report.findings.back().dump = 2;
  const auto added = Add(report);
  EXPECT_EQ(added.sources, 2u);
  EXPECT_EQ(added.rows, 22u);
  EXPECT_EQ(Ask("SELECT count(*) FROM difference"), "3\n");
}

TEST_F(RowDatabaseTest, WithoutCommitNothingHappened) {
  Add(SmallReport());
  const std::string before = Ask("SELECT count(*) FROM field");
  {
    auto database = RowDatabase::Open(path(), false);
    ASSERT_TRUE(database);
    MachineReport other = SmallReport();
    other.sources[0].capture_id = "other";
    ASSERT_TRUE(database->Add(other, {}));
  }
  EXPECT_EQ(Ask("SELECT count(*) FROM source"), "2\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM field"), before);
}

TEST_F(RowDatabaseTest, DatabasesOfOthersAreRefused) {
  Ask("CREATE TABLE x (y)");
  EXPECT_EQ(RowDatabase::Open(path(), false).error().code(), ErrorCode::kRefused);
  std::ofstream(path()) << std::string(5000, 'x');
  EXPECT_EQ(RowDatabase::Open(path(), false).error().code(), ErrorCode::kNotRecognised);
  EXPECT_FALSE(RowDatabase::Open((folder_ / "none").string(), false));
}

}  // namespace
}  // namespace vmcoredd::test
