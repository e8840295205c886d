// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/kdump_header.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <vector>

#include "vmcoredd/base/byte_reader.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kSignature = "KDUMP   ";
constexpr std::string_view kOldSignature = "DISKDUMP";
constexpr uint64_t kSignatureBytes = 8;
constexpr uint64_t kUtsnameFieldBytes = 65;
constexpr uint64_t kMinBlockSize = 4096;
constexpr uint64_t kMaxBlockSize = 1024 * 1024;  // kernels have pages up to 256 KiB
constexpr int32_t kMaxHeaderVersion = 6;
constexpr uint64_t kBitmapWindow = 64 * 1024;
// 128 TiB of memory with pages of 4 KiB. A hostile header with holes behind it
// could keep us reading zeros for years.
constexpr uint64_t kMaxBitmapBytes = uint64_t{4} * 1024 * 1024 * 1024;

// The main header from the version on. A 64-bit writer has 64-bit time fields,
// which also move `status` and what follows.
struct MainHeaderLayout {
  bool wide;            // 64-bit time_t and long
  uint64_t size;        // bytes up to and with nr_cpus
  uint64_t timestamp;   // offset of tv_sec
  uint64_t block_size;  // offset of block_size, to try a layout
};
constexpr MainHeaderLayout kWideHeader = {true, 464, 408, 428};
constexpr MainHeaderLayout kNarrowHeader = {false, 452, 404, 416};

bool IsPlausibleBlockSize(uint32_t value) {
  return value >= kMinBlockSize && value <= kMaxBlockSize && IsPowerOfTwo(value);
}

// In the layout of 64-bit writers, max_mapnr of a 32-bit writer stands in the place
// of block_size, and looks like one when the machine's memory ends at a power of two
// (QEMU's ppc). `strict` also looks at sub_hdr_size and bitmap_blocks behind it,
// which only a damaged file has as zeros.
bool HasPlausibleFields(std::span<const std::byte> block,
                        const MainHeaderLayout& layout,
                        std::endian order,
                        bool strict) {
  if (block.size() < layout.size) return false;
  const auto version = LoadInt<int32_t>(block.data() + kSignatureBytes, order);
  const std::byte* const fields = block.data() + layout.block_size;
  return version >= 0 && version <= 0xffff &&
         IsPlausibleBlockSize(LoadInt<uint32_t>(fields, order)) &&
         (!strict ||
          (LoadInt<uint32_t>(fields + 4, order) != 0 && LoadInt<uint32_t>(fields + 8, order) != 0));
}

struct HeaderForm {
  const MainHeaderLayout* layout;
  std::endian order;
};

std::optional<HeaderForm> DetectForm(std::span<const std::byte> head) {
  for (const bool strict : {true, false}) {
    for (const MainHeaderLayout* const layout : {&kWideHeader, &kNarrowHeader}) {
      for (const std::endian order : {std::endian::little, std::endian::big}) {
        if (HasPlausibleFields(head, *layout, order, strict)) return HeaderForm{layout, order};
      }
    }
  }
  return std::nullopt;
}

void ParseMainHeader(ByteReader& reader, bool wide, KdumpHeader& header) {
  reader.Skip(kSignatureBytes);
  header.header_version = reader.Read<int32_t>();
  reader.Skip(kUtsnameFieldBytes);  // sysname
  header.nodename = reader.ReadString(kUtsnameFieldBytes);
  header.release = reader.ReadString(kUtsnameFieldBytes);
  reader.Skip(kUtsnameFieldBytes);  // version
  header.machine = reader.ReadString(kUtsnameFieldBytes);
  reader.Skip(kUtsnameFieldBytes);  // domainname
  reader.Skip(wide ? 6 : 2);        // alignment of timestamp
  header.timestamp = wide ? reader.Read<int64_t>() : reader.Read<int32_t>();
  reader.Skip(wide ? 8 : 4);  // microseconds
  header.status = reader.Read<uint32_t>();
  header.block_size = reader.Read<uint32_t>();
  header.sub_hdr_blocks = reader.Read<uint32_t>();
  header.bitmap_blocks = reader.Read<uint32_t>();
  header.max_mapnr = reader.Read<uint32_t>();
  reader.Skip(16);  // total_ram, device and written blocks, current_cpu
  header.nr_cpus = reader.Read<int32_t>();
}

