// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_REPORT_MACHINES_H_
#define READERS_CLI_REPORT_MACHINES_H_

#include <string>
#include <vector>

#include "readers/cli/report_inputs.h"
#include "readers/rows/report_rows.h"

namespace vmcoredd::cli {

// What the input says the machine is called; empty: nothing.
std::string NodenameOf(const Input& input);

// What one machine's report is made of. Borrows the inputs.
struct ReportMachine {
  std::string nodename;  // empty: nothing says it
  std::vector<ReportInput> inputs;
  std::vector<ReportLog> logs;
};

// Sorts inputs by the machines that they say they are of. What does not say it (kernel logs,
// saved output) belongs to the only machine of its folder, or to the only one that there is;
// what remains is taken together, by folder.
std::vector<ReportMachine> MachinesOf(const ReportInputs& inputs);

// By what the inputs' files are known again, where captures do not have ids: the crash of a
// vmcore, the bytes of others. What cannot be read is a problem on `console`.
FileKeys FileKeysOf(ReportInputs& inputs, Console& console);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_REPORT_MACHINES_H_
