// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace vmcoredd {

namespace {

// Large enough that the system call cost disappears, small enough for a crash
// kernel.
constexpr size_t kCopyWindow = 256 * 1024;

}  // namespace

Result<void> ReadExactAt(ByteSource& source,
                         uint64_t offset,
                         std::span<std::byte> out,
                         std::string_view what) {
  const size_t got = VMCOREDD_TRY(source.ReadAt(offset, out));
  if (got == out.size()) return {};
  return FailAt(ErrorCode::kTruncated, offset + got,
                std::string(what) + ": expected " + std::to_string(out.size()) + " bytes, found " +
                    std::to_string(got));
}

Result<void> CopyRange(ByteSource& source,
                       uint64_t offset,
                       uint64_t size,
                       OutputStream& out,
                       const ProgressCallback& progress) {
  std::vector<std::byte> window(std::min<uint64_t>(size, kCopyWindow));
  uint64_t done = 0;
  while (done < size) {
    const size_t want = std::min<uint64_t>(size - done, window.size());
    const size_t got = VMCOREDD_TRY(source.ReadAt(offset + done, std::span(window).first(want)));
    VMCOREDD_TRY(out.Write(std::span(window).first(got)));
    done += got;
    if (progress) progress(done);
    if (got < want) {
      return FailAt(
          ErrorCode::kTruncated, offset + done,
          "the data ends after " + std::to_string(done) + " of " + std::to_string(size) + " bytes");
    }
  }
  return {};
}

FileSource::FileSource(UniqueFd fd, std::string name, uint64_t size)
    : fd_(std::move(fd)), name_(std::move(name)), size_(size) {}

Result<std::unique_ptr<FileSource>> FileSource::Open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_valid()) return FailIo("cannot open", errno);
  return FromFd(std::move(fd), path);
}

Result<std::unique_ptr<FileSource>> FileSource::FromFd(UniqueFd fd, std::string name) {
  struct stat st;
  if (::fstat(fd.get(), &st) != 0) return FailIo("cannot stat", errno);
  if (S_ISDIR(st.st_mode)) return Fail(ErrorCode::kInvalidArgument, "is a directory");
  const off_t end = ::lseek(fd.get(), 0, SEEK_END);
  if (end < 0) return FailIo("cannot seek", errno);
  return std::unique_ptr<FileSource>(
      new FileSource(std::move(fd), std::move(name), static_cast<uint64_t>(end)));
}

Result<size_t> FileSource::ReadAt(uint64_t offset, std::span<std::byte> out) {
  size_t done = 0;
  while (done < out.size()) {
    if (offset + done > static_cast<uint64_t>(INT64_MAX)) break;
    const ssize_t got =
        ::pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (got < 0) {
      if (errno == EINTR) continue;
      const int os_error = errno;
      return tl::unexpected(Error::Io("cannot read", os_error).At(offset + done));
    }
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

Result<size_t> MemorySource::ReadAt(uint64_t offset, std::span<std::byte> out) {
  if (offset >= bytes_.size()) return 0;
  const size_t count = std::min<uint64_t>(out.size(), bytes_.size() - offset);
  if (count != 0) std::memcpy(out.data(), bytes_.data() + offset, count);
  return count;
}

}  // namespace vmcoredd
