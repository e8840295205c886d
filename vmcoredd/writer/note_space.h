// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_NOTE_SPACE_H_
#define VMCOREDD_WRITER_NOTE_SPACE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// How a payload of `stored` bytes lies in its device dump note: 64 bytes of
// header, the payload, padding to the page (FORMAT.md, "Codecs").
struct NoteSpace {
  uint64_t note_size = 0;
  uint64_t padding = 0;
  // The padding is a zstd skippable frame instead of zeros, so that the whole
  // payload, as crash and makedumpfile see it, is valid zstd.
  bool skippable_frame = false;
};

// Nothing when the payload does not fit in one note. `is_last` tells the end of a
// dump from a part that another one continues: padding inside of a zstd frame
// must not be a frame itself, so it is zeros there.
std::optional<NoteSpace> FitNote(uint64_t stored, Codec codec, bool is_last, uint64_t page_size);

// Writes the padding of a note to `out`.
Result<void> WritePadding(const NoteSpace& space, OutputStream& out);
// Writes `size` zeros.
Result<void> WriteZeros(uint64_t size, OutputStream& out);

}  // namespace vmcoredd

#endif  // VMCOREDD_WRITER_NOTE_SPACE_H_
