// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/region_reader.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace vmcoredd::devlink {

namespace {

// What is written at once. A datagram has up to 117 chunks of 256 bytes with headers between
// them; copying those together costs less than a call for each, or a vector of pieces.
constexpr size_t kWindowBytes = 128 * 1024;

// The kernel leaves none.
constexpr size_t kMaxHoles = 4096;

class RegionWriter {
 public:
  RegionWriter(uint64_t expected, OutputStream& out, RegionCopy& copy, const HoleWriter& write_hole)
      : expected_(expected),
        out_(out),
        copy_(copy),
        write_hole_(write_hole),
        window_(kWindowBytes) {}

  // Bytes that came, holes included: written and in the window.
  uint64_t size() const { return copy_.written + used_; }

  Result<void> Put(const DevlinkClient::Chunk& chunk) {
    const uint64_t next = copy_.begin + size();
    if (chunk.address < next) {
      return Fail(ErrorCode::kCorrupt, "expected a chunk at " + std::to_string(next) +
                                           " or behind it, found one at " +
                                           std::to_string(chunk.address));
    }
    const uint64_t hole = chunk.address - next;
    const uint64_t left = expected_ - size();
    if (hole > left || chunk.bytes.size() > left - hole) {
      return Fail(ErrorCode::kCorrupt,
                  "expected " + std::to_string(expected_) + " bytes from address " +
                      std::to_string(copy_.begin) + ", found a chunk of " +
                      std::to_string(chunk.bytes.size()) + " at " + std::to_string(chunk.address));
    }
    if (hole != 0) {
      if (copy_.holes.size() == kMaxHoles) {
        return Fail(ErrorCode::kLimitExceeded,
                    "expected at most " + std::to_string(kMaxHoles) + " holes, found more");
      }
      copy_.holes.push_back({size(), hole});
      VMCOREDD_TRY(PutHole(hole));
    }
    return PutBytes(chunk.bytes);
  }

  Result<void> Flush() {
    const size_t used = std::exchange(used_, 0);
    VMCOREDD_TRY(out_.Write(std::span<const std::byte>(window_).first(used)));
    copy_.written += used;
    return {};
  }

 private:
  Result<void> PutBytes(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const size_t part = std::min(bytes.size(), window_.size() - used_);
      std::memcpy(window_.data() + used_, bytes.data(), part);
      used_ += part;
      bytes = bytes.subspan(part);
      if (used_ == window_.size()) VMCOREDD_TRY(Flush());
    }
    return {};
  }

  Result<void> PutHole(uint64_t count) {
    if (!write_hole_) return PutZeros(count);
    VMCOREDD_TRY(Flush());
    VMCOREDD_TRY(write_hole_(count));
    copy_.written += count;
    return {};
  }

  Result<void> PutZeros(uint64_t count) {
    while (count != 0) {
      const auto part = static_cast<size_t>(std::min<uint64_t>(count, window_.size() - used_));
      std::memset(window_.data() + used_, 0, part);
      used_ += part;
      count -= part;
      if (used_ == window_.size()) VMCOREDD_TRY(Flush());
    }
    return {};
  }

  uint64_t expected_;
  OutputStream& out_;
  RegionCopy& copy_;
  const HoleWriter& write_hole_;
  std::vector<std::byte> window_;
  size_t used_ = 0;
};

}  // namespace

Result<void> CopyRegion(DevlinkClient& client,
                        const RegionRange& range,
                        uint64_t expected,
                        OutputStream& out,
                        RegionCopy& copy,
                        const HoleWriter& write_hole) {
  copy = {};
  copy.begin = range.address.value_or(0);
  if (!CheckedAdd(copy.begin, expected)) {
    return Fail(ErrorCode::kInvalidArgument, "expected a range below 2^64, found " +
                                                 std::to_string(expected) + " bytes from address " +
                                                 std::to_string(copy.begin));
  }
  RegionWriter writer(expected, out, copy, write_hole);
  auto read = client.ReadRegion(
      range, [&writer](const DevlinkClient::Chunk& chunk) { return writer.Put(chunk); });
  // What came before an error is kept. A window that could not be written is lost, and the
  // next one is empty.
  auto flushed = writer.Flush();
  if (!read) {
    if (copy.written == 0) return read;
    return FailWith(read.error(), "after " + std::to_string(copy.written) + " bytes");
  }
  if (!flushed) return flushed;
  if (copy.written == expected) return {};
  return Fail(ErrorCode::kTruncated, "expected " + std::to_string(expected) + " bytes, found " +
                                         std::to_string(copy.written));
}

}  // namespace vmcoredd::devlink
