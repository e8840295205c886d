// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/devlink_monitor.h"

#include <gmock/gmock.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>

#include <cerrno>

#include "tests/support/devlink/recorded_channel.h"

namespace vmcoredd::devlink {
namespace {

using testing::ElementsAre;

std::vector<std::byte> Notice(uint32_t snapshot) {
  MessageBuilder message = NewMessage(DEVLINK_CMD_REGION_NEW);
  message.PutString(DEVLINK_ATTR_BUS_NAME, "pci");
  message.PutString(DEVLINK_ATTR_DEV_NAME, "0000:00:05.0");
  message.PutString(DEVLINK_ATTR_REGION_NAME, "cr-space");
  message.PutU32(DEVLINK_ATTR_REGION_SNAPSHOT_ID, snapshot);
  return ToVector(message);
}

class DevlinkMonitorTest : public testing::Test {
 protected:
  DevlinkMonitorTest() {
    auto monitor = DevlinkMonitor::Open(std::make_unique<RecordedChannel>(recording_));
    EXPECT_TRUE(monitor) << monitor.error().ToString();
    monitor_ = std::make_unique<DevlinkMonitor>(*std::move(monitor));
  }
  Result<void> Receive() {
    return monitor_->Receive(std::chrono::milliseconds(1),
                             [this](const Notification& notification) -> Result<void> {
                               EXPECT_EQ(notification.command, DEVLINK_CMD_REGION_NEW);
                               const Region region = VMCOREDD_TRY(ReadRegion(notification.message));
                               snapshots_.push_back(region.snapshots.at(0));
                               return {};
                             });
  }

  std::shared_ptr<Recording> recording_ = std::make_shared<Recording>();
  std::unique_ptr<DevlinkMonitor> monitor_;
  std::vector<uint32_t> snapshots_;
};

TEST_F(DevlinkMonitorTest, JoinsTheGroupAndVisitsWhatCame) {
  EXPECT_THAT(recording_->groups, ElementsAre(kRecordedGroup));
  EXPECT_TRUE(Receive());
  EXPECT_TRUE(snapshots_.empty());
  MessageBuilder other(GENL_ID_CTRL, 0, 0, 0, 64);
  other.PutGeneric(CTRL_CMD_NEWFAMILY, 2);
  const MessageBuilder headless(kRecordedFamily, 0, 0, 0, 64);
  for (const auto& datagram :
       {Concatenate({Notice(1), Notice(2)}), ToVector(other), ToVector(headless), Notice(3)}) {
    recording_->notifications.push_back(Stray(datagram));
  }
  EXPECT_TRUE(Receive());
  EXPECT_THAT(snapshots_, ElementsAre(1, 2, 3));
}

TEST_F(DevlinkMonitorTest, SaysThatNotificationsWereLostAndGoesOn) {
  recording_->notifications = {Stray(Notice(1)), Failure(Error::Io("lost", ENOBUFS)),
                               Stray(Notice(5))};
  const auto received = Receive();
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code(), ErrorCode::kIo);
  EXPECT_EQ(received.error().os_error(), ENOBUFS);
  EXPECT_THAT(snapshots_, ElementsAre(1));
  EXPECT_TRUE(Receive());
  EXPECT_THAT(snapshots_, ElementsAre(1, 5));
}

TEST_F(DevlinkMonitorTest, GoesOnBehindADamagedNotification) {
  auto cut = Notice(1);
  cut.resize(cut.size() - 3);
  recording_->notifications = {Stray(cut), Stray(Notice(2))};
  EXPECT_EQ(Receive().error().code(), ErrorCode::kTruncated);
  EXPECT_TRUE(Receive());
  EXPECT_THAT(snapshots_, ElementsAre(2));
}

TEST_F(DevlinkMonitorTest, AFloodLeavesRoomForOthers) {
  for (uint32_t i = 0; i < 300; ++i) recording_->notifications.push_back(Stray(Notice(i)));
  EXPECT_TRUE(Receive());
  EXPECT_EQ(snapshots_.size(), 256U);
  EXPECT_TRUE(Receive());
  EXPECT_EQ(snapshots_.size(), 300U);
}

TEST(DevlinkMonitor, NeedsTheGroup) {
  auto recording = std::make_shared<Recording>();
  recording->answers_family = false;
  MessageBuilder family(GENL_ID_CTRL, 0, 0, 0, 64);
  family.PutGeneric(CTRL_CMD_NEWFAMILY, 2);
  family.PutU16(CTRL_ATTR_FAMILY_ID, 20);
  recording->Answer({ToVector(family), AckMessage()});
  const auto monitor = DevlinkMonitor::Open(std::make_unique<RecordedChannel>(recording));
  ASSERT_FALSE(monitor);
  EXPECT_EQ(monitor.error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace vmcoredd::devlink
