// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_UPLOAD_H_
#define VMCOREDD_COLLECTOR_SETUP_UPLOAD_H_

#include <cstdint>
#include <string>

#include "collector/setup/finalise.h"

namespace vmcoredd {

// Sends a file to the SSH target, into the folder vmcoredd beside the vmcores, and
// compares its checksum there. `name` is one of ours: digits, letters, '-' and '.'.
Result<void> UploadBySsh(const KdumpTarget& target,
                         const FinaliseHooks& hooks,
                         const std::string& file,
                         const std::string& name,
                         const std::string& sha256);

struct FtpFile {
  std::string path;
  std::string name;    // as of UploadBySsh()
  std::string host;    // in front of the name there: HostTag()
  std::string sha256;  // hexadecimal
  uint64_t size = 0;
};

// Sends a file to the FTP target by curl(1), named as kdump-tools names vmcores: in no
// folder of its own, "HOST-" in front. It gets that name when it has been read back and
// has the checksum. A file that has the name already is left alone; an error if it is
// not the same. Gives where it is, for messages.
Result<std::string> UploadByFtp(const KdumpTarget& target,
                                const FinaliseHooks& hooks,
                                const FtpFile& file);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_UPLOAD_H_
