// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SAVE_SAVE_H_
#define VMCOREDD_COLLECTOR_SAVE_SAVE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "collector/capture/collect_config.h"
#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

struct SaveSettings {
  std::vector<std::string> spool_folders;  // in the order of the captures
  std::string output;                      // the archive; or
  // folders for one that is named after the capture: the first that takes it. The last
  // part of each is made if it is not there.
  std::vector<std::string> directories;
  // These of them are not taken when they are memory: that of a crash kernel is gone
  // with it, and a path of the machine is often another in an image.
  std::vector<std::string> not_in_memory;
  std::string vmcore;  // whose crash this is; empty: not said
  OutputFile::Existing existing = OutputFile::Existing::kFail;
  uint64_t max_bytes = 0;              // dumps that would make it larger are left out; 0: no limit
  std::vector<IdentityFact> identity;  // merged into the devices of the manifest
};

struct SaveSummary {
  std::string path;  // of the archive
  size_t dumps = 0;
  std::vector<std::string> problems;  // what is not as it should be; also in the manifest
};

// Makes one archive of the spools: every dump, and of each capture a manifest fragment
// with what was captured, skipped and lost. The spools stay as they are. A spool that
// cannot be read is a problem if another one can. Memory: one window and the manifest.
Result<SaveSummary> SaveSpools(const SaveSettings& settings);

// "vmcoredd-<16 hexadecimal digits>.vmcoredd", whatever the id of a capture is.
std::string ArchiveName(const std::string& capture_id);

// Adds what the first kernel knew of a dump's device to what the crash kernel saw; and
// says so when the device had virtual functions that enumeration took away, with the
// state that they had in it.
void MergeIdentity(const std::vector<IdentityFact>& identity, ManifestDump& dump);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SAVE_SAVE_H_
