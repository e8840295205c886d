// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_EXPORT_BAR_IMAGE_H_
#define READERS_EXPORT_BAR_IMAGE_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "readers/export/hole_map.h"
#include "readers/export/pci_device.h"

namespace vmcoredd {

inline constexpr uint32_t kPciBars = 6;
// Above any BAR: graphics cards have some of 256 GiB.
inline constexpr uint64_t kMaxBarBytes = uint64_t{1} << 40;

// A part of a dump, and where in which BAR of its device it was read.
struct BarPiece {
  DumpToExport dump;
  ByteRange range;  // of the dump
  uint32_t bar = 0;
  uint64_t offset = 0;  // in the BAR
};

// What a device's configuration space says of a BAR.
struct PciBar {
  enum class Kind { kNone, kPorts, kMemory };
  Kind kind = Kind::kNone;
  uint64_t address = 0;  // 0: it got none
  bool is_64_bit = false;
  bool is_prefetchable = false;
};
std::array<PciBar, kPciBars> BarsOf(const PciDevice& device);

// The pieces of memory BARs of `device` among `dumps`, all of which are of it, in their order.
// Known are the dumps of this tree's driver plugins whose offsets are those of a BAR; MSI-X tables,
// by their capability; and dumps of which the manifest says it (FORMAT.md, "register-image").
std::vector<BarPiece> FindBarPieces(const PciDevice& device, std::span<const DumpToExport> dumps);

// Writes what was read to its place in the file `fd`, which is the BAR. Holes, and what the
// dump has outside of the piece, are left out.
class BarPieceWriter final : public OutputStream {
 public:
  BarPieceWriter(const BarPiece& piece, int fd);
  // To be given the whole dump.
  Result<void> Write(std::span<const std::byte> bytes) override;

 private:
  const BarPiece& piece_;
  int fd_;
  HoleMap holes_;
  uint64_t at_ = 0;  // in the dump
};

}  // namespace vmcoredd

#endif  // READERS_EXPORT_BAR_IMAGE_H_
