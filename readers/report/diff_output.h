// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_DIFF_OUTPUT_H_
#define READERS_REPORT_DIFF_OUTPUT_H_

#include <string>
#include <string_view>

#include "readers/report/dump_diff.h"
#include "readers/report/json_stream.h"

namespace vmcoredd {

struct DiffTextOptions {
  bool all = false;  // also what is volatile, perturbed, or could not be compared
  bool side_by_side = false;
};

// What differs, a line a field, or two columns; then ranges of bytes, then what was not shown.
// All that comes from a dump is escaped.
std::string DiffText(const DumpDiff& diff, const DiffTextOptions& options);

// "value", "only-first", ...
std::string_view FieldChangeName(FieldChange change);

// Members of an object that is open: "layout", "fields", "ranges", ... (vmcoredd-diff/1).
void WriteDiff(JsonStream& json, const DumpDiff& diff);

}  // namespace vmcoredd

#endif  // READERS_REPORT_DIFF_OUTPUT_H_
