// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/elf_rebuild.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "vmcoredd/writer/note_space.h"

namespace vmcoredd::attach {

namespace {

// What FICLONERANGE wants offsets to be a multiple of, on the filesystems that
// have it: their block size, which is 4096 unless somebody chose otherwise. A
// larger one makes the call fail, and the bytes are copied.
constexpr uint64_t kCloneAlignment = 4096;
constexpr uint64_t kStatBlockBytes = 512;

// Shares [from, from + size) of `in` as [to, ...) of `out`; a size of 0 is up to
// the end. False when the filesystem cannot.
bool Clone(int in, uint64_t from, uint64_t size, int out, uint64_t to) {
  struct file_clone_range range {};
  range.src_fd = in;
  range.src_offset = from;
  range.src_length = size;
  range.dest_offset = to;
  return ::ioctl(out, FICLONERANGE, &range) == 0;
}

// Copies [from, end) to `to` of `out`, leaving out holes: a vmcore copied with
// `cp --sparse` or written by makedumpfile -E has many.
Result<uint64_t> CopyWithoutHoles(FileSource& in,
                                  uint64_t from,
                                  uint64_t end,
                                  int out,
                                  uint64_t to,
                                  const ProgressCallback& progress) {
  uint64_t written = 0;
  uint64_t at = from;
  while (at < end) {
    const off_t data = ::lseek(in.fd(), static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // only holes up to the end
    const bool has_holes = data >= 0;       // else: a filesystem without SEEK_DATA
    const uint64_t start = has_holes ? static_cast<uint64_t>(data) : at;
    uint64_t stop = end;
    if (has_holes) {
      const off_t hole = ::lseek(in.fd(), data, SEEK_HOLE);
      if (hole > data) stop = std::min<uint64_t>(end, static_cast<uint64_t>(hole));
    }
    if (start >= end) break;
    OffsetStream stream(out, to + (start - from));
    ProgressCallback range_progress;
    if (progress) range_progress = [&](uint64_t done) { progress(written + done); };
    VMCOREDD_TRY(CopyRange(in, start, stop - start, stream, range_progress));
    written += stop - start;
    at = stop;
  }
  return written;
}

Result<void> CopyOwnerAndMode(int in, int out) {
  struct stat from, to;
  if (::fstat(in, &from) != 0 || ::fstat(out, &to) != 0) return FailIo("cannot stat", errno);
  const bool is_owner_different = from.st_uid != to.st_uid || from.st_gid != to.st_gid;
  if (is_owner_different && ::fchown(out, from.st_uid, from.st_gid) != 0) {
    return FailIo("cannot give the new file the owner of the old one", errno);
  }
  if (::fchmod(out, from.st_mode & 07777) != 0) {
    return FailIo("cannot give the new file the mode of the old one", errno);
  }
  return {};
}

Result<void> AskForFullCopy(const LockedFile& file,
                            const ElfRebuild& rebuild,
                            const AttachOptions& options) {
  if (!options.confirm_full_copy) return {};
  struct stat st;
  if (::fstat(file.fd(), &st) != 0) return FailIo("cannot stat", errno);
  const uint64_t allocated = static_cast<uint64_t>(st.st_blocks) * kStatBlockBytes;
  const uint64_t tail = std::min(file.size() - rebuild.tail_from, allocated);
  if (options.confirm_full_copy(rebuild.head + rebuild.middle_size + tail)) return {};
  return Fail(ErrorCode::kRefused,
              "the filesystem cannot share blocks, and a full copy was not wanted");
}

}  // namespace

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
  result.cloned = Clone(file.fd(), clone_from, 0, out.fd(), clone_from + shift);
  if (!result.cloned) {
    VMCOREDD_TRY(AskForFullCopy(file, rebuild, options));
    result.bytes_written = VMCOREDD_TRY(CopyWithoutHoles(
        source, rebuild.tail_from, file.size(), out.fd(), rebuild.tail_to, options.progress));
  }
  const uint64_t whole_blocks = rebuild.head & ~(kCloneAlignment - 1);
  const bool head_cloned =
      result.cloned && whole_blocks != 0 && Clone(file.fd(), 0, whole_blocks, out.fd(), 0);
  const uint64_t head_from = head_cloned ? whole_blocks : 0;
  OffsetStream stream(out.fd(), head_from);
  VMCOREDD_TRY(CopyRange(source, head_from, rebuild.head - head_from, stream));
  VMCOREDD_TRY(rebuild.write_middle(stream, result.bytes_written));
  if (stream.offset() > rebuild.tail_to) {
    return Fail(ErrorCode::kInvalidArgument, "the notes are larger than was planned");
  }
  VMCOREDD_TRY(WriteZeros(rebuild.tail_to - stream.offset(), stream));
  result.bytes_written += stream.offset() - head_from;

  VMCOREDD_TRY(WriteElfHeaders(source, header, {rebuild.tail_from, shift}, rebuild.note, out.fd()));
  VMCOREDD_TRY(CopyOwnerAndMode(file.fd(), out.fd()));
  VMCOREDD_TRY(out.Commit());
  return result;
}

}  // namespace vmcoredd::attach
