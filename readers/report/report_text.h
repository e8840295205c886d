// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_REPORT_TEXT_H_
#define READERS_REPORT_REPORT_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "readers/report/machine_report.h"

namespace vmcoredd {

// For a person at a terminal: findings first, then each device (identity, verdict, what was
// captured, what differs from the baseline, what was not captured), then what happened when.
// All that comes from files is escaped.
std::string ReportText(const MachineReport& report);

// Only what happened, a line an event.
std::string TimelineText(const MachineReport& report);

// Indexes of the devices, the worst first, then by address.
std::vector<size_t> DevicesByVerdict(const MachineReport& report);

}  // namespace vmcoredd

#endif  // READERS_REPORT_REPORT_TEXT_H_
