// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_INPUT_STREAM_H_
#define READERS_VMCORE_INPUT_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/input_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

// Reads a descriptor to its end. Owns it.
class FdInputStream final : public InputStream {
 public:
  explicit FdInputStream(UniqueFd fd);
  Result<size_t> Read(std::span<std::byte> out) override;

 private:
  UniqueFd fd_;
  uint64_t offset_ = 0;  // for error messages
};

// Reads a source from its start to its end. Owns it.
class SourceInputStream final : public InputStream {
 public:
  explicit SourceInputStream(std::unique_ptr<ByteSource> source);
  Result<size_t> Read(std::span<std::byte> out) override;

 private:
  std::unique_ptr<ByteSource> source_;
  uint64_t offset_ = 0;
};

// Tells `progress` how many bytes have been read.
class ReportingInputStream final : public InputStream {
 public:
  ReportingInputStream(std::unique_ptr<InputStream> in, ProgressCallback progress);
  Result<size_t> Read(std::span<std::byte> out) override;

 private:
  std::unique_ptr<InputStream> in_;
  ProgressCallback progress_;
  uint64_t done_ = 0;
};

// Gives `head`, then `rest`: for bytes that were read to see what they are.
class PrefixedInputStream final : public InputStream {
 public:
  PrefixedInputStream(std::vector<std::byte> head, std::unique_ptr<InputStream> rest);
  Result<size_t> Read(std::span<std::byte> out) override;

 private:
  std::vector<std::byte> head_;
  size_t position_ = 0;
  std::unique_ptr<InputStream> rest_;
};

}  // namespace vmcoredd

#endif  // READERS_VMCORE_INPUT_STREAM_H_
