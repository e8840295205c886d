// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_DEVLINK_MONITOR_H_
#define READERS_DEVLINK_DEVLINK_MONITOR_H_

#include <chrono>
#include <functional>
#include <memory>

#include "readers/devlink/devlink_types.h"
#include "readers/devlink/generic_client.h"

namespace vmcoredd::devlink {

// One notification of the group "config". Borrows; valid during the call.
struct Notification {
  uint8_t command = 0;  // DEVLINK_CMD_*
  const Message& message;
};

// Notifications of devlink. A channel of its own: answers and notifications on one socket
// would have to be told apart, and its buffer is larger.
class DevlinkMonitor {
 public:
  static Result<DevlinkMonitor> Open(std::unique_ptr<MessageChannel> channel);

  int fd() const { return client_.channel().fd(); }
  // Visits what has come by now, waiting up to `timeout` for the first. kIo with ENOBUFS:
  // notifications were lost, everybody must be asked again what it has come to; the monitor
  // goes on.
  using NotificationVisitor = std::function<Result<void>(const Notification&)>;
  Result<void> Receive(std::chrono::milliseconds timeout, const NotificationVisitor& visit);

 private:
  explicit DevlinkMonitor(GenericClient client) : client_(std::move(client)) {}
  mutable GenericClient client_;
};

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_DEVLINK_MONITOR_H_
