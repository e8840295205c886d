// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_SAVED_JSON_H_
#define READERS_CLI_DEVLINK_SAVED_JSON_H_

#include "readers/export/export_dump.h"
#include "vmcoredd/base/output_stream.h"

// What was saved of devlink, as `devlink -j` prints it of a live device.

namespace vmcoredd::devlink_cli {

// Can a dump be written so? Regions and formatted messages can.
bool HasDevlinkJson(const DeviceDump& dump);

// A region as {"dump":[{"address":0,"data":[...]},...]}, 256 bytes each, as `devlink -j region
// dump` has it, but for the list: devlink repeats its keys in one object, of which most
// readers keep the last. Holes are left out, so addresses may jump.
//
// A formatted message as `devlink -j health dump show` prints it.
//
// Damage goes to `report`, and what there is has been written. Fails when `out` does.
Result<void> WriteDevlinkJson(const DumpToExport& dump,
                              OutputStream& out,
                              const ExportReport& report,
                              const ProgressCallback& progress);

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_SAVED_JSON_H_
