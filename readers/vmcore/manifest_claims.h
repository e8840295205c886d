// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_MANIFEST_CLAIMS_H_
#define READERS_VMCORE_MANIFEST_CLAIMS_H_

#include <functional>
#include <vector>

#include "readers/vmcore/device_dump_table.h"

namespace vmcoredd {

// Finds which notes the entries of one manifest fragment describe. `notes` are
// those between the fragment before and this one, in file order. Entries of one
// name take the last notes of that name and of owner LINUX, in the order of their
// ordinals; an entry with parts takes as many notes as it has parts. The rest stay
// dumps of one note without manifest (FORMAT.md, "Which note an entry describes").
//
// Entries without notes, and those that contradict their notes, are reported and
// ignored. The dumps come back in file order.
std::vector<DeviceDump> ClaimDumps(std::vector<DumpNote> notes,
                                   const std::vector<ManifestDump>& entries,
                                   const std::function<void(Error)>& report);

}  // namespace vmcoredd

#endif  // READERS_VMCORE_MANIFEST_CLAIMS_H_
