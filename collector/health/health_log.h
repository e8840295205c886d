// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_LOG_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_LOG_H_

#include <functional>
#include <string>

namespace vmcoredd {

// A line for whoever keeps the journal, printable. Levels are syslog's, which devices that
// have a severity know, too.
using HealthLog = std::function<void(int level, const std::string& text)>;
inline constexpr int kLevelError = 3, kLevelWarning = 4, kLevelNotice = 5, kLevelInfo = 6;

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_LOG_H_
