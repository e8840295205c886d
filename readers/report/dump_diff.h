// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_DUMP_DIFF_H_
#define READERS_REPORT_DUMP_DIFF_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "readers/report/dump_decoding.h"
#include "readers/report/field_collector.h"

namespace vmcoredd {

// A dump and the file that it is in. Borrows both.
struct DumpPlace {
  VmcoreReader* reader = nullptr;
  const DeviceDump* dump = nullptr;
};

enum class FieldChange {
  kValue,      // both were read, and differ
  kOnlyFirst,  // the second has no such field
  kOnlySecond,
  kState,  // one was read, the other could not be
};

struct FieldDiff {
  FieldChange change = FieldChange::kValue;
  std::string path;
  std::string text;
  std::string first, second;  // as text shows them; empty where there is none
  uint64_t first_offset = 0, second_offset = 0;
  std::string window;
  uint8_t bit_low = 0, bit_width = 0;
  bool is_volatile = false;
  bool perturbed = false;  // in one of them
};

// How two dumps differ.
struct DumpDiff {
  const Layout* layout = nullptr;  // that both were decoded by; nothing: bytes only
  std::vector<FieldDiff> fields;   // in the order of the first dump, then what only the second has
  // Bytes that no field speaks of. Clipped to where that is so.
  std::vector<ByteRange> ranges;
  uint64_t more_ranges = 0;  // that are not listed
  uint64_t first_size = 0, second_size = 0;
  uint64_t fields_compared = 0;
  uint64_t fields_left_out = 0;   // above the limit: only their bytes were compared
  std::vector<Finding> findings;  // of the two together: counters that stand still
  size_t damage = 0;
  std::vector<Error> problems;

  // Something that somebody would want to see: not volatile, not perturbed.
  bool differs() const;
};

// Compares two dumps: fields where one layout fits both, bytes elsewhere.
Result<DumpDiff> DiffDumps(const DumpPlace& first,
                           const DumpPlace& second,
                           const DecodingContext& context,
                           const ProgressCallback& progress = nullptr);

// The name by which dumps of two files belong together: that of the dump, but of a snapshot
// without its number.
std::string PairingName(const DeviceDump& dump);

}  // namespace vmcoredd

#endif  // READERS_REPORT_DUMP_DIFF_H_
