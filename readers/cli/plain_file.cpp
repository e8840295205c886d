// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/plain_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd::cli {

Result<PlainFile> OpenPlainFile(const std::string& path) {
  UniqueFd fd(path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_valid()) return FailIo("cannot open", errno);
  PlainFile file;
  struct stat status;
  if (::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode)) {
    file.size = static_cast<uint64_t>(status.st_size);
  }
  file.stream = std::make_unique<FdInputStream>(std::move(fd));
  return file;
}

}  // namespace vmcoredd::cli
