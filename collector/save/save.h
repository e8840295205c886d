// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SAVE_SAVE_H_
#define VMCOREDD_COLLECTOR_SAVE_SAVE_H_

#include <string>
#include <vector>

#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

struct SaveSettings {
  std::string spool_folder;
  std::string output;  // the archive
  std::string vmcore;  // whose crash this is; empty: not said
  OutputFile::Existing existing = OutputFile::Existing::kFail;
};

struct SaveSummary {
  size_t dumps = 0;
  std::vector<std::string> problems;  // what is not as it should be; also in the manifest
};

// Makes the archive of a spool: every dump, and a manifest of what was captured,
// skipped and lost. The spool stays as it is. Memory: one window and the manifest.
Result<SaveSummary> SaveSpool(const SaveSettings& settings);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SAVE_SAVE_H_
