// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/service_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd::watch {

void NotifyService(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (!path || (path[0] != '/' && path[0] != '@')) return;
  struct sockaddr_un address {};
  address.sun_family = AF_UNIX;
  const size_t length = std::strlen(path);
  if (length >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.is_valid()) return;
  const auto size = static_cast<socklen_t>(offsetof(struct sockaddr_un, sun_path) + length);
  static_cast<void>(::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const struct sockaddr*>(&address), size));
}

std::optional<std::chrono::milliseconds> WatchdogPeriod() {
  const char* const period = std::getenv("WATCHDOG_USEC");
  const char* const pid = std::getenv("WATCHDOG_PID");
  if (pid && ParseNumber(pid) != static_cast<uint64_t>(::getpid())) return std::nullopt;
  const auto number = period ? ParseNumber(period) : std::nullopt;
  if (!number || *number == 0) return std::nullopt;
  // Half of it, as the manual recommends.
  return std::chrono::milliseconds(*number / 2000 + 1);
}

}  // namespace vmcoredd::watch
