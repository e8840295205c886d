// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/vfio_hold.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>
#include <string_view>

#include "collector/capture/small_file.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kDriver = "vfio-pci";
constexpr size_t kMaxFunctions = 64;

tl::unexpected<Error> Refuse(std::string why) { return Fail(ErrorCode::kRefused, std::move(why)); }

std::string DeviceFolder(const std::string& sysroot, const std::string& address) {
  return sysroot + "/sys/bus/pci/devices/" + address;
}

// The last part of where a link leads to, or "".
std::string LinkName(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
  if (size <= 0) return {};
  const std::string_view text(target, static_cast<size_t>(size));
  return std::string(text.substr(text.rfind('/') + 1));
}

Result<std::vector<std::string>> ListFolder(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) return FailIo("cannot read " + EscapeBytes(path), errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (entry->d_name[0] == '.') continue;
    if (names.size() == kMaxFunctions) return Refuse("the IOMMU group is too large");
    names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool IsBridge(const std::string& folder) {
  return ReadFirstLine(folder + "/class").starts_with("0x06");
}

Result<void> Bind(const std::string& address) {
  const std::string folder = DeviceFolder("", address);
  if (LinkName(folder + "/driver") == kDriver) return {};
  VMCOREDD_TRY(WriteAttribute(folder + "/driver_override", kDriver));
  VMCOREDD_TRY(WriteAttribute("/sys/bus/pci/drivers_probe", address));
  if (LinkName(folder + "/driver") != kDriver) {
    return Refuse(address + " could not be bound to vfio-pci");
  }
  return {};
}

Result<UniqueFd> OpenNode(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.is_valid()) return FailIo("cannot open " + path, errno);
  return fd;
}

}  // namespace

Result<std::vector<std::string>> CheckVfioGroup(const std::string& sysroot,
                                                const std::string& address) {
  const std::string group = DeviceFolder(sysroot, address) + "/iommu_group";
  if (LinkName(group).empty()) {
    return Refuse("the device is in no IOMMU group, and VFIO needs one");
  }
  if (::access((sysroot + "/sys/bus/pci/drivers/vfio-pci").c_str(), F_OK) != 0) {
    return Refuse("vfio-pci is not loaded");
  }
  if (ReadFirstLine(sysroot + "/sys/module/vfio_pci/parameters/disable_idle_d3") != "Y") {
    return Refuse("vfio-pci would put the device into D3: it is loaded without disable_idle_d3=1");
  }
  std::vector<std::string> functions;
  for (const std::string& name : VMCOREDD_TRY(ListFolder(group + "/devices"))) {
    const std::string folder = DeviceFolder(sysroot, name);
    const std::string driver = LinkName(folder + "/driver");
    if (IsBridge(folder)) continue;
    if (!driver.empty() && driver != kDriver) {
      return Refuse(EscapeBytes(name) + " of the same IOMMU group is at work for " +
                    EscapeBytes(driver));
    }
    functions.push_back(name);
  }
  return functions;
}

Result<void> ForgetResets(const std::string& sysroot, const std::string& address) {
  const std::string folder = DeviceFolder(sysroot, address);
  const std::string methods = folder + "/reset_method";
  if (::access(methods.c_str(), F_OK) != 0) {
    // No way to reset it; or a kernel before 5.15, which does not say which it has.
    if (::access((folder + "/reset").c_str(), F_OK) != 0) return {};
    return Refuse(address +
                  " would be reset when it is opened, and this kernel cannot be told not to");
  }
  VMCOREDD_TRY(WriteAttribute(methods, "\n"));
  if (!ReadFirstLine(methods).empty()) {
    return Refuse(address + " would be reset when it is opened: reset_method stays as it is");
  }
  return {};
}

Result<VfioHold> VfioHold::Open(const std::string& address) {
  const std::vector<std::string> functions = VMCOREDD_TRY(CheckVfioGroup("", address));
  // All of them before the first is opened: a reset of one may be a reset of all.
  for (const std::string& function : functions) VMCOREDD_TRY(ForgetResets("", function));
  for (const std::string& function : functions) VMCOREDD_TRY(Bind(function));

  VfioHold hold;
  hold.container_ = VMCOREDD_TRY(OpenNode("/dev/vfio/vfio"));
  hold.group_ =
      VMCOREDD_TRY(OpenNode("/dev/vfio/" + LinkName(DeviceFolder("", address) + "/iommu_group")));
  if (::ioctl(hold.container_.get(), VFIO_GET_API_VERSION) != VFIO_API_VERSION) {
    return Refuse("this kernel has another version of VFIO");
  }
  vfio_group_status status{};
  status.argsz = sizeof status;
  if (::ioctl(hold.group_.get(), VFIO_GROUP_GET_STATUS, &status) != 0) {
    return FailIo("cannot ask for the state of the IOMMU group", errno);
  }
  if ((status.flags & VFIO_GROUP_FLAGS_VIABLE) == 0) {
    return Refuse("not all functions of the IOMMU group belong to vfio-pci");
  }
  const int container = hold.container_.get();
  if (::ioctl(hold.group_.get(), VFIO_GROUP_SET_CONTAINER, &container) != 0) {
    return FailIo("cannot take the IOMMU group", errno);
  }
  if (::ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0) {
    return FailIo(
        "cannot set up the IOMMU (without interrupt remapping, vfio_iommu_type1 needs "
        "allow_unsafe_interrupts=1)",
        errno);
  }
  for (const std::string& function : functions) {
    const int fd = ::ioctl(hold.group_.get(), VFIO_GROUP_GET_DEVICE_FD, function.c_str());
    if (fd < 0) return FailIo("cannot open " + function + " with VFIO", errno);
    hold.functions_.emplace(function, UniqueFd(fd));
  }
  return hold;
}

int VfioHold::fd(const std::string& address) const {
  const auto found = functions_.find(address);
  return found == functions_.end() ? -1 : found->second.get();
}

}  // namespace vmcoredd
