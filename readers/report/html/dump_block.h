// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_HTML_DUMP_BLOCK_H_
#define READERS_REPORT_HTML_DUMP_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "readers/report/machine_report.h"
#include "vmcoredd/base/checked_math.h"

// What a dump says, and its bytes, packed for the page. The README has the form.

namespace vmcoredd {

// Fields, remarks, differences, findings of a dump: JSON, columns instead of objects, which
// packs to a third. Without `all_fields` those only that differ or that findings are about.
std::string PackFields(const MachineReport& report, size_t dump, bool all_fields);

// Events of the report, for a table.
std::string PackEvents(const MachineReport& report);

// The bytes of a dump that the page has.
struct PackedBytes {
  std::vector<ByteRange> segments;  // ascending
  uint64_t baseline_length = 0;
  bool has_baseline = false;
  std::string packed;  // the segments; then, of a baseline, what of them differs, as XOR
  std::string problem;
};

inline constexpr uint64_t kMaxHeadBytes = 64 * 1024;   // from the beginning of each dump
inline constexpr uint64_t kMinHeadBytes = 4 * 1024;    // where the page would become too big
inline constexpr uint64_t kMaxDumpBytes = 512 * 1024;  // with those that something points to

// From the beginning `head` bytes and, with `pointed`, those of fields, differences, findings.
PackedBytes PackBytes(const MachineReport& report, size_t dump, uint64_t head, bool pointed);

}  // namespace vmcoredd

#endif  // READERS_REPORT_HTML_DUMP_BLOCK_H_
