// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/wait_readable.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace vmcoredd::devlink {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// More would overflow the clock, or poll()'s int.
constexpr milliseconds kLongest = std::chrono::hours(24);

}  // namespace

Result<bool> Patience::WaitReadable(int fd) {
  if (timeout_ <= milliseconds(0)) return false;
  if (!end_) end_ = steady_clock::now() + std::min(timeout_, kLongest);
  while (true) {
    // Rounded up: a wait of less than a millisecond must not become many of none.
    const auto left = std::chrono::ceil<milliseconds>(*end_ - steady_clock::now());
    pollfd entry{fd, POLLIN, 0};
    const int ready =
        ::poll(&entry, 1, static_cast<int>(std::max<milliseconds::rep>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return FailIo("cannot wait for an answer", errno);
  }
}

}  // namespace vmcoredd::devlink
