// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/output_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <map>
#include <utility>

namespace vmcoredd {

namespace {

std::string PartialName(const std::string& path) { return path + ".partial"; }

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<UniqueFd> OpenFolder(const std::string& folder) {
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_valid()) return FailIo("cannot open the folder", errno);
  return fd;
}

// Opens the partial file and takes its lock, which tells a live writer from the
// left-over of a killed one.
Result<UniqueFd> OpenPartial(const std::string& partial) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    UniqueFd fd(::open(partial.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd.is_valid()) {
      if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return FailIo("cannot lock", errno);
      return fd;
    }
    if (errno != EEXIST || attempt != 0) return FailIo("cannot create", errno);
    UniqueFd left_over(::open(partial.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!left_over.is_valid()) return FailIo("cannot open the left-over", errno);
    if (::flock(left_over.get(), LOCK_EX | LOCK_NB) != 0) {
      return Fail(ErrorCode::kAlreadyExists, "another process is writing it");
    }
    if (::unlink(partial.c_str()) != 0) return FailIo("cannot remove the left-over", errno);
  }
  return Fail(ErrorCode::kAlreadyExists, "it keeps coming back");
}

}  // namespace

OutputFile::OutputFile(UniqueFd fd, std::string path, Existing existing)
    : fd_(std::move(fd)), path_(std::move(path)), existing_(existing) {}

Result<OutputFile> OutputFile::Create(const std::string& path, Existing existing) {
  struct stat st;
  if (::lstat(path.c_str(), &st) == 0) {
    if (existing == Existing::kFail) {
      return Fail(ErrorCode::kAlreadyExists, "the file already exists");
    }
    // A rename would put a file where a device, a pipe or /dev/stdout was.
    if (!S_ISREG(st.st_mode)) {
      return Fail(ErrorCode::kAlreadyExists, "it is no regular file: not replaced");
    }
  }
  auto fd = OpenPartial(PartialName(path));
  if (!fd) return FailWith(std::move(fd).error(), PartialName(path));
  return OutputFile(std::move(*fd), path, existing);
}

OutputFile::~OutputFile() {
  if (fd_.is_valid() && !path_.empty()) ::unlink(PartialName(path_).c_str());
}

Result<void> OutputFile::Write(std::span<const std::byte> bytes) {
  VMCOREDD_TRY(PwriteAll(fd_.get(), bytes, end_));
  end_ += bytes.size();
  writeback_.Advance(fd_.get(), end_);
  return {};
}

Result<void> OutputFile::WriteAt(uint64_t offset, std::span<const std::byte> bytes) {
  return PwriteAll(fd_.get(), bytes, offset);
}

Result<void> OutputFile::SetEnd(uint64_t offset) {
  if (::ftruncate(fd_.get(), static_cast<off_t>(offset)) != 0) {
    return FailIo("cannot set the file size", errno);
  }
  end_ = offset;
  return {};
}

Result<void> OutputFile::Rename() {
  const std::string partial = PartialName(path_);
  const unsigned flags = existing_ == Existing::kFail ? RENAME_NOREPLACE : 0u;
  int renamed = ::renameat2(AT_FDCWD, partial.c_str(), AT_FDCWD, path_.c_str(), flags);
  if (renamed != 0 && errno == EINVAL) {  // a filesystem without RENAME_NOREPLACE: vfat, 9p
    struct stat st;
    if (existing_ == Existing::kFail && ::lstat(path_.c_str(), &st) == 0) {
      return Fail(ErrorCode::kAlreadyExists, "the file already exists");
    }
    renamed = ::rename(partial.c_str(), path_.c_str());
  }
  if (renamed != 0) {
    if (errno == EEXIST) return Fail(ErrorCode::kAlreadyExists, "the file already exists");
    return FailIo("cannot rename " + partial, errno);
  }
  path_.clear();
  fd_.reset();
  return {};
}

Result<void> OutputFile::Commit() {
  OutputFile* const self = this;
  return std::move(CommitAll({&self, 1}).front());
}

std::vector<Result<void>> OutputFile::CommitAll(std::span<OutputFile* const> files) {
  std::vector<Result<void>> outcomes(files.size());
  if (files.size() > 1) {
    for (OutputFile* const file : files) file->writeback_.Start(file->fd(), file->end_);
  }
  for (size_t i = 0; i < files.size(); ++i) {
    if (::fsync(files[i]->fd()) != 0) outcomes[i] = FailIo("cannot sync", errno);
  }
  struct Folder {
    Result<UniqueFd> fd;
    std::vector<size_t> renamed;  // indexes of files
  };
  std::map<std::string, Folder> folders;
  for (size_t i = 0; i < files.size(); ++i) {
    if (!outcomes[i]) continue;
    // Opened first: once a file has its name, nothing more should be able to fail.
    const std::string path = FolderOf(files[i]->path_);
    auto folder = folders.find(path);
    if (folder == folders.end()) folder = folders.emplace(path, Folder{OpenFolder(path), {}}).first;
    if (!folder->second.fd) {
      outcomes[i] = tl::unexpected(folder->second.fd.error());
      continue;
    }
    outcomes[i] = files[i]->Rename();
    if (outcomes[i]) folder->second.renamed.push_back(i);
  }
  for (const auto& [path, folder] : folders) {
    // Some filesystems cannot sync a folder and say EINVAL; there is nothing more
    // to do for them.
    if (folder.renamed.empty() || ::fsync(folder.fd->get()) == 0 || errno == EINVAL) continue;
    const int os_error = errno;
    for (const size_t i : folder.renamed) {
      outcomes[i] =
          FailIo("the file is complete under its name, but its folder cannot be synced", os_error);
    }
  }
  return outcomes;
}

}  // namespace vmcoredd
