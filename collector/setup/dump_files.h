// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_DUMP_FILES_H_
#define VMCOREDD_COLLECTOR_SETUP_DUMP_FILES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/result.h"

// The files that kdump and the collector leave in folders like /var/crash, which on
// some distributions anybody may write to: only regular files and folders that belong
// to us are looked at.

namespace vmcoredd {

inline constexpr size_t kMaxDumpFiles = 4096;

struct DumpFile {
  std::string path;
  int64_t mtime = 0;
  uint64_t size = 0;

  std::string folder() const;
};

struct DumpFiles {
  std::vector<DumpFile> cores;     // vmcores that look finished by their names
  std::vector<DumpFile> archives;  // vmcoredd-ID.vmcoredd
  size_t unfinished = 0;           // vmcores that are being written, or never were
};

// Adds what is in `folder` and up to two levels below it. A folder that is not there
// has nothing.
void FindDumpFiles(const std::string& folder, DumpFiles& files);

// The ID of ".../vmcoredd-ID.vmcoredd"; empty for another name.
std::string ArchiveId(std::string_view path);

// Moves a file within or between filesystems; it is never missing under both names,
// and nothing is replaced: a file that is there already must have the same bytes.
Result<void> MoveFile(const std::string& from, const std::string& to);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_DUMP_FILES_H_
