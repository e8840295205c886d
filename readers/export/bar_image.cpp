// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/bar_image.h"

#include <algorithm>
#include <string>

#include "readers/export/register_text.h"

namespace vmcoredd {

namespace {

constexpr size_t kFirstBar = 0x10;
constexpr uint32_t kCapVendor = 0x09, kCapMsix = 0x11;
constexpr uint64_t kMsixEntryBytes = 16;
constexpr uint64_t kVirtioCapBytes = 16;
// Of its vendor-specific capabilities (virtio 1.1, 4.1.4).
constexpr uint32_t kVirtioCommon = 1, kVirtioDevice = 4;

// SOURCE_ADDRESS_WHAT of dumps that are images of BAR 0: see the READMEs in driver-plugins.
struct KnownImage {
  std::string_view source, what;
};
constexpr KnownImage kImagesOfBar0[] = {
    {"cxgb4", "regs"}, {"e1000e", "registers"}, {"e1000e", "state"}, {"igb", "registers"},
    {"igb", "state"},  {"ixgbe", "registers"},  {"ixgbe", "state"},  {"mlx4", "cr-space"},
    {"mlx5", "iseg"},  {"nvme", "controller"},
};

std::string NameOf(std::string_view source, const PciDevice& device, std::string_view what) {
  return std::string(source) + '_' + device.address.ToString() + '_' + std::string(what);
}

uint64_t LengthOf(const DeviceDump& dump) { return dump.length().value_or(dump.size()); }

// The table, and behind it in the dump the bits of pending interrupts.
void AddMsix(const PciDevice& device, const DumpToExport& dump, std::vector<BarPiece>& pieces) {
  const size_t at =
      VisitCapabilities(device, [&](size_t here) { return device.Load(here, 1) == kCapMsix; });
  if (at == 0) return;
  const uint64_t vectors = (device.Load(at + 2, 2) & 0x7ff) + 1;
  const uint64_t table_bytes = vectors * kMsixEntryBytes;
  const uint64_t pending_bytes = (vectors + 63) / 64 * 8;
  const uint32_t table = device.Load(at + 4, 4), pending = device.Load(at + 8, 4);
  pieces.push_back({dump, {0, table_bytes}, table & 7, table & ~uint32_t{7}});
  pieces.push_back({dump, {table_bytes, pending_bytes}, pending & 7, pending & ~uint32_t{7}});
}

// virtio says in a capability where a structure is. The driver plugin pci only reads that
// with pci.full=1: it leaves the bodies of vendor-specific capabilities alone.
void AddVirtio(const PciDevice& device,
               uint32_t type,
               const DumpToExport& dump,
               std::vector<BarPiece>& pieces) {
  HoleMap holes(*device.source.dump);
  VisitCapabilities(device, [&](size_t at) {
    if (device.Load(at, 1) != kCapVendor || device.Load(at + 3, 1) != type ||
        holes.Touches(at, kVirtioCapBytes)) {
      return false;
    }
    pieces.push_back(
        {dump, {0, LengthOf(*dump.dump)}, device.Load(at + 4, 1), device.Load(at + 8, 4)});
    return true;
  });
}

// What the manifest says: the BAR's number, and the offset in it.
void AddTold(const DumpToExport& dump, std::vector<BarPiece>& pieces) {
  const std::string_view bar = PropertyOf(*dump.dump, "bar");
  if (bar.size() != 1 || bar[0] < '0' || bar[0] >= static_cast<char>('0' + kPciBars)) return;
  pieces.push_back({dump,
                    {0, LengthOf(*dump.dump)},
                    static_cast<uint32_t>(bar[0] - '0'),
                    FirstAddressOf(*dump.dump)});
}

}  // namespace

std::array<PciBar, kPciBars> BarsOf(const PciDevice& device) {
  std::array<PciBar, kPciBars> bars;
  const size_t count = device.header_type() == 0 ? kPciBars : device.header_type() == 1 ? 2 : 0;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t low = device.Load(kFirstBar + 4 * i, 4);
    PciBar& bar = bars[i];
    if (low == 0) continue;
    if ((low & 1) != 0) {
      bar.kind = PciBar::Kind::kPorts;
      bar.address = low & ~uint32_t{3};
      continue;
    }
    bar.kind = PciBar::Kind::kMemory;
    bar.address = low & ~uint32_t{0xf};
    bar.is_prefetchable = (low & 8) != 0;
    bar.is_64_bit = (low & 6) == 4 && i + 1 < count;
    if (bar.is_64_bit) {
      bar.address |= static_cast<uint64_t>(device.Load(kFirstBar + 4 * (i + 1), 4)) << 32;
      ++i;  // which is the upper half
    }
  }
  return bars;
}

std::vector<BarPiece> FindBarPieces(const PciDevice& device, std::span<const DumpToExport> dumps) {
  std::vector<BarPiece> pieces;
  for (const DumpToExport& dump : dumps) {
    const std::string& name = dump.dump->name();
    if (ContentOf(*dump.dump) == "register-image") {
      AddTold(dump, pieces);
    } else if (name == NameOf("pci", device, "msix")) {
      AddMsix(device, dump, pieces);
    } else if (name == NameOf("virtio-pci", device, "common")) {
      AddVirtio(device, kVirtioCommon, dump, pieces);
    } else if (name == NameOf("virtio-pci", device, "device")) {
      AddVirtio(device, kVirtioDevice, dump, pieces);
    } else {
      for (const KnownImage& image : kImagesOfBar0) {
        if (name != NameOf(image.source, device, image.what)) continue;
        pieces.push_back({dump, {0, LengthOf(*dump.dump)}, 0, 0});
      }
    }
  }
  const auto bars = BarsOf(device);
  std::erase_if(pieces, [&](const BarPiece& piece) {
    const auto end = CheckedAdd(piece.offset, piece.range.size);
    return !end || *end > kMaxBarBytes || piece.range.size == 0 || piece.bar >= kPciBars ||
           bars[piece.bar].kind != PciBar::Kind::kMemory || bars[piece.bar].address == 0;
  });
  return pieces;
}

BarPieceWriter::BarPieceWriter(const BarPiece& piece, int fd)
    : piece_(piece), fd_(fd), holes_(*piece.dump.dump) {}

Result<void> BarPieceWriter::Write(std::span<const std::byte> bytes) {
  const uint64_t begin = piece_.range.offset, end = begin + piece_.range.size;
  for (size_t done = 0; done < bytes.size();) {
    const HoleMap::Run run = holes_.At(at_);
    size_t count = std::min<uint64_t>(bytes.size() - done, run.end - at_);
    const bool is_inside = at_ >= begin && at_ < end;
    // A run that is neither all inside nor all outside is cut at the border.
    if (at_ < begin) count = std::min<uint64_t>(count, begin - at_);
    if (is_inside) count = std::min<uint64_t>(count, end - at_);
    if (is_inside && !run.is_hole) {
      VMCOREDD_TRY(PwriteAll(fd_, bytes.subspan(done, count), piece_.offset + (at_ - begin)));
    }
    at_ += count;
    done += count;
  }
  return {};
}

}  // namespace vmcoredd
