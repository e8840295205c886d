// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_NOTE_WALKER_H_
#define VMCOREDD_FORMAT_NOTE_WALKER_H_

#include <bit>
#include <cstdint>
#include <functional>
#include <string>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// One note as its header describes it. Offsets are those of the source that was
// walked (the logical, unflattened file).
struct Note {
  ByteRange note;  // header, owner, descriptor and padding
  uint32_t type = 0;
  std::string owner;  // up to the first NUL, at most kMaxOwnerBytes; raw bytes
  ByteRange descriptor;
};

// Owners longer than this are kept cut; the note is still walked.
inline constexpr uint64_t kMaxOwnerBytes = 64;
// Zero fill between notes that is skipped as padding before the walk gives up:
// producers pad to a page at most, and the largest page is 64 KiB.
inline constexpr uint64_t kMaxNotePadding = 1024 * 1024;
// Notes in one segment. A machine has one NT_PRSTATUS a CPU; this is arbitrary.
inline constexpr uint64_t kMaxNotes = 1024 * 1024;

// Returns false to stop the walk early.
using NoteVisitor = std::function<Result<bool>(const Note&)>;

// Visits every note of `segment` in file order, reading headers and owners only,
// never a payload, through a small window: memory does not depend on the size of
// the notes.
//
// Owner and descriptor are aligned to 4 whatever p_align says (0, 1, 4 and 8
// occur; see facts in FORMAT.md). A header of zeros is padding, not a note.
//
// Fails with kTruncated when a header or owner is cut off by the end of the
// source, with kCorrupt when a note reaches past the end of the segment, with
// kLimitExceeded past kMaxNotes; all with the offset. A note whose descriptor
// passes the end of the source but not of the segment is visited (the caller
// compares descriptor with the source's size) and ends the walk. The notes before
// the bad one have been visited.
Result<void> WalkNotes(ByteSource& source,
                       ByteRange segment,
                       std::endian order,
                       const NoteVisitor& visit);

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_NOTE_WALKER_H_
