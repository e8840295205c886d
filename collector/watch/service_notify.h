// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_SERVICE_NOTIFY_H_
#define VMCOREDD_COLLECTOR_WATCH_SERVICE_NOTIFY_H_

#include <chrono>
#include <optional>
#include <string_view>

namespace vmcoredd::watch {

// Tells the service manager, by its documented protocol (sd_notify(3)): lines of KEY=VALUE to
// the socket in NOTIFY_SOCKET. Does nothing where there is none.
void NotifyService(std::string_view state);

// How often it wants to hear WATCHDOG=1; nothing: not at all.
std::optional<std::chrono::milliseconds> WatchdogPeriod();

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_SERVICE_NOTIFY_H_
