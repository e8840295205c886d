// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/file_copy.h"

#include <linux/fs.h>
#include <linux/limits.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

#include "vmcoredd/base/text.h"

namespace vmcoredd::attach {

namespace {
constexpr uint64_t kStatBlockBytes = 512;
}  // namespace

bool CloneRange(int in, uint64_t from, uint64_t size, int out, uint64_t to) {
  struct file_clone_range range {};
  range.src_fd = in;
  range.src_offset = from;
  range.src_length = size;
  range.dest_offset = to;
  return ::ioctl(out, FICLONERANGE, &range) == 0;
}

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

namespace {

// Labels that a security module or a filesystem gives, and does not take from
// everybody: the new file has those of its folder.
bool IsNotOursToSet(std::string_view name, int error) {
  return error == ENOTSUP || ((error == EPERM || error == EINVAL) &&
                              (name.starts_with("security.") || name.starts_with("trusted.")));
}

Result<void> CopyExtendedAttributes(int in, int out) {
  std::vector<char> names(XATTR_LIST_MAX);
  const ssize_t names_size = ::flistxattr(in, names.data(), names.size());
  if (names_size < 0 && errno == ENOTSUP) return {};
  if (names_size < 0) return FailIo("cannot list the extended attributes", errno);
  std::vector<char> value(XATTR_SIZE_MAX);
  std::string_view rest(names.data(), static_cast<size_t>(names_size));
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    const ssize_t size = ::fgetxattr(in, name.data(), value.data(), value.size());
    if (size >= 0 &&
        ::fsetxattr(out, name.data(), value.data(), static_cast<size_t>(size), 0) == 0) {
      continue;
    }
    if (IsNotOursToSet(name, errno)) continue;
    return FailIo(
        "cannot give the new file the extended attribute " + EscapeBytes(name) + " of the old one",
        errno);
  }
  return {};
}

}  // namespace

Result<void> CopyAttributes(int in, int out) {
  struct stat from, to;
  if (::fstat(in, &from) != 0 || ::fstat(out, &to) != 0) return FailIo("cannot stat", errno);
  const bool is_owner_different = from.st_uid != to.st_uid || from.st_gid != to.st_gid;
  if (is_owner_different && ::fchown(out, from.st_uid, from.st_gid) != 0) {
    return FailIo("cannot give the new file the owner of the old one", errno);
  }
  // An access control list first: without it, the mode's group bits mean another group.
  VMCOREDD_TRY(CopyExtendedAttributes(in, out));
  if (::fchmod(out, from.st_mode & 07777) != 0) {
    return FailIo("cannot give the new file the mode of the old one", errno);
  }
  return {};
}

Result<void> AskForFullCopy(const LockedFile& file,
                            uint64_t copied,
                            uint64_t added,
                            const AttachOptions& options) {
  if (!options.confirm_full_copy) return {};
  struct stat st;
  if (::fstat(file.fd(), &st) != 0) return FailIo("cannot stat", errno);
  const uint64_t allocated = static_cast<uint64_t>(st.st_blocks) * kStatBlockBytes;
  if (options.confirm_full_copy(std::min(copied, allocated) + added)) return {};
  return Fail(ErrorCode::kRefused,
              "the filesystem cannot share blocks, and a full copy was not wanted");
}

}  // namespace vmcoredd::attach
