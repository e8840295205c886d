// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/capture_queue.h"

#include <gtest/gtest.h>

namespace vmcoredd::watch {
namespace {

using Added = CaptureQueue::Added;
const CaptureQueue::Clock::time_point kNow{};
const auto kLater = kNow + CaptureQueue::kGather;

WatchEvent EventOf(EventKind kind, const std::string& device, const std::string& part) {
  WatchEvent event;
  event.kind = kind;
  event.bus = "pci";
  event.device = device;
  if (kind == EventKind::kSnapshot) {
    event.region = part;
    event.snapshot = 4;
  } else if (kind == EventKind::kDevcoredump) {
    event.devcoredump = part;
  } else {
    event.reporter = part;
  }
  return event;
}

CaptureOrder Order(EventKind kind, const std::string& device, const std::string& part) {
  const auto order = OrderFor(EventOf(kind, device, part), WatchRule());
  EXPECT_TRUE(order);
  return order.value_or(CaptureOrder());
}

TEST(OrderFor, IsWhatTheRuleSays) {
  WatchRule rule;
  rule.manage_recovery = rule.clear_dump = rule.diagnose = true;
  WatchEvent event = EventOf(EventKind::kHealthError, "a", "fw");
  event.dump_time = 77;
  const auto error = OrderFor(event, rule);
  ASSERT_TRUE(error);
  const ReporterOrder& reporter = error->reporters.at({std::nullopt, "fw"});
  EXPECT_TRUE(reporter.dump && reporter.diagnose && reporter.recover && reporter.clear &&
              reporter.is_error);
  EXPECT_EQ(77u, reporter.old_dump);
  event.kind = EventKind::kHealthRecovered;
  EXPECT_FALSE(OrderFor(event, rule)->reporters.at({std::nullopt, "fw"}).recover);
  event.kind = EventKind::kDeviceGone;
  EXPECT_FALSE(OrderFor(event, rule));
  WatchRule nothing;
  nothing.dump = nothing.snapshots = nothing.devcoredump = false;
  EXPECT_FALSE(OrderFor(EventOf(EventKind::kHealthError, "a", "fw"), nothing));
  EXPECT_FALSE(OrderFor(EventOf(EventKind::kSnapshot, "a", "r"), nothing));
  EXPECT_FALSE(OrderFor(EventOf(EventKind::kDevcoredump, "a", "devcd1"), nothing));
  // Recovery alone is something to do, too.
  nothing.manage_recovery = true;
  EXPECT_TRUE(OrderFor(EventOf(EventKind::kHealthError, "a", "fw"), nothing));
}

TEST(CaptureQueue, GathersWhatOneFailureMakes) {
  CaptureQueue queue(2);
  EXPECT_EQ(Added::kQueued, queue.Add(Order(EventKind::kHealthError, "a", "fw"), kNow));
  EXPECT_FALSE(queue.Start(kNow));
  EXPECT_EQ(kLater, queue.NextStart());
  EXPECT_EQ(Added::kJoined, queue.Add(Order(EventKind::kSnapshot, "a", "cr-space"), kNow));
  const auto order = queue.Start(kLater);
  ASSERT_TRUE(order);
  EXPECT_EQ("pci/a", order->name);
  EXPECT_EQ(1u, order->reporters.size());
  EXPECT_EQ(1u, order->snapshots.size());
  EXPECT_EQ(2u, order->event_count);
  EXPECT_FALSE(queue.Start(kLater));
}

TEST(CaptureQueue, OneAtATimeADeviceAndSoManyInAll) {
  CaptureQueue queue(2);
  for (const char* device : {"a", "b", "c"}) {
    queue.Add(Order(EventKind::kHealthError, device, "fw"), kNow);
  }
  ASSERT_EQ("pci/a", queue.Start(kLater)->name);
  EXPECT_EQ(Added::kQueued, queue.Add(Order(EventKind::kHealthError, "a", "tx"), kNow));
  ASSERT_EQ("pci/b", queue.Start(kLater)->name);
  EXPECT_FALSE(queue.Start(kLater));
  EXPECT_EQ(CaptureQueue::Clock::time_point::max(), queue.NextStart());
  queue.Done("pci/b");
  ASSERT_EQ("pci/c", queue.Start(kLater)->name);
  EXPECT_FALSE(queue.Start(kLater));
  EXPECT_TRUE(queue.IsBusy("pci", "a"));
  queue.Done("pci/a");
  EXPECT_TRUE(queue.IsBusy("pci", "a"));  // its second one waits
  const auto second = queue.Start(kLater);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->reporters.contains({std::nullopt, "tx"}));
  queue.Done("pci/a");
  EXPECT_FALSE(queue.IsBusy("pci", "a"));
}

TEST(CaptureQueue, CoredumpsDoNotWaitForOthers) {
  CaptureQueue queue(1);
  queue.Add(Order(EventKind::kHealthError, "a", "fw"), kNow);
  ASSERT_TRUE(queue.Start(kLater));
  queue.Add(Order(EventKind::kHealthError, "b", "fw"), kNow);
  queue.Add(Order(EventKind::kDevcoredump, "a", "devcd1"), kLater);
  const auto coredump = queue.Start(kLater);
  ASSERT_TRUE(coredump);
  EXPECT_EQ(std::set<std::string>{"devcd1"}, coredump->devcoredumps);
  EXPECT_TRUE(queue.IsDevcoredumpBusy("devcd1"));
  EXPECT_FALSE(queue.IsDevcoredumpBusy("devcd2"));
  EXPECT_FALSE(queue.Start(kLater));
}

TEST(CaptureQueue, TheOldDumpIsThatBeforeTheFirstReport) {
  CaptureQueue queue(1);
  WatchEvent event = EventOf(EventKind::kHealthError, "a", "fw");
  event.dump_time = 0;
  queue.Add(*OrderFor(event, WatchRule()), kNow);
  event.dump_time = 55;  // the dump of the first
  queue.Add(*OrderFor(event, WatchRule()), kNow);
  EXPECT_EQ(0u, queue.Start(kLater)->reporters.at({std::nullopt, "fw"}).old_dump);
}

TEST(CaptureQueue, IsBounded) {
  CaptureQueue queue(1);
  for (size_t i = 0; i < CaptureQueue::kMaxWaiting; ++i) {
    ASSERT_EQ(Added::kQueued,
              queue.Add(Order(EventKind::kHealthError, std::to_string(i), "fw"), kNow));
  }
  EXPECT_EQ(Added::kFull, queue.Add(Order(EventKind::kHealthError, "x", "fw"), kNow));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Added::kJoined, queue.Add(Order(EventKind::kHealthError, "0", "fw"), kNow));
  }
  const auto order = queue.Start(kLater);
  EXPECT_EQ(CaptureOrder::kMaxEvents, order->events.size());
  EXPECT_EQ(101u, order->event_count);
}

}  // namespace
}  // namespace vmcoredd::watch