// The sub header in one of its layouts: `word` is the size of a long, `padded`
// whether 64-bit members are aligned to 8.
void ParseSubHeader(ByteReader& reader, KdumpLayout layout, KdumpHeader& header) {
  const bool wide = layout == KdumpLayout::k64;
  const bool padded = layout != KdumpLayout::k32Packed;
  const auto read_long = [&]() -> uint64_t {
    return wide ? reader.Read<uint64_t>() : reader.Read<uint32_t>();
  };
  const auto read_offset = [&]() -> uint64_t {
    if (padded) reader.Skip(AlignUp(reader.position(), 8) - reader.position());
    return reader.Read<uint64_t>();
  };
  const int32_t version = header.header_version;
  read_long();     // phys_base
  reader.Skip(4);  // dump_level
  if (version < 2) return;
  header.split = reader.Read<uint32_t>() != 0;
  header.start_pfn = read_long();
  header.end_pfn = read_long();
  if (version < 3) return;
  header.vmcoreinfo.offset = read_offset();
  header.vmcoreinfo.size = read_long();
  if (version < 4) return;
  header.notes.offset = read_offset();
  header.notes.size = read_long();
  if (version < 5) return;
  header.eraseinfo.offset = read_offset();
  header.eraseinfo.size = read_long();
  if (version < 6) return;
  header.start_pfn = read_offset();
  header.end_pfn = read_offset();
  header.max_mapnr = read_offset();
}

// QEMU always packs, 32-bit ARM and MIPS writers pad. VMCOREINFO, or else the
// notes, must lie within the sub header's blocks for the packed reading to hold;
// libkdumpfile decides the same way. Notes that attach moved to the end do not,
// but 32-bit files are not attached to.
bool PackedReadingHolds(const KdumpHeader& header) {
  const uint64_t begin = header.block_size;
  const uint64_t end = header.bitmap_offset();
  const auto within = [&](const ByteRange& range) {
    const auto range_end = range.End();
    return range_end && range.offset > begin && *range_end <= end;
  };
  if (header.vmcoreinfo.offset != 0 || header.vmcoreinfo.size != 0) {
    return within(header.vmcoreinfo);
  }
  return header.notes == ByteRange{} || within(header.notes);
}

Result<void> CheckProducts(const KdumpHeader& header) {
  const auto start_blocks = CheckedAdd(1 + header.sub_hdr_blocks, header.bitmap_blocks);
  if (!start_blocks || !CheckedMul(*start_blocks, header.block_size)) {
    return FailAt(ErrorCode::kCorrupt, 0, "the header's block counts overflow");
  }
  if (header.sub_hdr_blocks == 0) {
    return FailAt(ErrorCode::kCorrupt, 0, "sub_hdr_size: expected at least 1 block, found 0");
  }
  for (const ByteRange& range : {header.notes, header.vmcoreinfo, header.eraseinfo}) {
    if (!range.End()) {
      return FailAt(ErrorCode::kCorrupt, header.sub_header_offset(),
                    "a range in the sub header wraps around");
    }
  }
  return {};
}

}  // namespace

Result<KdumpHeader> ReadKdumpHeader(ByteSource& source) {
  std::array<std::byte, kWideHeader.size> block;
  const size_t got = VMCOREDD_TRY(source.ReadAt(0, block));
  const auto head = std::span<const std::byte>(block).first(got);
  const std::string_view signature(reinterpret_cast<const char*>(head.data()),
                                   std::min<size_t>(got, kSignatureBytes));
  if (signature == kOldSignature) {
    return Fail(ErrorCode::kUnsupported,
                "the old diskdump format (DISKDUMP), which holds no notes");
  }
  if (signature != kSignature)
    return Fail(ErrorCode::kNotRecognised, "not a kdump-compressed file");

  KdumpHeader header;
  const auto form = DetectForm(head);
  if (!form) {
    if (got < kWideHeader.size) {
      return FailAt(ErrorCode::kTruncated, got, "the kdump header is cut off");
    }
    return FailAt(ErrorCode::kCorrupt, kWideHeader.block_size,
                  "block_size is no page size in either word size or byte order");
  }
  header.order = form->order;
  ByteReader reader(head, header.order, 0, "kdump header");
  ParseMainHeader(reader, form->layout->wide, header);
  VMCOREDD_TRY(reader.Finish());
  if (header.header_version > kMaxHeaderVersion) {
    return FailAt(
        ErrorCode::kUnsupported, kSignatureBytes,
        "header version: at most 6 supported, found " + std::to_string(header.header_version));
  }

  std::array<std::byte, 104> sub_header{};
  const size_t sub_got = VMCOREDD_TRY(source.ReadAt(header.sub_header_offset(), sub_header));
  const auto candidates =
      form->layout->wide ? std::vector<KdumpLayout>{KdumpLayout::k64}
                         : std::vector<KdumpLayout>{KdumpLayout::k32Packed, KdumpLayout::k32Padded};
  for (const KdumpLayout candidate : candidates) {
    KdumpHeader parsed = header;
    parsed.layout = candidate;
    ByteReader fields(std::span<const std::byte>(sub_header).first(sub_got), header.order,
                      header.sub_header_offset(), "kdump sub header");
    ParseSubHeader(fields, candidate, parsed);
    VMCOREDD_TRY(fields.Finish());
    VMCOREDD_TRY(CheckProducts(parsed));
    if (candidate == KdumpLayout::k32Packed && !PackedReadingHolds(parsed)) continue;
    return parsed;
  }
  return FailAt(ErrorCode::kCorrupt, header.sub_header_offset(), "no sub header layout fits");
}

