// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/locked_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace vmcoredd::attach {

namespace {

Result<std::string> RealPath(const std::string& path) {
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> real(::realpath(path.c_str(), nullptr));
  if (!real) return FailIo("cannot open", errno);
  return std::string(real.get());
}

}  // namespace

Result<LockedFile> LockedFile::Open(const std::string& path) {
  std::string real = VMCOREDD_TRY(RealPath(path));
  struct stat named;
  if (::stat(real.c_str(), &named) != 0) return FailIo("cannot stat", errno);
  // Before open(), which blocks on a FIFO and may start a device.
  if (!S_ISREG(named.st_mode)) {
    return Fail(ErrorCode::kRefused, "not a regular file: it cannot be changed in place");
  }
  UniqueFd fd(::open(real.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.is_valid()) return FailIo("cannot open for writing", errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return Fail(ErrorCode::kRefused, "another process has the file locked");
    }
    return FailIo("cannot lock", errno);
  }
  struct stat opened;
  if (::fstat(fd.get(), &opened) != 0 || ::stat(real.c_str(), &named) != 0) {
    return FailIo("cannot stat", errno);
  }
  if (!S_ISREG(opened.st_mode) || opened.st_dev != named.st_dev || opened.st_ino != named.st_ino) {
    return Fail(ErrorCode::kRefused, "the file was replaced in the meantime");
  }
  auto source = VMCOREDD_TRY(FileSource::FromFd(std::move(fd), real));
  return LockedFile(std::move(real), std::move(source));
}

Result<void> SyncData(int fd) {
  if (::fdatasync(fd) != 0) return FailIo("cannot sync", errno);
  return {};
}

tl::unexpected<Error> FailDetached(const Error& error) {
  return FailWith(error, "detached, but the file's new end may not be on the disk");
}

AppendGuard::~AppendGuard() {
  if (fd_ < 0) return;
  // Nothing can be done if this fails: the file then has bytes at its end that
  // nothing points to.
  if (::ftruncate(fd_, static_cast<off_t>(size_)) == 0) (void)SyncData(fd_);
}

Result<void> ReplaceBytes(int fd,
                          uint64_t offset,
                          std::span<const std::byte> bytes,
                          std::span<const std::byte> old,
                          bool& put_back) {
  auto done = PwriteAll(fd, bytes, offset);
  if (done) done = SyncData(fd);
  put_back = false;
  if (!done) put_back = PwriteAll(fd, old, offset).has_value() && SyncData(fd).has_value();
  return done;
}

Result<void> OffsetStream::Write(std::span<const std::byte> bytes) {
  VMCOREDD_TRY(PwriteAll(fd_, bytes, offset_));
  offset_ += bytes.size();
  writeback_.Advance(fd_, offset_);
  return {};
}

}  // namespace vmcoredd::attach
