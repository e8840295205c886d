// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/output_stream.h"

#include <unistd.h>

#include <cerrno>

namespace vmcoredd {

Result<void> FdStream::Write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
    if (put < 0) {
      if (errno == EINTR) continue;
      return FailIo("cannot write", errno);
    }
    bytes = bytes.subspan(static_cast<size_t>(put));
  }
  return {};
}

Result<void> PwriteAll(int fd, std::span<const std::byte> bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0) {
      if (errno == EINTR) continue;
      const int os_error = errno;
      return tl::unexpected(Error::Io("cannot write", os_error).At(offset));
    }
    bytes = bytes.subspan(static_cast<size_t>(put));
    offset += static_cast<uint64_t>(put);
  }
  return {};
}

}  // namespace vmcoredd
