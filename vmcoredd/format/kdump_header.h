// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_KDUMP_HEADER_H_
#define VMCOREDD_FORMAT_KDUMP_HEADER_H_

#include <array>
#include <bit>
#include <cstdint>
#include <string>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/result.h"

// The headers of a kdump-compressed file: struct disk_dump_header and struct
// kdump_sub_header of makedumpfile's diskdump_mod.h, as specified in
// vmcoredd/FORMAT.md ("kdump-compressed").

namespace vmcoredd {

// The three shapes the sub header has, depending on who wrote it. Nothing in
// the file says which: ReadKdumpHeader finds out.
enum class KdumpLayout {
  k64,        // 64-bit writers
  k32Packed,  // i386 makedumpfile; QEMU for every 32-bit guest
  k32Padded,  // ARM, MIPS, PPC32: 64-bit members aligned to 8
};

// Bits of `status`.
inline constexpr uint32_t kKdumpStatusIncomplete = 0x8;

// Both headers as host values. Sub header fields that `header_version` does not
// have yet are zero.
struct KdumpHeader {
  std::endian order = std::endian::little;
  KdumpLayout layout = KdumpLayout::k64;
  int32_t header_version = 0;
  std::string nodename, release, machine;  // of utsname; raw bytes up to the NUL
  int64_t timestamp = 0;                   // seconds since 1970
  uint32_t status = 0;
  uint64_t block_size = 0;  // the page size of the dumped kernel
  uint64_t sub_hdr_blocks = 0;
  uint64_t bitmap_blocks = 0;
  uint64_t max_mapnr = 0;  // max_mapnr_64 from version 6 on
  int32_t nr_cpus = 0;

  bool split = false;      // since version 2
  uint64_t start_pfn = 0;  // start_pfn_64 from version 6 on
  uint64_t end_pfn = 0;
  ByteRange vmcoreinfo;  // since version 3
  ByteRange notes;       // since version 4: offset_note, size_note
  ByteRange eraseinfo;   // since version 5

  bool has_notes() const { return header_version >= 4; }
  uint64_t sub_header_offset() const { return block_size; }
  uint64_t bitmap_offset() const { return (1 + sub_hdr_blocks) * block_size; }
  uint64_t bitmap_size() const { return bitmap_blocks * block_size; }
  // Where the page_desc array starts.
  uint64_t descriptors_offset() const { return bitmap_offset() + bitmap_size(); }
};

// kNotRecognised without the "KDUMP   " signature (the older "DISKDUMP" format,
// which has no notes, is kUnsupported and says so). All products of header
// fields above are checked for overflow here, once.
Result<KdumpHeader> ReadKdumpHeader(ByteSource& source);

// One page descriptor, 24 bytes on disk in every layout.
inline constexpr uint64_t kPageDescriptorBytes = 24;
struct PageDescriptor {
  uint64_t offset = 0;  // 0: the page was lost (incomplete dump)
  uint32_t size = 0;
  uint32_t flags = 0;
};
PageDescriptor DecodePageDescriptor(std::span<const std::byte, kPageDescriptorBytes> bytes,
                                    std::endian order);

// How many page descriptors the file has: the set bits of the second bitmap,
// within [start_pfn, end_pfn) for a piece of a split set. Reads the bitmap
// through a fixed window.
Result<uint64_t> CountPageDescriptors(ByteSource& source, const KdumpHeader& header);

// Where offset_vmcoreinfo, size_vmcoreinfo, offset_note and size_note stand in a
// 64-bit sub header: 32 bytes that one pwrite can replace, which is what makes
// attach atomic.
inline constexpr uint64_t kKdumpNoteFieldsOffset = 32;  // from the sub header
inline constexpr uint64_t kKdumpNoteFieldsBytes = 32;
using KdumpNoteFields = std::array<std::byte, kKdumpNoteFieldsBytes>;
KdumpNoteFields EncodeKdumpNoteFields(ByteRange vmcoreinfo, ByteRange notes, std::endian order);

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_KDUMP_HEADER_H_
