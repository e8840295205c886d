// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_FLATTENED_REBUILD_H_
#define VMCOREDD_WRITER_ATTACH_FLATTENED_REBUILD_H_

#include <cstdint>
#include <functional>
#include <optional>

#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/writer/attach/attach.h"
#include "vmcoredd/writer/attach/elf_layout.h"
#include "vmcoredd/writer/attach/elf_rebuild.h"
#include "vmcoredd/writer/attach/flattened_file.h"

namespace vmcoredd::attach {

// A record that is written behind the others.
struct NewFlattenedRecord {
  uint64_t size = 0;
  // Gets how many bytes were written before, for progress; zeros fill the rest.
  std::function<Result<void>(OutputStream&, uint64_t done_before)> write;
  uint64_t bytes_to_write = 0;
};

// A new flattened ELF vmcore made of an old one. The records stay where they are in the
// file; only the logical offsets of those that hold memory change, and the fields of
// the ELF headers that follow from it.
struct FlattenedElfRebuild {
  uint64_t records_end = 0;  // in the flattened file: what is before this stays
  ElfShift shift;            // a record that ends behind the threshold moves
  NoteSizes note;
  // Logical bytes of the old file that do not change where the old records have them:
  // the new record, which begins where they do, has them, or, when it is taken away,
  // had them.
  ByteRange apart;

  std::optional<NewFlattenedRecord> new_record;
};

// Does a record of the old file move?
bool DoesRecordMove(const FlattenedRecord& record, const ElfShift& shift);

// Writes the new file beside the old one, with its mode and owner, and renames it
// over it. Shares blocks or asks confirm_full_copy, as RebuildElf() does.
Result<RebuildResult> RebuildFlattenedElf(LockedFile& file,
                                          const FlattenedFile& flattened,
                                          const ElfHeader& header,
                                          const FlattenedElfRebuild& rebuild,
                                          const AttachOptions& options);

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_FLATTENED_REBUILD_H_
