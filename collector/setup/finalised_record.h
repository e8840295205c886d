// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_FINALISED_RECORD_H_
#define VMCOREDD_COLLECTOR_SETUP_FINALISED_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/setup/finalise.h"

namespace vmcoredd {

// What finalise remembers of an archive that it is done with, in a file named after the
// archive's id: that it was journalled, and which files are ours to remove.
struct FinalisedRecord {
  std::string id;
  std::string archive;  // empty: it is on the remote target only
  std::string vmcore;
};

std::optional<FinalisedRecord> ReadFinalised(const Sysroot& root, const std::string& id);
Result<void> WriteFinalised(const Sysroot& root, const FinalisedRecord& record, int64_t now);

// Removes archives, with what finalise wrote beside them, that are over the limits;
// the newest always stays.
void ApplyLimits(const Sysroot& root,
                 const Config::Finalise& limits,
                 int64_t now,
                 std::vector<FinaliseLine>& lines);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_FINALISED_RECORD_H_
