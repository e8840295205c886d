// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/output_stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace vmcoredd {

namespace {

// Less costs more calls, more leaves the disk idle for longer.
constexpr uint64_t kWritebackBytes = 8 * 1024 * 1024;

}  // namespace

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

void Writeback::Advance(int fd, uint64_t end) {
  if (end >= begun_ + kWritebackBytes) Start(fd, end);
}

void Writeback::Start(int fd, uint64_t end) {
  if (end <= begun_) return;
  ::sync_file_range(fd, static_cast<off_t>(begun_), static_cast<off_t>(end - begun_),
                    SYNC_FILE_RANGE_WRITE);
  begun_ = end;
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
