// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_NOTE_H_
#define VMCOREDD_FORMAT_NOTE_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/result.h"

// ELF notes, and the vmcore device dump note in particular, as specified in
// vmcoredd/FORMAT.md ("Notes"). The device dump note is the kernel's: struct
// vmcoredd_header in include/uapi/linux/vmcore.h, written by
// vmcore_add_device_dump() in fs/proc/vmcore.c, both since commit 2724273e8fd0
// ("vmcore: add API to collect hardware dump in second kernel") (in v4.18).

namespace vmcoredd {

// Owner and type of a device dump note. NT_VMCOREDD in include/uapi/linux/elf.h.
inline constexpr std::string_view kDumpNoteOwner = "LINUX";
inline constexpr uint32_t kDumpNoteType = 0x700;

// Owner and type of a manifest fragment. The type must stay clear of those that
// crash(8) matches without looking at the owner: 1, 3, 4, 6, 0x301 to 0x30a,
// 0x700, 0x1000001, 0x1000002, 0x10000002.
inline constexpr std::string_view kManifestNoteOwner = "VMCOREDD";
inline constexpr uint32_t kManifestNoteType = 0x76634d46;

inline constexpr uint64_t kElfNoteHeaderBytes = 12;  // Elf32_Nhdr == Elf64_Nhdr
inline constexpr uint64_t kDumpNoteHeaderBytes = 64;
inline constexpr uint64_t kDumpNameBytes = 44;      // VMCOREDD_MAX_NAME_BYTES
inline constexpr uint64_t kMaxDumpNameLength = 43;  // what we write: always a NUL

// On disk. All integers in the byte order of the file.
struct VmcoreddHeader {
  std::array<std::byte, 4> n_namesz;  // 8, the size of the field, not strlen + 1
  std::array<std::byte, 4> n_descsz;  // note size - 20: dump name and payload
  std::array<std::byte, 4> n_type;    // 0x700
  std::array<char, 8> name;           // "LINUX", NUL padded
  std::array<char, 44> dump_name;     // up to 6.1 a NUL is not guaranteed
};
static_assert(sizeof(VmcoreddHeader) == kDumpNoteHeaderBytes);
static_assert(offsetof(VmcoreddHeader, name) == 12);
static_assert(offsetof(VmcoreddHeader, dump_name) == 20);

// The size of the whole note for `payload_size` bytes on a kernel with pages of
// `page_size` (a power of two): roundup(64 + payload_size, page_size). Nothing
// when the note's descriptor size would not fit in its 32 bits.
[[nodiscard]] inline std::optional<uint64_t> DumpNoteSize(uint64_t payload_size,
                                                          uint64_t page_size) {
  const auto used = CheckedAdd(kDumpNoteHeaderBytes, payload_size);
  if (!used) return std::nullopt;
  const auto size = CheckedAlignUp(*used, page_size);
  if (!size || *size > 0xffffffffu) return std::nullopt;
  return size;
}
// The largest payload of one note: 4294963136 bytes with pages of 4096.
[[nodiscard]] constexpr uint64_t MaxDumpPayload(uint64_t page_size) {
  return 0x100000000u - page_size - kDumpNoteHeaderBytes;
}

// The 64 bytes in front of a payload that makes a note of `note_size` bytes.
// `name` is at most 43 bytes without NUL; longer is cut (callers check first).
VmcoreddHeader MakeVmcoreddHeader(std::string_view name, uint64_t note_size, std::endian order);

// The head of an ordinary ELF note: 12 bytes, owner with NUL, padding to 4. The
// descriptor of `descriptor_size` bytes, padded to 4, follows.
std::string MakeNoteHead(std::string_view owner,
                         uint32_t type,
                         uint32_t descriptor_size,
                         std::endian order);

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_NOTE_H_
