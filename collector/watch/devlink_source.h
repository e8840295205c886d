// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_DEVLINK_SOURCE_H_
#define VMCOREDD_COLLECTOR_WATCH_DEVLINK_SOURCE_H_

#include <functional>
#include <optional>
#include <string>

#include "collector/loop/event_loop.h"
#include "readers/devlink/devlink_dumps.h"
#include "readers/devlink/devlink_monitor.h"

namespace vmcoredd::watch {

// Who is told of devlink's notifications.
class DevlinkListener {
 public:
  virtual ~DevlinkListener() = default;
  virtual void OnReporter(const devlink::Reporter& reporter) = 0;
  virtual void OnSnapshot(const devlink::Handle& handle,
                          const std::string& region,
                          uint32_t snapshot,
                          bool is_new) = 0;
  virtual void OnDevice(const devlink::Handle& handle, bool is_new) = 0;
  // It has new firmware, or its driver set it up again.
  virtual void OnReload(const devlink::Handle& handle) = 0;
  // Notifications were lost, or one could not be understood; `why` is printable.
  virtual void OnNotificationsLost(const std::string& why) = 0;
};

// Notifications of the kernel, as they come. Without devlink in the kernel there is nobody
// to listen to: Open() may be tried again.
class DevlinkSource {
 public:
  DevlinkSource(EventLoop& loop, DevlinkListener& listener) : loop_(loop), listener_(listener) {}
  DevlinkSource(const DevlinkSource&) = delete;
  DevlinkSource& operator=(const DevlinkSource&) = delete;
  ~DevlinkSource() { Close(); }

  Result<void> Open(const devlink::ChannelOpener& open);
  bool is_open() const { return monitor_.has_value(); }
  // Whatever has come by now.
  void Drain();

 private:
  void Close();
  Result<void> Take(const devlink::Notification& notification);
  EventLoop& loop_;
  DevlinkListener& listener_;
  std::optional<devlink::DevlinkMonitor> monitor_;
};

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_DEVLINK_SOURCE_H_
