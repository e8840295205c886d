// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_WAIT_READABLE_H_
#define READERS_DEVLINK_WAIT_READABLE_H_

#include <chrono>
#include <optional>

#include "vmcoredd/base/result.h"

namespace vmcoredd::devlink {

// How long a Receive() may still take. The clock is asked only when there is something to
// wait for: in a dump the next datagram lies there when the last one was taken.
class Patience {
 public:
  explicit Patience(std::chrono::milliseconds timeout) : timeout_(timeout) {}

  // Whether something can be read, or has gone wrong, before the time is over.
  Result<bool> WaitReadable(int fd);

 private:
  std::chrono::milliseconds timeout_;
  std::optional<std::chrono::steady_clock::time_point> end_;
};

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_WAIT_READABLE_H_
