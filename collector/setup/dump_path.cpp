// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/dump_path.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "collector/setup/device_tracer.h"
#include "collector/setup/mounts.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr const char* kWaitOnline =
    "/etc/systemd/system/network-online.target.wants/systemd-networkd-wait-online.service";

class PathFinder {
 public:
  PathFinder(const Sysroot& root, const KdumpTarget& target)
      : root_(root), target_(target), tracer_(root, mounts_) {}

  DumpPath Find() {
    const std::string elsewhere = NotTheMachine(root_);
    if (!elsewhere.empty()) return {{}, {"this is " + elsewhere}};
    const auto mountinfo = root_.Text("/proc/self/mountinfo");
    if (!mountinfo) return {{}, {mountinfo.error().ToString()}};
    mounts_ = ParseMountinfo(*mountinfo);
    AddTarget();
    Need(tracer_.AddPath("/", "the root filesystem"), "the root filesystem");
    AddMounts();
    AddFstab();
    AddSwaps();
    AddNetworkWait();
    AddConsoles();
    return Finish();
  }

 private:
  void Need(const Result<void>& result, const std::string& what) {
    if (!result) path_.unknown.push_back(what + ": " + result.error().ToString());
  }

  void AddTarget() {
    if (target_.stack == KdumpStack::kNone) {
      path_.unknown.push_back("no configuration of kdump was found");
      return;
    }
    for (const std::string& text : target_.unknown) path_.unknown.push_back(text);
    const std::string why = "the target of vmcores";
    if (target_.is_remote) Need(tracer_.AddAllNetworkDevices(why), why);
    if (!target_.device.empty()) {
      Need(tracer_.AddSource(target_.device, why), why);
    } else {
      // With a remote target, too: there the sidecar waits.
      Need(tracer_.AddPath(target_.folder, why), why);
    }
  }

  // local-fs.target fails, and with it the boot of the crash kernel, when a
  // filesystem of fstab cannot be mounted. What is mounted now will be again.
  void AddMounts() {
    for (const Mount& mount : mounts_) {
      if (IsVirtualFilesystem(mount.type) || IsNetworkFilesystem(mount.type)) continue;
      if (mount.type.starts_with("fuse")) continue;  // somebody's session
      Need(tracer_.AddMount(mount, "mounted at " + EscapeBytes(mount.folder)),
           EscapeBytes(mount.folder));
    }
  }

  void AddFstab() {
    const auto fstab = root_.Text("/etc/fstab");
    for (const FstabEntry& entry : ParseFstab(fstab ? *fstab : "")) {
      const bool is_swap = entry.type == "swap";
      if (!is_swap && (IsVirtualFilesystem(entry.type) || IsNetworkFilesystem(entry.type))) {
        continue;
      }
      const bool is_mounted = std::any_of(mounts_.begin(), mounts_.end(), [&](const Mount& mount) {
        return mount.folder == entry.folder;
      });
      if (is_mounted) continue;
      const std::string what = "fstab: " + EscapeBytes(is_swap ? entry.source : entry.folder);
      if (is_swap && entry.source.starts_with('/') && !entry.source.starts_with("/dev/")) {
        Need(tracer_.AddPath(entry.source, what), what);
      } else {
        Need(tracer_.AddSource(entry.source, what), what);
      }
    }
    const auto crypttab = root_.Text("/etc/crypttab");
    for (const std::string& name : ParseCrypttab(crypttab ? *crypttab : "")) {
      const std::string what = "crypttab: " + EscapeBytes(name);
      Need(tracer_.AddSource("/dev/mapper/" + name, what), what);
    }
  }

  void AddSwaps() {
    const auto swaps = root_.Text("/proc/swaps");
    for (const std::string& swap : ParseSwaps(swaps ? *swaps : "")) {
      const std::string what = "swap " + EscapeBytes(swap);
      Need(swap.starts_with("/dev/") ? tracer_.AddSource(swap, what) : tracer_.AddPath(swap, what),
           what);
    }
  }

  // kdump-tools waits for network-online.target even when it saves to a disk, and
  // this service waits two minutes for network devices that never come.
  void AddNetworkWait() {
    if (target_.stack != KdumpStack::kDebian || target_.is_remote) return;
    struct stat st;
    if (::lstat(root_.Host(kWaitOnline).c_str(), &st) != 0) return;
    // A machine without network devices waits for none of them.
    static_cast<void>(tracer_.AddAllNetworkDevices("systemd-networkd-wait-online waits for it"));
  }

  void AddConsoles() {
    const std::string cmdline = root_.Line("/proc/cmdline");
    for (const std::string_view word : Words(cmdline)) {
      if (!word.starts_with("console=")) continue;
      const std::string tty(word.substr(8, word.find(',') - 8));
      // Virtual terminals, and serial ports of the board, are on no PCI card.
      static_cast<void>(tracer_.AddSysfs("/sys/class/tty/" + tty + "/device", "console"));
    }
    for (const std::string& address : root_.List("/sys/bus/pci/devices")) {
      if (root_.Line("/sys/bus/pci/devices/" + address + "/boot_vga") == "1") {
        extra_.emplace(address, "boot display");
      }
    }
  }

  DumpPath Finish() {
    std::map<std::string, std::string> all = tracer_.devices();
    all.insert(extra_.begin(), extra_.end());
    for (const auto& [address, why] : all) {
      const std::string folder = "/sys/bus/pci/devices/" + address;
      const auto vendor = root_.Number(folder + "/vendor");
      const auto device = root_.Number(folder + "/device");
      if (!vendor || !device) {
        path_.unknown.push_back(address + ": its vendor and device ids cannot be read");
        continue;
      }
      path_.devices.push_back(
          {address, static_cast<uint16_t>(*vendor), static_cast<uint16_t>(*device), why});
    }
    if (path_.devices.empty() && path_.unknown.empty()) {
      path_.unknown.push_back("no device of it is on PCI");
    }
    return std::move(path_);
  }

  const Sysroot& root_;
  const KdumpTarget& target_;
  std::vector<Mount> mounts_;
  DeviceTracer tracer_;
  std::map<std::string, std::string> extra_;
  DumpPath path_;
};

}  // namespace

DumpPath FindDumpPath(const Sysroot& root, const KdumpTarget& target) {
  return PathFinder(root, target).Find();
}

std::string NotTheMachine(const Sysroot& root) {
  for (const char* const file : {"/run/systemd/container", "/.dockerenv", "/run/.containerenv"}) {
    if (root.Exists(file)) return "a container";
  }
  if (!root.Exists("/sys/bus/pci/devices")) return "a place without /sys/bus/pci";
  if (!root.is_machine()) return {};
  // As ischroot(1) of Debian decides.
  struct stat own;
  struct stat first;
  if (::stat("/", &own) != 0 || ::stat("/proc/1/root", &first) != 0) {
    return "a place without a usable /proc";
  }
  if (own.st_dev != first.st_dev || own.st_ino != first.st_ino) return "a chroot";
  return {};
}

}  // namespace vmcoredd
