// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_SPOOLED_SOURCE_H_
#define READERS_VMCORE_SPOOLED_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "readers/vmcore/input_stream.h"
#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

// A forward stream that can be read at any offset: it is kept, as far as it has
// been read, in an unlinked temporary file that only this process can reach.
// Blocks of zeros are left as holes. Nothing is read from the stream beyond what
// ReadAt() asks for and what one read() call brings.
//
// When the stream fails, the source ends where the last good byte was: damage()
// says why.
class SpooledSource final : public ByteSource {
 public:
  // Keeps at most `max_bytes` of the stream, holes included: what a hostile
  // stream can make us take in disk and in time. `folder` is where the temporary
  // file goes; empty is $TMPDIR or /var/tmp.
  static Result<std::unique_ptr<SpooledSource>> Create(std::unique_ptr<InputStream> stream,
                                                       const std::string& folder,
                                                       uint64_t max_bytes);

  // kLimitExceeded when the stream goes on after max_bytes and bytes behind them
  // are asked for.
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override;
  // Known when the end of the stream has been read.
  std::optional<uint64_t> Size() const override { return end_; }

  // Reads to the end of the stream, so that it checks its checksums and Size()
  // is known. Bytes below `keep_until` are kept, the others are not, and cannot
  // be read afterwards: ReadAt() fails with kUnsupported for them.
  Result<void> ReadToEnd(uint64_t keep_until, const ProgressCallback& progress);

  // Why the stream ended early, or what followed it.
  const std::optional<Error>& damage() const { return damage_; }

 private:
  SpooledSource(std::unique_ptr<InputStream> stream, UniqueFd file, uint64_t max_bytes);

  // Reads and keeps until `end` or the end of the stream.
  Result<void> KeepUntil(uint64_t end);
  // The next bytes of the stream, none at its end. Valid until the next call. They
  // must be kept at once, or never are.
  std::span<const std::byte> Next();
  Result<void> Keep(std::span<const std::byte> bytes);

  std::unique_ptr<InputStream> stream_;
  UniqueFd file_;
  uint64_t max_bytes_;
  uint64_t kept_ = 0;    // bytes of the stream that are in the file
  uint64_t passed_ = 0;  // bytes of the stream that were read
  std::optional<uint64_t> end_;
  std::optional<Error> damage_;
  std::vector<std::byte> window_;
};

}  // namespace vmcoredd

#endif  // READERS_VMCORE_SPOOLED_SOURCE_H_
