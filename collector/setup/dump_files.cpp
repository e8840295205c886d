// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/dump_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "collector/setup/sha256.h"
#include "collector/setup/sysroot.h"
#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr int kDepth = 3;
constexpr std::string_view kPrefix = "vmcoredd-";
constexpr std::string_view kSuffix = ".vmcoredd";
// No vmcore is smaller, and its notes alone fill it.
constexpr int64_t kMinCore = 4096;

// dump.202611201813 and vmcore.202611201813 of kdump-tools, vmcore and vmcore.flat of
// the others; not vmcore-dmesg.txt.
bool IsCoreName(std::string_view name) {
  if (name.starts_with("dump.")) return true;
  if (!name.starts_with("vmcore")) return false;
  name.remove_prefix(6);
  return name.empty() || name.starts_with('.');
}

bool IsUnfinishedName(std::string_view name) {
  return (name.starts_with("dump") || name.starts_with("vmcore")) &&
         name.find("incomplete") != name.npos;
}

void Scan(const std::string& folder, int depth, DumpFiles& files) {
  struct stat st;
  for (const std::string& name : ListFolder(folder)) {
    const std::string path = Join(folder, name);
    if (::lstat(path.c_str(), &st) != 0 || st.st_uid != ::geteuid()) continue;
    if (files.cores.size() + files.archives.size() >= kMaxDumpFiles) return;
    if (S_ISDIR(st.st_mode) && depth > 1 && !name.starts_with('.')) Scan(path, depth - 1, files);
    if (!S_ISREG(st.st_mode)) continue;
    const DumpFile file{path, st.st_mtime, static_cast<uint64_t>(st.st_size)};
    if (IsUnfinishedName(name)) {
      ++files.unfinished;
    } else if (IsCoreName(name) && name.find(".partial") == name.npos && st.st_size >= kMinCore) {
      files.cores.push_back(file);
    } else if (!ArchiveId(name).empty()) {
      files.archives.push_back(file);
    }
  }
}

Result<void> CopyTo(const std::string& from, const std::string& to) {
  const auto source = VMCOREDD_TRY(FileSource::Open(from));
  OutputFile out = VMCOREDD_TRY(OutputFile::Create(to, OutputFile::Existing::kFail));
  VMCOREDD_TRY(CopyRange(*source, 0, source->Size().value_or(0), out));
  struct stat st;
  if (::fstat(source->fd(), &st) == 0) {
    // When it was saved says which crash it may be of.
    const struct timespec times[2] = {st.st_atim, st.st_mtim};
    static_cast<void>(::futimens(out.fd(), times));
  }
  return out.Commit();
}

}  // namespace

std::string DumpFile::folder() const {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

void FindDumpFiles(const std::string& folder, DumpFiles& files) { Scan(folder, kDepth, files); }

std::string ArchiveId(std::string_view path) {
  std::string_view name = BaseName(path);
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return {};
  if (name.size() <= kPrefix.size() + kSuffix.size()) return {};
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  return name.find_first_not_of("0123456789abcdef") == name.npos ? std::string(name) : "";
}

Result<void> MoveFile(const std::string& from, const std::string& to) {
  if (from == to) return {};
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  const bool is_other_way = errno == EXDEV || errno == EINVAL || errno == EEXIST;
  if (!is_other_way) return FailIo("cannot move it to " + EscapeBytes(to), errno);
  struct stat st;
  if (::lstat(to.c_str(), &st) != 0) {
    const auto copied = CopyTo(from, to);
    if (!copied) return FailWith(copied.error(), "cannot copy it to " + EscapeBytes(to));
  } else {
    // What a run that was killed has copied, or somebody else's.
    const std::string hash = VMCOREDD_TRY(Sha256OfFile(from));
    const std::string other = VMCOREDD_TRY(Sha256OfFile(to));
    if (hash != other) {
      return Fail(ErrorCode::kAlreadyExists, EscapeBytes(to) + " is there already, and differs");
    }
  }
  if (::unlink(from.c_str()) != 0) return FailIo("cannot remove it after copying", errno);
  return {};
}

}  // namespace vmcoredd
