// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/note_space.h"

#include <array>
#include <span>

#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/zero_blocks.h"
#include "vmcoredd/format/note.h"

namespace vmcoredd {

namespace {

// RFC 8878, 3.1.2: magic number and size, little endian whatever the machine.
constexpr uint32_t kSkippableFrameMagic = 0x184d2a50;
constexpr uint64_t kSkippableFrameHeaderBytes = 8;

}  // namespace

std::optional<NoteSpace> FitNote(uint64_t stored, Codec codec, bool is_last, uint64_t page_size) {
  const auto plain = DumpNoteSize(stored, page_size);
  if (!plain) return std::nullopt;
  NoteSpace space{*plain, *plain - kDumpNoteHeaderBytes - stored, false};
  if (codec != Codec::kZstd || !is_last || space.padding == 0) return space;
  if (space.padding < kSkippableFrameHeaderBytes) {
    // Too short for a frame: one page more. In the largest possible note there
    // is none, and the few zeros stay.
    if (!DumpNoteSize(stored + kSkippableFrameHeaderBytes, page_size)) return space;
    space.note_size += page_size;
    space.padding += page_size;
  }
  space.skippable_frame = true;
  return space;
}

Result<void> WriteZeros(uint64_t size, OutputStream& out) {
  while (size != 0) VMCOREDD_TRY(out.Write(TakeZeros(size)));
  return {};
}

Result<void> WritePadding(const NoteSpace& space, OutputStream& out) {
  uint64_t zeros = space.padding;
  if (space.skippable_frame) {
    zeros -= kSkippableFrameHeaderBytes;
    std::array<std::byte, kSkippableFrameHeaderBytes> header;
    StoreInt(header.data(), kSkippableFrameMagic, std::endian::little);
    StoreInt(header.data() + 4, static_cast<uint32_t>(zeros), std::endian::little);
    VMCOREDD_TRY(out.Write(header));
  }
  return WriteZeros(zeros, out);
}

}  // namespace vmcoredd
