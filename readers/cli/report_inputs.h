// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_REPORT_INPUTS_H_
#define READERS_CLI_REPORT_INPUTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "readers/cli/inputs.h"
#include "readers/report/report_builder.h"

namespace vmcoredd::cli {

class Console;

// All that a report is made of, opened.
struct ReportInputs {
  std::vector<Input> inputs;
  size_t first_imported = 0;  // from here on: what was saved by other tools
  std::vector<ReportLog> logs;
};

// Sorts what the command line names by what it is: vmcores and archives are opened, kernel logs
// read, what other tools saved is imported into an archive that vanishes. Of a folder, and
// beside a vmcore, what belongs to it is taken along: *.vmcoredd, dmesg*, vmcore-dmesg*, and of
// a folder also the vmcore itself. What cannot be used is a problem on `console`; of what was
// taken along, a smaller one, and a note where it does not look like any of that.
ReportInputs OpenReportInputs(const std::vector<std::string>& files, Console& console);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_REPORT_INPUTS_H_
