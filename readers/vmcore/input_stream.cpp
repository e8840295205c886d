// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/input_stream.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace vmcoredd {

FdInputStream::FdInputStream(UniqueFd fd) : fd_(std::move(fd)) {}

Result<size_t> FdInputStream::Read(std::span<std::byte> out) {
  while (true) {
    const ssize_t got = ::read(fd_.get(), out.data(), out.size());
    if (got >= 0) {
      offset_ += static_cast<uint64_t>(got);
      return static_cast<size_t>(got);
    }
    if (errno == EINTR) continue;
    const int os_error = errno;
    return tl::unexpected(Error::Io("cannot read", os_error).At(offset_));
  }
}

SourceInputStream::SourceInputStream(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)) {}

Result<size_t> SourceInputStream::Read(std::span<std::byte> out) {
  const size_t got = VMCOREDD_TRY(source_->ReadAt(offset_, out));
  offset_ += got;
  return got;
}

ReportingInputStream::ReportingInputStream(std::unique_ptr<InputStream> in,
                                           ProgressCallback progress)
    : in_(std::move(in)), progress_(std::move(progress)) {}

Result<size_t> ReportingInputStream::Read(std::span<std::byte> out) {
  const size_t got = VMCOREDD_TRY(in_->Read(out));
  done_ += got;
  progress_(done_);
  return got;
}

PrefixedInputStream::PrefixedInputStream(std::vector<std::byte> head,
                                         std::unique_ptr<InputStream> rest)
    : head_(std::move(head)), rest_(std::move(rest)) {}

Result<size_t> PrefixedInputStream::Read(std::span<std::byte> out) {
  const size_t left = head_.size() - position_;
  if (left == 0) return rest_->Read(out);
  const size_t count = std::min(left, out.size());
  std::memcpy(out.data(), head_.data() + position_, count);
  position_ += count;
  return count;
}

}  // namespace vmcoredd
