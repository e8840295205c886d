// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_EXPORT_TREE_WRITER_H_
#define READERS_EXPORT_TREE_WRITER_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

// A folder that appears under its name only when all of it is there: written as
// "PATH.partial", then synced and renamed. Without Commit() the destructor removes it.
// Files have mode 0600, folders 0700. Paths are relative to the folder; what is in them is
// ours, never a name from a dump.
class TreeWriter {
 public:
  // kAlreadyExists when `path` is there and no empty folder, or when "PATH.partial" is.
  static Result<TreeWriter> Create(std::string path);

  TreeWriter(TreeWriter&&) = default;
  TreeWriter& operator=(TreeWriter&&) = delete;
  ~TreeWriter();

  // With all folders above it.
  Result<void> AddFolder(const std::string& path);
  Result<void> AddFile(const std::string& path, std::span<const std::byte> content);
  Result<void> AddFile(const std::string& path, std::string_view content);
  // For a file that is written elsewhere; opened again if it is there.
  Result<UniqueFd> OpenFile(const std::string& path);
  Result<void> AddLink(const std::string& path, const std::string& target);
  Result<void> Commit();

 private:
  TreeWriter(std::string path, UniqueFd folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}

  std::string path_;  // final name; empty after Commit()
  UniqueFd folder_;
};

}  // namespace vmcoredd

#endif  // READERS_EXPORT_TREE_WRITER_H_
