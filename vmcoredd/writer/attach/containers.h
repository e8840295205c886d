// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_CONTAINERS_H_
#define VMCOREDD_WRITER_ATTACH_CONTAINERS_H_

#include <string_view>
#include <vector>

#include "vmcoredd/format/elf_headers.h"
#include "vmcoredd/format/flattened.h"
#include "vmcoredd/format/kdump_header.h"
#include "vmcoredd/writer/attach/attach.h"
#include "vmcoredd/writer/attach/flattened_file.h"
#include "vmcoredd/writer/attach/locked_file.h"

// What attach.cpp dispatches to: attach and detach of each container.

namespace vmcoredd::attach {

inline constexpr std::string_view kKdumpKind = "kdump";
inline constexpr std::string_view kFlattenedKind = "flattened";
inline constexpr std::string_view kElfKind = "elf";
inline constexpr std::string_view kFlattenedElfKind = "flattened-elf";

// What one attach adds. Borrowed.
struct Addition {
  const std::vector<DumpToAttach>& dumps;
  const ManifestFragment& fragment;
  const AttachOptions& options;
};

Result<AttachResult> AttachKdump(LockedFile& file,
                                 const KdumpHeader& header,
                                 const Addition& addition);
Result<AttachResult> DetachKdump(LockedFile& file, const KdumpHeader& header);

Result<AttachResult> AttachFlattenedKdump(LockedFile& file,
                                          const FlattenedFile& flattened,
                                          const KdumpHeader& header,
                                          const Addition& addition);
Result<AttachResult> DetachFlattenedKdump(LockedFile& file,
                                          const FlattenedFile& flattened,
                                          const KdumpHeader& header);

Result<AttachResult> AttachElf(LockedFile& file, const ElfHeader& header, const Addition& addition);
Result<AttachResult> DetachElf(LockedFile& file,
                               const ElfHeader& header,
                               const AttachOptions& options);

Result<AttachResult> AttachFlattenedElf(LockedFile& file,
                                        const FlattenedFile& flattened,
                                        const ElfHeader& header,
                                        const Addition& addition);
Result<AttachResult> DetachFlattenedElf(LockedFile& file,
                                        const FlattenedFile& flattened,
                                        const ElfHeader& header,
                                        const AttachOptions& options);

// kRefused unless notes can be added to this kdump-compressed file: its layout
// and version have the fields, it is no piece of a split set and it is whole, as
// far as its header, the size of its tables and its last page descriptors tell.
// `size` is that of the logical (unflattened) file.
Result<void> CheckKdumpCanTakeNotes(ByteSource& logical, uint64_t size, const KdumpHeader& header);

// The same from the header alone, for a stream.
Result<void> CheckKdumpHeaderCanTakeNotes(const KdumpHeader& header);

// New notes are placed at a multiple of this: a block of most filesystems, and
// the page size of most kernels.
inline constexpr uint64_t kPlacement = 4096;

// Where VMCOREINFO is when the notes are moved to `notes_offset`: makedumpfile's
// re-filtering needs it inside the notes.
ByteRange MovedVmcoreinfo(const KdumpHeader& header, ByteRange kept, uint64_t notes_offset);

// The record of an attach to a flattened kdump whose end marker was at
// `end_marker`, and what follows its notes: the record that overrides the sub
// header and the new end marker.
AttachRecord FlattenedAttachRecord(uint64_t end_marker, uint64_t notes_offset);
Result<void> WriteFlattenedTail(const KdumpHeader& header,
                                ByteRange vmcoreinfo,
                                ByteRange notes,
                                OutputStream& out);

// kRefused when notes of this many bytes together would pass kMaxNoteBytes.
Result<void> CheckNoteBytes(uint64_t total);

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_CONTAINERS_H_
