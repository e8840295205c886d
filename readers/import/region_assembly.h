// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_IMPORT_REGION_ASSEMBLY_H_
#define READERS_IMPORT_REGION_ASSEMBLY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "readers/import/region_header.h"
#include "readers/import/saved_dump.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// Puts pieces of a region together, each at its address, in ascending order: the
// dump begins at the first address, and what is missing between two pieces becomes
// zeros and a hole. Where somebody says which bytes there must be, a header or
// ImportSink::expected_size(), so does what is missing in front and behind. Borrows the sink.
class RegionAssembly {
 public:
  explicit RegionAssembly(ImportSink& sink) : sink_(sink) {}

  // Before the first piece: what the text says of itself. kInvalidArgument if the sink knows
  // another size.
  Result<void> Describe(const internal::RegionHeader& header);
  // Why a piece of `size` bytes at `address` cannot follow; nothing if it can.
  std::optional<std::string> Objection(uint64_t address, uint64_t size) const;
  // To be called if there is no objection. Fails when the sink does.
  Result<void> Add(uint64_t address, std::span<const std::byte> bytes);
  // Ends the dump, if one was begun. `text_offset`: where the text ends.
  Result<void> End(uint64_t text_offset);

  bool has_begun() const { return has_begun_; }
  // Behind the last piece.
  uint64_t next_address() const { return next_; }
  // Of the dump so far; kept when it has not begun yet.
  DumpRemarks& remarks() { return remarks_; }

 private:
  Result<void> Begin(uint64_t address);
  Result<void> AddGap(uint64_t address, const char* reason);
  Result<void> CheckRange(uint64_t text_offset);
  Result<void> Flush();

  ImportSink& sink_;
  SavedDump described_;
  std::optional<ByteRange> expected_;
  bool is_range_known_ = false;  // and not only its size
  DumpRemarks remarks_;
  bool has_begun_ = false;
  uint64_t found_ = 0;  // address of the first piece
  uint64_t first_ = 0;  // of the dump
  uint64_t next_ = 0;
  uint64_t gap_bytes_ = 0;  // all, and those in front
  uint64_t front_bytes_ = 0;
  size_t unlisted_holes_ = 0;
  // Pieces have 16 bytes, the sink has better use for many.
  std::array<std::byte, 64 * 1024> buffer_;
  size_t buffered_ = 0;
};

}  // namespace vmcoredd

#endif  // READERS_IMPORT_REGION_ASSEMBLY_H_
