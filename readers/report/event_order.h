// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_EVENT_ORDER_H_
#define READERS_REPORT_EVENT_ORDER_H_

#include "readers/report/machine_report.h"

namespace vmcoredd {

// Sorts the events of a report by when they were; what nobody knows the time of comes first, by
// its time since boot. The crash stands behind the panic and what the log has before it. A line
// that several logs have stays once.
void OrderEvents(MachineReport& report);

}  // namespace vmcoredd

#endif  // READERS_REPORT_EVENT_ORDER_H_
