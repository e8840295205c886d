// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/collector/health/support.h"
#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

class StoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<HealthReporter> Make() {
    ReporterOps ops;
    ops.recover = [](const ReportContext*, std::string&) { return 0; };
    ops.dump = [](devlink::FmsgBuilder& out, const ReportContext*, std::string&) {
      out.StringPair("text", "something");
      out.BinaryPair("data", std::vector<std::byte>(5000, std::byte{0x5a}));
      return 0;
    };
    auto made = HealthReporter::Create({"pci", "../0000:05:00.0", 3, "fw/fatal"}, std::move(ops),
                                       {500, 0}, clock_, observer_);
    EXPECT_TRUE(made);
    return *std::move(made);
  }

  TempFolder folder_;
  FakeClock clock_;
  RecordingObserver observer_;
};

TEST_F(StoreTest, EverythingComesBackWithinABoot) {
  const HealthStore store(folder_ / "health", "boot-1");
  ASSERT_TRUE(store.Open());
  const auto before = Make();
  ParameterChange change;
  std::string text;
  change.grace_period_ms = 700;
  ASSERT_EQ(before->Set(change, text), 0);
  ASSERT_EQ(before->Report("one", nullptr), 0);
  before->UpdateState(HealthState::kError);
  ASSERT_TRUE(store.Save(*before));
  ASSERT_TRUE(store.Open());

  auto record = store.Load(before->name());
  ASSERT_TRUE(record) << record.error().ToString();
  const auto after = Make();
  after->Restore(*std::move(record));
  EXPECT_EQ(after->record().state, HealthState::kError);
  EXPECT_EQ(after->record().errors, 1u);
  EXPECT_EQ(after->record().recoveries, 1u);
  EXPECT_EQ(after->record().last_recovery_ms, before->record().last_recovery_ms);
  EXPECT_EQ(after->parameters().grace_period_ms, 700u);
  EXPECT_TRUE(after->parameters().auto_recover);  // nobody has set it
  ASSERT_TRUE(after->record().dump);
  const auto& was = *before->record().dump;
  const auto& is = *after->record().dump;
  EXPECT_EQ(is.time_ms, was.time_ms);
  EXPECT_EQ(is.real_ns, was.real_ns);
  ASSERT_EQ(is.tokens.size(), was.tokens.size());
  for (size_t i = 0; i < is.tokens.size(); ++i) {
    EXPECT_EQ(is.tokens[i].attribute, was.tokens[i].attribute);
    EXPECT_EQ(is.tokens[i].type, was.tokens[i].type);
    EXPECT_EQ(is.tokens[i].bytes, was.tokens[i].bytes);
  }
  // The dump that came back stays, like any first one.
  EXPECT_EQ(after->Report("two", nullptr), ECANCELED);
  EXPECT_EQ(after->record().dump->time_ms, was.time_ms);
}

TEST_F(StoreTest, AnotherBootBeginsAnew) {
  const HealthStore store(folder_ / "health", "boot-1");
  ASSERT_TRUE(store.Open());
  const auto reporter = Make();
  ASSERT_TRUE(store.Save(*reporter));
  EXPECT_TRUE(store.Load(reporter->name()));
  const HealthStore next(folder_ / "health", "boot-2");
  EXPECT_EQ(next.Load(reporter->name()).error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(next.Open());  // clears it away
  EXPECT_EQ(store.Load(reporter->name()).error().code(), ErrorCode::kNotFound);
}

TEST_F(StoreTest, NamesAreNoPaths) {
  const HealthStore store(folder_ / "health", "boot-1");
  ASSERT_TRUE(store.Open());
  ASSERT_TRUE(store.Save(*Make()));
  EXPECT_FALSE(
      ReadFile(folder_ / "health/pci%2f..%2f0000:05:00.0%2f3%2ffw%2ffatal.health").empty());
}

TEST_F(StoreTest, DamageIsFound) {
  const auto reporter = Make();
  ASSERT_EQ(reporter->Report("one", nullptr), 0);
  const std::string text = HealthRecordText(reporter->record(), "b");
  ASSERT_TRUE(ParseHealthRecord(text, "b"));
  EXPECT_EQ(ParseHealthRecord(text.substr(0, text.size() - 5), "b").error().code(),
            ErrorCode::kCorrupt);
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return ParseHealthRecord(changed, "b");
  };
  EXPECT_FALSE(replaced("state=0", "state=2"));
  EXPECT_FALSE(replaced("errors=1", "errors=x"));
  EXPECT_FALSE(replaced("dump=6b", "dump=01"));  // no token of a formatted message
  EXPECT_FALSE(replaced("dump=6b", "dump=zz"));
  EXPECT_EQ(replaced("schema=vmcoredd-health/1", "schema=vmcoredd-health/9").error().code(),
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace vmcoredd
