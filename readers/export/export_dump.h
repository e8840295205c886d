// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_EXPORT_EXPORT_DUMP_H_
#define READERS_EXPORT_EXPORT_DUMP_H_

#include <functional>
#include <string_view>

#include "readers/vmcore/device_dump_table.h"
#include "vmcoredd/base/output_stream.h"

namespace vmcoredd {

// A dump that is to be written for another tool. Borrows both.
struct DumpToExport {
  VmcoreReader* reader = nullptr;
  const DeviceDump* dump = nullptr;
};

// Is told what is wrong with a dump; what can be written of it is.
using ExportReport = std::function<void(const DumpToExport& dump, Error problem)>;

// What the manifest says the bytes are (FORMAT.md, "Content"); empty: nothing.
std::string_view ContentOf(const DeviceDump& dump);
// A property of the dump's device; empty if it has none of this name.
std::string_view PropertyOf(const DeviceDump& dump, std::string_view name);

// Streams the payload as the device gave it. Damage, and a hash that does not match, go to
// `report`; what there is has then been written. Fails when `out` does.
Result<void> WritePayload(const DumpToExport& dump,
                          OutputStream& out,
                          const ExportReport& report,
                          const ProgressCallback& progress = nullptr);

}  // namespace vmcoredd

#endif  // READERS_EXPORT_EXPORT_DUMP_H_
