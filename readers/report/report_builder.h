// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_REPORT_BUILDER_H_
#define READERS_REPORT_REPORT_BUILDER_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/report/machine_report.h"

namespace vmcoredd {

// A vmcore or archive that was opened.
struct ReportInput {
  std::string file;
  VmcoreReader* reader = nullptr;
  const DeviceDumpTable* table = nullptr;
  bool healthy = false;  // take it as a baseline, whatever it is
};

// A kernel log as text.
struct ReportLog {
  std::string file;
  std::string text;
};

struct ReportOptions {
  size_t max_fields = 20'000;  // of one dump; the rest is counted
  // Called before each dump with its name, for progress.
  std::function<void(std::string_view name)> on_dump;
};

// Puts together what the inputs say. A dump that cannot be decoded costs itself: what is wrong
// is in its problems. The report borrows the inputs.
MachineReport BuildReport(const std::vector<ReportInput>& inputs,
                          const std::vector<ReportLog>& logs,
                          const DecodingContext& context,
                          const ReportOptions& options);

}  // namespace vmcoredd

#endif  // READERS_REPORT_REPORT_BUILDER_H_
