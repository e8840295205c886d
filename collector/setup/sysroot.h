// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_SYSROOT_H_
#define VMCOREDD_COLLECTOR_SETUP_SYSROOT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/result.h"

namespace vmcoredd {

// A configuration or sysfs file above this is not one.
inline constexpr size_t kMaxTextFile = 4 * 1024 * 1024;
// Entries of a folder that are looked at.
inline constexpr size_t kMaxFolderEntries = 65536;

// The files of this machine (root ""), or of a tree captured from one. Paths are
// absolute as the machine sees them; symbolic links never lead out of the tree.
class Sysroot {
 public:
  explicit Sysroot(std::string root = {});

  bool is_machine() const { return root_.empty(); }
  // Where `path` is for open(), links not followed.
  std::string Host(std::string_view path) const { return root_ + std::string(path); }

  // `path` without links, "." and "..". kNotFound when it is not there.
  Result<std::string> Resolve(std::string_view path) const;
  bool Exists(std::string_view path) const { return Resolve(path).has_value(); }

  // The whole file; kNotFound, kIo, or kLimitExceeded above kMaxTextFile.
  Result<std::string> Text(std::string_view path) const;
  // The first line of it, blanks removed; empty when there is no such file.
  std::string Line(std::string_view path) const;
  // The number in the first line, decimal or 0x.
  std::optional<uint64_t> Number(std::string_view path) const;
  // The names in a folder, sorted; empty when there is no such folder.
  std::vector<std::string> List(std::string_view path) const;

  // Writes a file (mode 0600) that appears whole; makes missing folders. Nothing is
  // written when it has this text already: false.
  Result<bool> Write(std::string_view path, std::string_view text) const;
  // Removes a file; false when there was none.
  Result<bool> Remove(std::string_view path) const;

 private:
  std::string root_;
};

// The same for a path of this machine, which may be relative, and is not looked at for
// links.
std::vector<std::string> ListFolder(const std::string& path);
Result<void> ReplaceFile(const std::string& path, std::string_view text);

// mkdir -p, each folder 0700.
Result<void> MakeFolders(const std::string& path);

// FOLDER/NAME
std::string Join(std::string_view folder, std::string_view name);
// The last part of a path.
std::string_view BaseName(std::string_view path);
// Without blanks at both ends.
std::string_view Trim(std::string_view text);
// Words between blanks.
std::vector<std::string_view> Words(std::string_view text);
// Lines, without their newlines.
std::vector<std::string_view> Lines(std::string_view text);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_SYSROOT_H_
