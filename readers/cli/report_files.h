// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_REPORT_FILES_H_
#define READERS_CLI_REPORT_FILES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vmcoredd/base/error.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd::cli {

enum class FileKind : uint8_t {
  kVmcore,   // or an archive, or bytes of which their reader says what is wrong
  kLog,      // of a kernel
  kSaved,    // what another tool saved
  kOwn,      // what vmcoredd wrote of other files
  kUnknown,  // a text of no kind that is known
};

struct FileLook {
  FileKind kind = FileKind::kVmcore;
  std::string format;  // kSaved: for `vmcoredd import`; empty: it finds out
};

// What a file is: by its name if it is called like a log, else by how it begins. Compression
// is taken off, and control bytes do not make anything else of a log.
FileLook LookAt(const std::string& path);

// By what folders of crashes call them.
bool IsLogName(const std::string& name);
bool IsVmcoreName(const std::string& name);
bool IsArchiveName(const std::string& name);

// A log without its compression; of a large one, the end. `damage`: what comes after the text
// cannot be read.
struct LogText {
  std::string text;
  std::optional<Error> damage;
};
Result<LogText> ReadLog(const std::string& path);

// Names of the files in a folder, sorted; of a huge one, not all.
std::vector<std::string> FilesIn(const std::string& folder);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_REPORT_FILES_H_
