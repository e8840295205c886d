// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_KDUMP_COMPLETENESS_H_
#define READERS_VMCORE_KDUMP_COMPLETENESS_H_

#include <cstdint>
#include <functional>

#include "readers/vmcore/vmcore_reader.h"
#include "vmcoredd/format/kdump_header.h"

namespace vmcoredd {

// Opening counts page descriptors, which takes reading the bitmap, up to this
// size of it: 256 GiB of memory in pages of 4 KiB. Above, only VerifyStructure()
// knows where the last page is, and `complete` stays unknown.
inline constexpr uint64_t kMaxBitmapOnOpen = 8 * 1024 * 1024;

// What the headers say of completeness, with diagnostics, in constant time and
// memory: the incomplete bit, whether headers, bitmaps, notes and the table of
// page descriptors are within the file, and the last page descriptors, which
// describe the last pages in the file. Sets info.complete to false, or leaves it
// as it was, or takes back a true that cannot be known.
void CheckKdumpCompleteness(ByteSource& source, const KdumpHeader& header, VmcoreInfo& info);

// The check of every page descriptor, and of all that CheckKdumpCompleteness
// looks at. `source` must know its size.
Result<void> VerifyKdumpStructure(ByteSource& source,
                                  const KdumpHeader& header,
                                  const VmcoreReader::ReportCallback& report,
                                  const ProgressCallback& progress);

// Everything below is what the check reads: a stream must keep it.
Result<uint64_t> KdumpTablesEnd(ByteSource& source, const KdumpHeader& header);

}  // namespace vmcoredd

#endif  // READERS_VMCORE_KDUMP_COMPLETENESS_H_
