// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/temporary_file.h"

#include <fcntl.h>
#include <stdlib.h>

#include <cerrno>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

Result<UniqueFd> OpenTemporaryFile(std::string folder) {
  if (folder.empty()) {
    const char* variable = ::getenv("TMPDIR");
    folder = variable != nullptr && *variable != '\0' ? variable : "/var/tmp";
  }
  UniqueFd file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600));
  if (file.is_valid()) return file;
  // Filesystems and kernels without O_TMPFILE report it in these ways.
  if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL) {
    std::string path = folder + "/vmcoredd-XXXXXX";
    file.reset(::mkostemp(path.data(), O_CLOEXEC));
    if (file.is_valid()) {
      ::unlink(path.c_str());
      return file;
    }
  }
  return FailIo("cannot make a temporary file in " + EscapeBytes(folder), errno);
}

}  // namespace vmcoredd