PageDescriptor DecodePageDescriptor(std::span<const std::byte, kPageDescriptorBytes> bytes,
                                    std::endian order) {
  return {LoadInt<uint64_t>(bytes.data(), order), LoadInt<uint32_t>(bytes.data() + 8, order),
          LoadInt<uint32_t>(bytes.data() + 12, order)};
}

namespace {

// By words: counting is most of what opening a large kdump file costs.
uint64_t CountBits(std::span<const std::byte> bytes) {
  uint64_t count = 0;
  while (bytes.size() >= sizeof(uint64_t)) {
    count +=
        static_cast<uint64_t>(std::popcount(LoadInt<uint64_t>(bytes.data(), std::endian::native)));
    bytes = bytes.subspan(sizeof(uint64_t));
  }
  for (const std::byte byte : bytes) {
    count += static_cast<uint64_t>(std::popcount(std::to_integer<unsigned>(byte)));
  }
  return count;
}

}  // namespace

Result<uint64_t> CountPageDescriptors(ByteSource& source, const KdumpHeader& header) {
  // Two bitmaps, each of half the blocks: pages that exist, pages that were
  // dumped. A lone bitmap (too small for two) is both.
  const uint64_t one_bitmap =
      AlignUp(header.max_mapnr / 8 + (header.max_mapnr % 8 != 0), header.block_size);
  const bool has_second = one_bitmap <= header.bitmap_size() / 2;
  const uint64_t start = header.bitmap_offset() + (has_second ? header.bitmap_size() / 2 : 0);
  const uint64_t bits = std::min(
      header.max_mapnr, (has_second ? header.bitmap_size() / 2 : header.bitmap_size()) * 8);
  const uint64_t first = header.split ? std::min(header.start_pfn, bits) : 0;
  const uint64_t last = header.split ? std::min(header.end_pfn, bits) : bits;
  if (first >= last) return 0;
  if ((last - first) / 8 > kMaxBitmapBytes) {
    return FailAt(ErrorCode::kLimitExceeded, start,
                  "page bitmap: at most " + std::to_string(kMaxBitmapBytes) +
                      " bytes supported, found " + std::to_string((last - first) / 8));
  }

  uint64_t count = 0;
  std::vector<std::byte> window(kBitmapWindow);
  for (uint64_t at = first / 8; at < (last + 7) / 8; at += window.size()) {
    const uint64_t want = std::min<uint64_t>(window.size(), (last + 7) / 8 - at);
    const auto bytes = std::span(window).first(want);
    VMCOREDD_TRY(ReadExactAt(source, start + at, bytes, "page bitmap"));
    // Bits are numbered from the lowest; cut those outside of the range.
    if (at == first / 8) bytes.front() &= static_cast<std::byte>(0xffu << (first % 8));
    if (at + want > last / 8) bytes.back() &= static_cast<std::byte>(~(0xffu << (last % 8)));
    count += CountBits(bytes);
  }
  return count;
}

KdumpNoteFields EncodeKdumpNoteFields(ByteRange vmcoreinfo, ByteRange notes, std::endian order) {
  KdumpNoteFields fields;
  StoreInt(fields.data(), vmcoreinfo.offset, order);
  StoreInt(fields.data() + 8, vmcoreinfo.size, order);
  StoreInt(fields.data() + 16, notes.offset, order);
  StoreInt(fields.data() + 24, notes.size, order);
  return fields;
}

}  // namespace vmcoredd
