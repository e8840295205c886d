// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_MOUNTS_H_
#define VMCOREDD_COLLECTOR_SETUP_MOUNTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/setup/sysroot.h"

namespace vmcoredd {

// Lines of mountinfo or fstab that are looked at: containers make many.
inline constexpr size_t kMaxMounts = 100000;

// A line of /proc/self/mountinfo, escapes undone.
struct Mount {
  std::string number;  // "8:1"; "0:27" for a filesystem without a block device
  std::string folder;
  std::string type;
  std::string source;
};

// A line of /etc/fstab or /etc/crypttab that is needed at boot: neither noauto nor
// nofail.
struct FstabEntry {
  std::string source;
  std::string folder;
  std::string type;
};

std::vector<Mount> ParseMountinfo(std::string_view text);
std::vector<FstabEntry> ParseFstab(std::string_view text);
// The names of the mappings that /etc/crypttab opens at boot.
std::vector<std::string> ParseCrypttab(std::string_view text);
// The devices or files of /proc/swaps.
std::vector<std::string> ParseSwaps(std::string_view text);

// The mount that holds `path`, of which only some leading part has to exist.
std::optional<Mount> MountOf(const Sysroot& root,
                             const std::vector<Mount>& mounts,
                             std::string_view path);

// Has it neither a disk nor a network: proc, tmpfs and the like?
bool IsVirtualFilesystem(std::string_view type);
bool IsNetworkFilesystem(std::string_view type);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_MOUNTS_H_
