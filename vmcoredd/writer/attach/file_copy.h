// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_FILE_COPY_H_
#define VMCOREDD_WRITER_ATTACH_FILE_COPY_H_

#include <cstdint>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/writer/attach/attach.h"
#include "vmcoredd/writer/attach/locked_file.h"

// How the bytes of a vmcore get into the new file that replaces it.

namespace vmcoredd::attach {

// What FICLONERANGE wants offsets to be a multiple of, on the filesystems that
// have it: their block size, which is 4096 unless somebody chose otherwise. A
// larger one makes the call fail, and the bytes are copied.
inline constexpr uint64_t kCloneAlignment = 4096;

// Shares [from, from + size) of `in` as [to, ...) of `out`; a size of 0 is up to
// the end. False when the filesystem cannot.
bool CloneRange(int in, uint64_t from, uint64_t size, int out, uint64_t to);

// Copies [from, end) to `to` of `out`, leaving out holes: a vmcore copied with
// `cp --sparse` or written by makedumpfile -E has many. Gives the bytes written.
Result<uint64_t> CopyWithoutHoles(FileSource& in,
                                  uint64_t from,
                                  uint64_t end,
                                  int out,
                                  uint64_t to,
                                  const ProgressCallback& progress);

// Gives `out` the owner, the extended attributes (access control lists among them) and
// the mode of `in`.
Result<void> CopyAttributes(int in, int out);

// Asks confirm_full_copy, if it is set, before `copied` bytes of the file are
// copied, holes and all, and `added` others are written.
Result<void> AskForFullCopy(const LockedFile& file,
                            uint64_t copied,
                            uint64_t added,
                            const AttachOptions& options);

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_FILE_COPY_H_
