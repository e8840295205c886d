// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/devlink_source.h"

#include <linux/devlink.h>
#include <sys/epoll.h>

#include <cerrno>
#include <utility>

#include "vmcoredd/base/text.h"

namespace vmcoredd::watch {

namespace {

// As often as a socket may be asked in one go: whoever notifies without an end must not
// keep the loop from everything else.
constexpr int kMaxRounds = 16;

}  // namespace

Result<void> DevlinkSource::Open(const devlink::ChannelOpener& open) {
  Close();
  auto channel = VMCOREDD_TRY(open());
  auto monitor = VMCOREDD_TRY(devlink::DevlinkMonitor::Open(std::move(channel)));
  monitor_.emplace(std::move(monitor));
  return loop_.AddFd(monitor_->fd(), EPOLLIN, [this](uint32_t) { Drain(); });
}

void DevlinkSource::Close() {
  if (!monitor_) return;
  loop_.RemoveFd(monitor_->fd());
  monitor_.reset();
}

void DevlinkSource::Drain() {
  for (int round = 0; monitor_ && round < kMaxRounds; ++round) {
    bool any = false;
    const auto received = monitor_->Receive(std::chrono::milliseconds(0),
                                            [&](const devlink::Notification& notification) {
                                              any = true;
                                              return Take(notification);
                                            });
    if (received && !any) return;
    if (received) continue;
    listener_.OnNotificationsLost(received.error().ToString());
    // A socket that is done for would be ready for ever.
    const int error = received.error().os_error();
    if (received.error().code() == ErrorCode::kIo && error != ENOBUFS && error != EINTR) {
      return Close();
    }
  }
}

// One that cannot be understood is as good as lost, and costs no other.
Result<void> DevlinkSource::Take(const devlink::Notification& notification) {
  const auto attributes = devlink::AttributeTable::Read(notification.message);
  if (!attributes) {
    listener_.OnNotificationsLost(attributes.error().ToString());
    return {};
  }
  const auto handle = devlink::ReadHandle(*attributes);
  if (!handle) return {};  // other objects of devlink have other handles
  switch (notification.command) {
    case DEVLINK_CMD_NEW: listener_.OnDevice(*handle, true); break;
    case DEVLINK_CMD_DEL: listener_.OnDevice(*handle, false); break;
    case DEVLINK_CMD_FLASH_UPDATE_END: listener_.OnReload(*handle); break;
    case DEVLINK_CMD_HEALTH_REPORTER_RECOVER: {
      const auto reporter = devlink::ReadReporter(notification.message);
      if (reporter) {
        listener_.OnReporter(*reporter);
      } else {
        listener_.OnNotificationsLost(reporter.error().ToString());
      }
      break;
    }
    case DEVLINK_CMD_REGION_NEW:
    case DEVLINK_CMD_REGION_DEL: {
      const auto region = attributes->String(DEVLINK_ATTR_REGION_NAME);
      const auto snapshot = attributes->Uint(DEVLINK_ATTR_REGION_SNAPSHOT_ID);
      // Without a number it is the region itself that came or went: nobody tells of a reload.
      if (region && !snapshot && notification.command == DEVLINK_CMD_REGION_NEW) {
        listener_.OnReload(*handle);
      }
      if (region && snapshot) {
        listener_.OnSnapshot(*handle, *region, static_cast<uint32_t>(*snapshot),
                             notification.command == DEVLINK_CMD_REGION_NEW);
      }
      break;
    }
    default: break;
  }
  return {};
}

}  // namespace vmcoredd::watch
