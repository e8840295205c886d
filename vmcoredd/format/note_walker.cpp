// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/note_walker.h"

#include <algorithm>
#include <vector>

#include "vmcoredd/base/byte_reader.h"
#include "vmcoredd/format/note.h"

namespace vmcoredd {

namespace {

// The part of a segment that is in memory. Notes are visited in order, so each
// byte of headers is read once.
class Window {
 public:
  Window(ByteSource& source, uint64_t end) : source_(source), end_(end), buffer_(kBytes) {}

  // Up to `size` (<= kBytes) bytes at `offset`: fewer only where the segment or
  // the source ends. Valid until the next call.
  Result<std::span<const std::byte>> Get(uint64_t offset, uint64_t size) {
    size = std::min(size, end_ - offset);
    if (offset < start_ || offset - start_ > filled_ || size > filled_ - (offset - start_)) {
      const uint64_t want = std::min<uint64_t>(buffer_.size(), end_ - offset);
      filled_ = VMCOREDD_TRY(source_.ReadAt(offset, std::span(buffer_).first(want)));
      start_ = offset;
    }
    const uint64_t skip = offset - start_;
    return std::span<const std::byte>(buffer_).subspan(skip, std::min(size, filled_ - skip));
  }

  static constexpr uint64_t kBytes = 4096;

 private:
  ByteSource& source_;
  uint64_t end_;
  uint64_t start_ = 0;
  uint64_t filled_ = 0;
  std::vector<std::byte> buffer_;
};

}  // namespace

Result<void> WalkNotes(ByteSource& source,
                       ByteRange segment,
                       std::endian order,
                       const NoteVisitor& visit) {
  const auto end = segment.End();
  if (!end) return FailAt(ErrorCode::kCorrupt, segment.offset, "the note segment wraps around");

  Window window(source, *end);
  uint64_t offset = segment.offset;
  uint64_t padding = 0;
  uint64_t notes = 0;
  while (*end - offset >= kElfNoteHeaderBytes) {
    const auto head = VMCOREDD_TRY(window.Get(offset, kElfNoteHeaderBytes));
    ByteReader reader(head, order, offset, "note header");
    const uint64_t name_size = reader.Read<uint32_t>();
    const uint64_t descriptor_size = reader.Read<uint32_t>();
    const auto type = reader.Read<uint32_t>();
    VMCOREDD_TRY(reader.Finish());

    // A header of zeros is padding. Padding is any multiple of 4 and a header is
    // 12 bytes: stepping by 4 meets the next note at its start, and until then a
    // size of the owner of 0 belongs to the padding. Outside of padding an empty
    // note that has a type is a note, as for libelf.
    const bool empty = name_size == 0 && descriptor_size == 0;
    if (empty ? type == 0 || padding != 0 : name_size == 0 && padding != 0) {
      offset += 4;
      padding += 4;
      if (padding > kMaxNotePadding) {
        return FailAt(ErrorCode::kLimitExceeded, offset,
                      "more than " + std::to_string(kMaxNotePadding) +
                          " bytes of zeros where notes should be");
      }
      continue;
    }
    padding = 0;
    if (++notes > kMaxNotes) {
      return FailAt(ErrorCode::kLimitExceeded, offset,
                    "more than " + std::to_string(kMaxNotes) + " notes");
    }

    // Both sizes are 32 bits: none of these sums can overflow 64.
    const uint64_t name_offset = offset + kElfNoteHeaderBytes;
    const uint64_t space = *end - name_offset;
    const uint64_t name_space = AlignUp(name_size, 4);
    if (name_space > space || descriptor_size > space - name_space) {
      return FailAt(ErrorCode::kCorrupt, offset,
                    "the note (owner " + std::to_string(name_size) + ", descriptor " +
                        std::to_string(descriptor_size) +
                        " bytes) passes the end of its segment, " + std::to_string(space) +
                        " bytes on");
    }
    const uint64_t owner_bytes = std::min(name_size, kMaxOwnerBytes);
    const auto owner = VMCOREDD_TRY(window.Get(name_offset, owner_bytes));
    if (owner.size() < owner_bytes) {
      return FailAt(ErrorCode::kTruncated, name_offset + owner.size(),
                    "the file ends inside a note's owner");
    }

    Note note;
    note.type = type;
    note.owner = ByteReader(owner, order, name_offset, "owner").ReadString(owner.size());
    note.descriptor = {name_offset + name_space, descriptor_size};
    // The padding of the last descriptor may lie outside the segment.
    const uint64_t note_end = std::min(note.descriptor.offset + AlignUp(descriptor_size, 4), *end);
    note.note = {offset, note_end - offset};
    if (!VMCOREDD_TRY(visit(note))) return {};
    const auto size = source.Size();
    if (size && note.descriptor.offset + descriptor_size > *size) return {};
    offset = note_end;
  }
  return {};
}

}  // namespace vmcoredd
