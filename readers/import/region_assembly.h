// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_IMPORT_REGION_ASSEMBLY_H_
#define READERS_IMPORT_REGION_ASSEMBLY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "readers/import/saved_dump.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// All gaps of one region together. devlink leaves none, so they are damage, and two
// lines must not make a sink write for hours.
inline constexpr uint64_t kMaxGapBytes = 64 * 1024 * 1024;

// Puts pieces of a region together, each at its address, in ascending order: the
// dump begins at the first address, and what is missing between two pieces becomes
// zeros and a hole. Borrows the sink.
class RegionAssembly {
 public:
  explicit RegionAssembly(ImportSink& sink) : sink_(sink) {}

  // Why a piece of `size` bytes at `address` cannot follow; nothing if it can.
  std::optional<std::string> Objection(uint64_t address, uint64_t size) const;
  // To be called if there is no objection. Fails when the sink does.
  Result<void> Add(uint64_t address, std::span<const std::byte> bytes);
  // Ends the dump, if one was begun.
  Result<void> End();

  bool has_begun() const { return has_begun_; }
  // Behind the last piece.
  uint64_t next_address() const { return next_; }
  // Of the dump so far; kept when it has not begun yet.
  DumpRemarks& remarks() { return remarks_; }

 private:
  Result<void> AddGap(uint64_t address);
  Result<void> Flush();

  ImportSink& sink_;
  DumpRemarks remarks_;
  bool has_begun_ = false;
  uint64_t first_ = 0;
  uint64_t next_ = 0;
  uint64_t gap_bytes_ = 0;
  size_t unlisted_holes_ = 0;
  // Pieces have 16 bytes, the sink has better use for many.
  std::array<std::byte, 64 * 1024> buffer_;
  size_t buffered_ = 0;
};

}  // namespace vmcoredd

#endif  // READERS_IMPORT_REGION_ASSEMBLY_H_
