// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_OUTPUT_STREAM_H_
#define VMCOREDD_BASE_OUTPUT_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vmcoredd/base/result.h"

namespace vmcoredd {

// Somewhere bytes go, in order. Streams are chained (zstd -> hash -> file);
// Finish() ends the stream's own format and must be called once, after the last
// Write(). It does not finish the stream behind it.
class OutputStream {
 public:
  virtual ~OutputStream() = default;
  virtual Result<void> Write(std::span<const std::byte> bytes) = 0;
  virtual Result<void> Finish() { return {}; }
};

// Appends to a vector. For small things and tests.
class BufferStream final : public OutputStream {
 public:
  Result<void> Write(std::span<const std::byte> bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

// Writes to a descriptor at its current position. Borrows the descriptor.
class FdStream final : public OutputStream {
 public:
  explicit FdStream(int fd) : fd_(fd) {}
  Result<void> Write(std::span<const std::byte> bytes) override;

 private:
  int fd_;
};

// Has the disk write while a file is still growing, so that the sync at its end has
// little left to wait for. Only hints: what goes wrong is told by the sync.
class Writeback {
 public:
  explicit Writeback(uint64_t begin = 0) : begun_(begin) {}
  // All bytes below `end` have been written to the page cache.
  void Advance(int fd, uint64_t end);
  // Does not wait for more.
  void Start(int fd, uint64_t end);

 private:
  uint64_t begun_;  // below it, the disk was told
};

// Writes all of `bytes` at `offset` of a seekable file.
Result<void> PwriteAll(int fd, std::span<const std::byte> bytes, uint64_t offset);

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_OUTPUT_STREAM_H_
