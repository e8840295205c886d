// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/tree_writer.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "vmcoredd/base/output_stream.h"

namespace vmcoredd {

namespace {

constexpr mode_t kFileMode = 0600, kFolderMode = 0700;

struct FolderCloser {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// Is the name free for a folder: nothing there, or an empty one?
Result<void> CheckFree(const std::string& path) {
  const std::unique_ptr<DIR, FolderCloser> folder(::opendir(path.c_str()));
  if (!folder && errno == ENOENT) return {};
  if (!folder && errno == ENOTDIR) {
    return Fail(ErrorCode::kAlreadyExists, "there is something that is no folder");
  }
  if (!folder) return FailIo("cannot open the folder", errno);
  while (const dirent* const entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      return Fail(ErrorCode::kAlreadyExists, "the folder is not empty");
    }
  }
  return {};
}

Result<void> SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const UniqueFd fd(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_valid() || ::fsync(fd.get()) != 0) return FailIo("cannot sync the folder", errno);
  return {};
}

}  // namespace

Result<TreeWriter> TreeWriter::Create(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  VMCOREDD_TRY(CheckFree(path));
  const std::string partial = path + ".partial";
  if (::mkdir(partial.c_str(), kFolderMode) != 0) {
    if (errno == EEXIST) {
      return Fail(ErrorCode::kAlreadyExists,
                  "its .partial is there, of an export that was killed or is under way");
    }
    return FailIo("cannot make the folder", errno);
  }
  UniqueFd folder(::open(partial.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.is_valid()) return FailIo("cannot open the folder", errno);
  return TreeWriter(std::move(path), std::move(folder));
}

TreeWriter::~TreeWriter() {
  if (path_.empty() || !folder_.is_valid()) return;
  std::error_code ignored;  // follows no links
  std::filesystem::remove_all(path_ + ".partial", ignored);
}

Result<void> TreeWriter::AddFolder(const std::string& path) {
  for (size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    if (::mkdirat(folder_.get(), path.substr(0, end).c_str(), kFolderMode) != 0 &&
        errno != EEXIST) {
      return FailIo("cannot make the folder " + path.substr(0, end), errno);
    }
  }
  return {};
}

Result<void> TreeWriter::AddFile(const std::string& path, std::span<const std::byte> content) {
  const UniqueFd fd(::openat(folder_.get(), path.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (!fd.is_valid()) return FailIo("cannot make " + path, errno);
  return PwriteAll(fd.get(), content, 0);
}

Result<void> TreeWriter::AddFile(const std::string& path, std::string_view content) {
  return AddFile(path, std::as_bytes(std::span(content)));
}

Result<UniqueFd> TreeWriter::OpenFile(const std::string& path) {
  UniqueFd fd(::openat(folder_.get(), path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                       kFileMode));
  if (!fd.is_valid()) return FailIo("cannot make " + path, errno);
  return fd;
}

Result<void> TreeWriter::AddLink(const std::string& path, const std::string& target) {
  if (::symlinkat(target.c_str(), folder_.get(), path.c_str()) != 0) {
    return FailIo("cannot make the link " + path, errno);
  }
  return {};
}

Result<void> TreeWriter::Commit() {
  if (::syncfs(folder_.get()) != 0) return FailIo("cannot sync the folder", errno);
  if (::rename((path_ + ".partial").c_str(), path_.c_str()) != 0) {
    return FailIo("cannot rename the folder", errno);
  }
  return SyncFolderOf(std::exchange(path_, {}));
}

}  // namespace vmcoredd
