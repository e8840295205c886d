// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_ELF_REBUILD_H_
#define VMCOREDD_WRITER_ATTACH_ELF_REBUILD_H_

#include <cstdint>
#include <functional>

#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/writer/attach/attach.h"
#include "vmcoredd/writer/attach/elf_layout.h"
#include "vmcoredd/writer/attach/locked_file.h"

namespace vmcoredd::attach {

// A new ELF vmcore made of an old one: its head stays, its middle is new, its
// tail, the memory, moves by a multiple of 4096.
struct ElfRebuild {
  uint64_t head = 0;       // bytes from the start that stay
  uint64_t tail_from = 0;  // where the tail, up to the end, is in the old file
  uint64_t tail_to = 0;    // where it goes
  // Writes what is between head and tail_to. Gets a stream that stands at `head`,
  // and how many bytes were written before, for progress; zeros fill the rest up
  // to tail_to.
  std::function<Result<void>(OutputStream&, uint64_t done_before)> write_middle;
  uint64_t middle_size = 0;
  NoteSizes note;
};

struct RebuildResult {
  bool cloned = false;
  uint64_t bytes_written = 0;
};

// Writes the new file beside the old one, with its mode and owner, and renames it
// over it. Blocks are shared with FICLONERANGE where the filesystem can, else the
// tail is copied without its holes, after asking confirm_full_copy.
Result<RebuildResult> RebuildElf(LockedFile& file,
                                 const ElfHeader& header,
                                 const ElfRebuild& rebuild,
                                 const AttachOptions& options);

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_ELF_REBUILD_H_
