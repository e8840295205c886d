// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/device_tracer.h"

#include <algorithm>

#include "collector/capture/inventory.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// dm on md on a loop file on dm: nobody stacks deeper.
constexpr int kMaxDepth = 16;

std::string_view Parent(std::string_view path) { return path.substr(0, path.rfind('/')); }

tl::unexpected<Error> Unknown(std::string_view what, std::string_view why) {
  return Fail(ErrorCode::kNotFound, EscapeBytes(what) + ": " + std::string(why));
}

}  // namespace

// Every PCI function in a path below /sys/devices that is not a bridge.
bool DeviceTracer::AddPciOf(std::string_view path, const std::string& why) {
  bool found = false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string part(path.substr(0, slash));
    path.remove_prefix(slash);
    if (!IsPciAddress(part)) continue;
    const auto class_code = root_.Number("/sys/bus/pci/devices/" + part + "/class");
    if (class_code && *class_code >> 16 == 0x06) continue;
    devices_.emplace(part, why);
    found = true;
  }
  return found;
}

Result<void> DeviceTracer::AddMount(const Mount& mount, const std::string& why) {
  if (IsNetworkFilesystem(mount.type)) return AddAllNetworkDevices(why);
  if (!mount.number.starts_with("0:")) {
    return AddSysfs("/sys/dev/block/" + mount.number, why);
  }
  if (mount.type != "btrfs") {
    return Unknown(mount.folder, "what is below a filesystem of type " + EscapeBytes(mount.type) +
                                     " is not known");
  }
  // The source names one device; a filesystem may have more.
  const auto source = root_.Resolve(mount.source);
  const std::string name(BaseName(source ? *source : mount.source));
  for (const std::string& id : root_.List("/sys/fs/btrfs")) {
    const std::string folder = "/sys/fs/btrfs/" + id + "/devices";
    const auto names = root_.List(folder);
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    return AddLinks(folder, names, why, 0);
  }
  return Unknown(mount.folder, "its devices are not in /sys/fs/btrfs");
}

Result<void> DeviceTracer::AddPath(std::string_view path, const std::string& why) {
  const auto mount = MountOf(root_, mounts_, path);
  if (!mount) return Unknown(path, "it is on no mounted filesystem");
  return AddMount(*mount, why);
}

Result<void> DeviceTracer::AddSource(std::string_view source, const std::string& why) {
  std::string path(source);
  const size_t equals = source.find('=');
  if (equals != source.npos && !source.starts_with('/')) {
    std::string kind(source.substr(0, equals));
    std::transform(kind.begin(), kind.end(), kind.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    std::string value(source.substr(equals + 1));
    value.erase(std::remove(value.begin(), value.end(), '"'), value.end());
    path = "/dev/disk/by-" + kind + '/' + value;
  }
  if (!path.starts_with("/dev/")) return Unknown(source, "expected a device");
  const auto real = root_.Resolve(path);
  const std::string name(BaseName(real ? *real : path));
  if (root_.Exists("/sys/class/block/" + name)) return AddSysfs("/sys/class/block/" + name, why);
  for (const std::string& other : root_.List("/sys/class/block")) {
    const std::string folder = "/sys/class/block/" + other;
    if (other.starts_with("dm-") && root_.Line(folder + "/dm/name") == name) {
      return AddSysfs(folder, why);
    }
  }
  return Unknown(source, "there is no such block device");
}

Result<void> DeviceTracer::AddSysfs(std::string_view path, const std::string& why) {
  return AddBlock(VMCOREDD_TRY(root_.Resolve(path)), why, 0);
}

Result<void> DeviceTracer::AddLinks(const std::string& folder,
                                    const std::vector<std::string>& names,
                                    const std::string& why,
                                    int depth) {
  for (const std::string& name : names) {
    const std::string path = VMCOREDD_TRY(root_.Resolve(Join(folder, name)));
    VMCOREDD_TRY(AddBlock(path, why, depth + 1));
  }
  return {};
}

Result<void> DeviceTracer::AddBlock(const std::string& path, const std::string& why, int depth) {
  if (depth > kMaxDepth) return Unknown(path, "too many layers");
  if (!done_.insert(path).second) return {};
  if (path.find("/devices/virtual/") != path.npos) return AddVirtualBlock(path, why, depth);
  if (!AddPciOf(path, why)) return Unknown(BaseName(path), "no PCI device is above it");
  return {};
}

Result<void> DeviceTracer::AddVirtualBlock(const std::string& path,
                                           const std::string& why,
                                           int depth) {
  const std::string name(BaseName(path));
  if (root_.Exists(path + "/partition")) {
    return AddBlock(std::string(Parent(path)), why, depth + 1);
  }
  const auto slaves = root_.List(path + "/slaves");
  if (!slaves.empty()) return AddLinks(path + "/slaves", slaves, why, depth);
  if (name.starts_with("zram") || name.starts_with("ram")) return {};
  // Multipath of the NVMe driver: the paths are controllers beside the disk.
  if (path.find("/nvme-subsystem/") != path.npos) {
    const std::string subsystem(Parent(path));
    std::vector<std::string> controllers;
    for (const std::string& entry : root_.List(subsystem)) {
      const bool is_controller = entry.starts_with("nvme") && entry.size() > 4 &&
                                 entry.find_first_not_of("0123456789", 4) == entry.npos;
      if (is_controller) controllers.push_back(entry);
    }
    if (!controllers.empty()) return AddLinks(subsystem, controllers, why, depth);
  }
  const std::string backing = root_.Line(path + "/loop/backing_file");
  if (backing.starts_with('/')) {
    const auto mount = MountOf(root_, mounts_, backing);
    if (mount && !mount->number.starts_with("0:")) {
      return AddBlock(VMCOREDD_TRY(root_.Resolve("/sys/dev/block/" + mount->number)), why,
                      depth + 1);
    }
    if (mount && mount->type == "btrfs") return AddMount(*mount, why);
  }
  return Unknown(name, "what is below it is not known");
}

Result<void> DeviceTracer::AddAllNetworkDevices(const std::string& why) {
  bool found = false;
  for (const std::string& name : root_.List("/sys/class/net")) {
    const auto path = root_.Resolve("/sys/class/net/" + name);
    if (path && AddPciOf(*path, why)) found = true;
  }
  if (!found) return Unknown("/sys/class/net", "no network device is on PCI");
  return {};
}

}  // namespace vmcoredd
