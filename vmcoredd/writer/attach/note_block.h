// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_NOTE_BLOCK_H_
#define VMCOREDD_WRITER_ATTACH_NOTE_BLOCK_H_

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"
#include "vmcoredd/writer/attach/attach.h"

namespace vmcoredd::attach {

// Everything before the first PT_LOAD together, and the notes of a
// kdump-compressed file, must stay below this: makedumpfile and crash read them
// with a single read(), which Linux cuts at MAX_RW_COUNT, 0x7ffff000, and then
// lose the whole vmcore. A 64 KiB page of room for what they add themselves.
inline constexpr uint64_t kMaxNoteBytes = 0x7fff0000;

// The notes that one attach adds: dump notes and, last, one manifest fragment.
// They follow the notes that the vmcore already has, so that those keep their
// index. All sizes are known before anything is written.
class NoteBlock {
 public:
  // Checks the dumps and completes the fragment: its kind, its dumps (what the
  // archive said of them) and its attach record. Borrows `dumps`, which must
  // outlive the block.
  static Result<NoteBlock> Make(const std::vector<DumpToAttach>& dumps,
                                ManifestFragment fragment,
                                AttachRecord record,
                                uint64_t page_size,
                                std::endian order);

  // Bytes of the new notes: a multiple of 4.
  uint64_t size() const { return size_; }

  // Writes the notes. `progress` is called with `done_before` and what was
  // written since.
  Result<void> Write(OutputStream& out,
                     const ProgressCallback& progress,
                     uint64_t done_before) const;

 private:
  struct DumpNote {
    std::string name;
    ByteSource* source;
    ByteRange payload;
    Codec codec;
    bool is_last;
    uint64_t note_size;
  };

  std::vector<DumpNote> notes_;
  std::string manifest_note_;
  uint64_t page_size_ = 0;
  std::endian order_ = std::endian::native;
  uint64_t size_ = 0;
};

// Copies the notes that stay, `kept` bytes at `offset` of `old`, and writes the
// new ones behind them at the next multiple of 4.
Result<void> WriteOldAndNewNotes(ByteSource& old,
                                 ByteRange kept,
                                 const NoteBlock& block,
                                 OutputStream& out,
                                 const ProgressCallback& progress);

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_NOTE_BLOCK_H_
