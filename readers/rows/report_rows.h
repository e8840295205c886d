// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_ROWS_REPORT_ROWS_H_
#define READERS_ROWS_REPORT_ROWS_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "readers/report/machine_report.h"
#include "readers/rows/row_schema.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// By what a source is known again. A capture has an id; a file without captures, or whose ids
// were only made to read it, has what its owner says here, by its name in the report.
struct FileKey {
  std::string key;
  bool has_made_up_ids = false;
};
using FileKeys = std::map<std::string, FileKey, std::less<>>;

struct RowOptions {
  bool with_fields = true;
  FileKeys file_keys;
};

// The keys of a report's sources, in their order.
std::vector<std::string> SourceKeys(const MachineReport& report, const FileKeys& files);
// Of a report: the same for the same sources, in whatever order.
std::string ReportKey(const std::vector<std::string>& source_keys);

// Takes rows. `id` is the row's own among those of its type: its index in the report; a
// reference is such an id.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual Result<void> OnRow(RowType type, uint64_t id, std::span<const RowValue> values) = 0;
};

// All rows of a report, in the order of RowType. Ends with the first error of the sink.
Result<void> WriteRows(const MachineReport& report, const RowOptions& options, RowSink& sink);

}  // namespace vmcoredd

#endif  // READERS_ROWS_REPORT_ROWS_H_
