// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_KERNEL_LOG_H_
#define READERS_REPORT_KERNEL_LOG_H_

#include <optional>
#include <string>
#include <string_view>

#include "readers/report/device_names.h"
#include "readers/report/machine_report.h"

namespace vmcoredd {

// A line of a kernel log: "[   12.345678] text", with or without "<6>" in front.
struct LogLine {
  std::optional<double> since_boot;
  std::string_view text;
};
LogLine ParseLogLine(std::string_view line);

// Of one log, so many lines are kept: those that are about a device that is known, and those
// that everybody looks for (panics, machine checks, error reporting).
inline constexpr size_t kMaxLogLines = 2000;

// Adds a log as a source, and its lines as events of their devices. Times since boot become
// times of day where the log has the panic and the report knows when that was.
void ReadKernelLog(const std::string& file,
                   std::string_view text,
                   const DeviceIndex& devices,
                   MachineReport& report);

// Does a text look like a kernel log?
bool LooksLikeKernelLog(std::string_view head);

}  // namespace vmcoredd

#endif  // READERS_REPORT_KERNEL_LOG_H_
