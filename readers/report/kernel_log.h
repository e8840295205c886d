// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_KERNEL_LOG_H_
#define READERS_REPORT_KERNEL_LOG_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "readers/report/device_names.h"
#include "readers/report/machine_report.h"

namespace vmcoredd {

// Of one log, so many lines are kept: those that are about a device that is known, and those
// that everybody looks for (panics, machine checks, error reporting).
inline constexpr size_t kMaxLogLines = 2000;

// Adds a log as a source, and its lines as events of their devices, with their places in time.
// Times since boot become times of day in the last boot of which the log has the panic, where
// the report knows when that was.
void ReadKernelLog(const std::string& file,
                   std::string_view text,
                   const DeviceIndex& devices,
                   MachineReport& report);

// How a panic begins in a log.
inline constexpr std::string_view kPanic = "Kernel panic";

}  // namespace vmcoredd

#endif  // READERS_REPORT_KERNEL_LOG_H_
