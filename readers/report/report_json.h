// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_REPORT_JSON_H_
#define READERS_REPORT_REPORT_JSON_H_

#include "readers/report/json_stream.h"
#include "readers/report/machine_report.h"

namespace vmcoredd {

// The whole report (vmcoredd-report/1; the manual page is the contract), as members of an object
// that is open. With `with_fields` also what every dump says; without, the overview only.
void WriteReport(JsonStream& json, const MachineReport& report, bool with_fields);

// Members of one dump: fields, remarks, differences. In an object that is open.
void WriteReportDump(JsonStream& json, const ReportDump& dump);

// Only the events, in time (vmcoredd-timeline/1), likewise.
void WriteTimeline(JsonStream& json, const MachineReport& report);

}  // namespace vmcoredd

#endif  // READERS_REPORT_REPORT_JSON_H_
