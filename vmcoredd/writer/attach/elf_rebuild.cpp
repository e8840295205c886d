// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/elf_rebuild.h"

#include "vmcoredd/writer/attach/file_copy.h"
#include "vmcoredd/writer/note_space.h"

namespace vmcoredd::attach {

Result<RebuildResult> RebuildElf(LockedFile& file,
                                 const ElfHeader& header,
                                 const ElfRebuild& rebuild,
                                 const AttachOptions& options) {
  FileSource& source = file.source();
  auto out = VMCOREDD_TRY(OutputFile::Create(file.path(), OutputFile::Existing::kReplace));
  const uint64_t shift = rebuild.tail_to - rebuild.tail_from;  // modulo 2^64
  VMCOREDD_TRY(out.SetEnd(file.size() + shift));

  // The tail first: a clone starts at a block, and what it brings from before the
  // tail is overwritten afterwards.
  RebuildResult result;
  const uint64_t clone_from = rebuild.tail_from & ~(kCloneAlignment - 1);
  result.cloned = CloneRange(file.fd(), clone_from, 0, out.fd(), clone_from + shift);
  if (!result.cloned) {
    VMCOREDD_TRY(AskForFullCopy(file, file.size() - rebuild.tail_from,
                                rebuild.head + rebuild.middle_size, options));
    result.bytes_written = VMCOREDD_TRY(CopyWithoutHoles(
        source, rebuild.tail_from, file.size(), out.fd(), rebuild.tail_to, options.progress));
  }
  const uint64_t whole_blocks = rebuild.head & ~(kCloneAlignment - 1);
  const bool head_cloned =
      result.cloned && whole_blocks != 0 && CloneRange(file.fd(), 0, whole_blocks, out.fd(), 0);
  const uint64_t head_from = head_cloned ? whole_blocks : 0;
  OffsetStream stream(out.fd(), head_from);
  VMCOREDD_TRY(CopyRange(source, head_from, rebuild.head - head_from, stream));
  VMCOREDD_TRY(rebuild.write_middle(stream, result.bytes_written));
  if (stream.offset() > rebuild.tail_to) {
    return Fail(ErrorCode::kInvalidArgument, "the notes are larger than was planned");
  }
  VMCOREDD_TRY(WriteZeros(rebuild.tail_to - stream.offset(), stream));
  result.bytes_written += stream.offset() - head_from;

  const ElfShift elf_shift{rebuild.tail_from, shift};
  const auto write_headers = [&](uint64_t offset, std::span<const std::byte>,
                                 std::span<const std::byte> after) {
    return out.WriteAt(elf_shift.Apply(offset), after);
  };
  VMCOREDD_TRY(ShiftElfHeaders(source, header, elf_shift, rebuild.note, write_headers));
  VMCOREDD_TRY(CopyAttributes(file.fd(), out.fd()));
  VMCOREDD_TRY(out.Commit());
  return result;
}

}  // namespace vmcoredd::attach
