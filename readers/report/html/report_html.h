// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_HTML_REPORT_HTML_H_
#define READERS_REPORT_HTML_REPORT_HTML_H_

#include <cstddef>

#include "readers/report/json_stream.h"
#include "readers/report/machine_report.h"

namespace vmcoredd {

// What is packed into the page: of fields, and together with the bytes of dumps. Where a
// machine has more, devices in trouble come first, and the page says what it has not.
inline constexpr size_t kMaxPackedFields = size_t{2816} * 1024;
inline constexpr size_t kMaxPacked = size_t{3840} * 1024;

// The report as one page of HTML that needs nothing else: overview, a part a device, and the
// fields and bytes of dumps, which a script unpacks when they are opened. The README of this
// folder says how it is made, and why it is safe to open.
void WriteReportHtml(const MachineReport& report, const TextSink& out);

}  // namespace vmcoredd

#endif  // READERS_REPORT_HTML_REPORT_HTML_H_
