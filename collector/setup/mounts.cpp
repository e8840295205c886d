// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/mounts.h"

#include <algorithm>
#include <array>

namespace vmcoredd {

namespace {

constexpr std::array<std::string_view, 27> kVirtualTypes = {
    "autofs",  "binfmt_misc", "bpf",      "cgroup",  "cgroup2",    "configfs",   "debugfs",
    "devpts",  "devtmpfs",    "efivarfs", "fusectl", "hugetlbfs",  "mqueue",     "nsfs",
    "overlay", "proc",        "pstore",   "ramfs",   "rpc_pipefs", "securityfs", "selinuxfs",
    "sysfs",   "tmpfs",       "tracefs",  "rootfs",  "resctrl",    "swap"};
constexpr std::array<std::string_view, 10> kNetworkTypes = {
    "nfs", "nfs4", "cifs", "smb3", "ceph", "afs", "glusterfs", "lustre", "ncpfs", "smbfs"};

// \040 and the like: fs/proc_namespace.c, fstab(5).
std::string UndoOctal(std::string_view text) {
  std::string plain;
  const auto is_digit = [](char c) { return c >= '0' && c <= '7'; };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && is_digit(text[i + 1]) && is_digit(text[i + 2]) &&
        is_digit(text[i + 3])) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                 (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

bool HasOption(std::string_view options, std::string_view option) {
  while (!options.empty()) {
    const size_t comma = std::min(options.find(','), options.size());
    if (options.substr(0, comma) == option) return true;
    options.remove_prefix(std::min(comma + 1, options.size()));
  }
  return false;
}

bool NeededAtBoot(std::string_view options) {
  return !HasOption(options, "noauto") && !HasOption(options, "nofail") &&
         !HasOption(options, "x-systemd.automount");
}

bool IsWithin(std::string_view path, std::string_view folder) {
  return folder == "/" || path == folder ||
         (path.starts_with(folder) && path[folder.size()] == '/');
}

template <size_t N>
bool IsOneOf(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

std::vector<Mount> ParseMountinfo(std::string_view text) {
  std::vector<Mount> mounts;
  for (const std::string_view line : Lines(text)) {
    const auto words = Words(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 7 || words.end() - dash < 3 || mounts.size() == kMaxMounts) continue;
    mounts.push_back(
        {std::string(words[2]), UndoOctal(words[4]), UndoOctal(dash[1]), UndoOctal(dash[2])});
  }
  return mounts;
}

std::vector<FstabEntry> ParseFstab(std::string_view text) {
  std::vector<FstabEntry> entries;
  for (const std::string_view line : Lines(text)) {
    const auto words = Words(line);
    if (words.size() < 3 || words[0].starts_with('#') || entries.size() == kMaxMounts) continue;
    if (words.size() > 3 && !NeededAtBoot(words[3])) continue;
    entries.push_back({UndoOctal(words[0]), UndoOctal(words[1]), UndoOctal(words[2])});
  }
  return entries;
}

std::vector<std::string> ParseCrypttab(std::string_view text) {
  std::vector<std::string> names;
  for (const std::string_view line : Lines(text)) {
    const auto words = Words(line);
    if (words.size() < 2 || words[0].starts_with('#') || names.size() == kMaxMounts) continue;
    if (words.size() > 3 && !NeededAtBoot(words[3])) continue;
    names.emplace_back(words[0]);
  }
  return names;
}

std::vector<std::string> ParseSwaps(std::string_view text) {
  std::vector<std::string> swaps;
  for (const std::string_view line : Lines(text)) {
    const auto words = Words(line);
    if (words.empty() || !words[0].starts_with('/')) continue;  // the heading
    swaps.push_back(UndoOctal(words[0]));
  }
  return swaps;
}

std::optional<Mount> MountOf(const Sysroot& root,
                             const std::vector<Mount>& mounts,
                             std::string_view path) {
  std::string real = "/";
  for (std::string part(path); !part.empty(); part.erase(std::min(part.rfind('/'), part.size()))) {
    if (auto found = root.Resolve(part)) {
      real = std::move(*found);
      break;
    }
  }
  // A later mount hides an earlier one of the same folder.
  const Mount* best = nullptr;
  for (const Mount& mount : mounts) {
    if (!IsWithin(real, mount.folder)) continue;
    if (!best || mount.folder.size() >= best->folder.size()) best = &mount;
  }
  if (!best) return std::nullopt;
  return *best;
}

bool IsVirtualFilesystem(std::string_view type) { return IsOneOf(type, kVirtualTypes); }

bool IsNetworkFilesystem(std::string_view type) {
  return IsOneOf(type, kNetworkTypes) || type.starts_with("fuse.sshfs");
}

}  // namespace vmcoredd
