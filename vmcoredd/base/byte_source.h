// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_BYTE_SOURCE_H_
#define VMCOREDD_BASE_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

// Bytes that can be read at any offset: a file, memory, a slice of another
// source, the rearranged content of a flattened file, a spooled pipe.
// Not safe for concurrent use.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads up to out.size() bytes at `offset` and returns how many. Fewer than
  // asked only when the source ends there; 0 at or past the end.
  virtual Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) = 0;

  // The size in bytes, if it is known without reading more of the source.
  // A pipe learns its size when its end has been read.
  virtual std::optional<uint64_t> Size() const = 0;
};

// Reads exactly out.size() bytes, or fails with kTruncated at the offset where
// the source ends. `what` names the structure, for the message.
Result<void> ReadExactAt(ByteSource& source,
                         uint64_t offset,
                         std::span<std::byte> out,
                         std::string_view what);

// Reads [offset, offset + size) through a fixed window and writes it to `out`.
// Fails with kTruncated when the source ends early; what was there has then been
// written. `progress`, if set, is called with the bytes done so far.
using ProgressCallback = std::function<void(uint64_t bytes_done)>;
Result<void> CopyRange(ByteSource& source,
                       uint64_t offset,
                       uint64_t size,
                       OutputStream& out,
                       const ProgressCallback& progress = nullptr);

// A file or block device that can be read at any offset.
class FileSource final : public ByteSource {
 public:
  // Opens `path` for reading. Fails with kInvalidArgument on a directory.
  static Result<std::unique_ptr<FileSource>> Open(const std::string& path);
  // Takes a descriptor that supports pread(). The size is found once, by
  // seeking to the end, not from st_size: for /proc/vmcore that is stale after
  // a device dump was added (seen on 6.1), and for block devices it is 0.
  static Result<std::unique_ptr<FileSource>> FromFd(UniqueFd fd, std::string name);

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override;
  std::optional<uint64_t> Size() const override { return size_; }
  int fd() const { return fd_.get(); }

 private:
  FileSource(UniqueFd fd, std::string name, uint64_t size);

  UniqueFd fd_;
  std::string name_;
  uint64_t size_;
};

// Bytes in memory. Borrows them: they must outlive the source.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}
  explicit MemorySource(std::vector<std::byte>&& bytes) = delete;  // would dangle

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override;
  std::optional<uint64_t> Size() const override { return bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_BYTE_SOURCE_H_
