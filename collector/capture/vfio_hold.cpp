// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/vfio_hold.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <memory>
#include <string_view>

#include "collector/capture/child_process.h"
#include "collector/capture/small_file.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kDriver = "vfio-pci";
constexpr size_t kMaxFunctions = 64;
// For all functions of a group to be given back.
constexpr std::chrono::seconds kGiveBackTime{5};

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
    if (driver == kDriver && ReadFirstLine(folder + "/reset_method").empty()) {
      return Refuse(EscapeBytes(name) +
                    " has been with vfio-pci before, which resets what it closes: its registers "
                    "may not be those of the crash any more");
    }
    functions.push_back(name);
  }
  return functions;
}

FunctionBefore LookAtFunction(const std::string& sysroot, const std::string& address) {
  const std::string folder = DeviceFolder(sysroot, address);
  FunctionBefore before;
  before.address = address;
  before.is_bound = LinkName(folder + "/driver") == kDriver;
  before.driver_override = ReadFirstLine(folder + "/driver_override");
  if (before.driver_override == "(null)") before.driver_override.clear();
  before.reset_method = ReadFirstLine(folder + "/reset_method");
  return before;
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

Result<void> GiveBack(const std::string& sysroot, const FunctionBefore& before) {
  const std::string folder = DeviceFolder(sysroot, before.address);
  Result<void> result;
  const auto write = [&](const std::string& path, const std::string& text) {
    auto written = WriteAttribute(path, text);
    if (!written && result) result = std::move(written);
  };
  if (!before.is_bound) {
    if (LinkName(folder + "/driver") == kDriver) {
      write(sysroot + "/sys/bus/pci/drivers/" + std::string(kDriver) + "/unbind", before.address);
    }
    write(folder + "/driver_override", before.driver_override + '\n');
  }
  // What was found at boot is not always taken back: function 0 is enumerated alone, and
  // has "bus" until its siblings come. Then it is what is possible now.
  const std::string methods = folder + "/reset_method";
  if (!before.reset_method.empty() && !WriteAttribute(methods, before.reset_method + '\n')) {
    write(methods, "default\n");
  }
  return result;
}

Result<VfioHold> VfioHold::Open(const std::string& address, bool is_crash_kernel) {
  const std::vector<std::string> functions = VMCOREDD_TRY(CheckVfioGroup("", address));
  VfioHold hold;
  hold.is_crash_kernel_ = is_crash_kernel;
  VMCOREDD_TRY(hold.Take(address, functions));
  return hold;
}

std::string WhyNoIommu(int error) {
  std::string why = "cannot set up the IOMMU";
  if (error == ENODEV) why += ", is vfio_iommu_type1 loaded?";
  if (error == EPERM) {
    why += ": without interrupt remapping, vfio_iommu_type1 needs allow_unsafe_interrupts=1";
  }
  return why;
}

Result<void> VfioHold::Take(const std::string& address, const std::vector<std::string>& functions) {
  for (const std::string& function : functions) taken_.push_back(LookAtFunction("", function));
  // All of them before the first is opened: a reset of one may be a reset of all.
  for (const std::string& function : functions) VMCOREDD_TRY(ForgetResets("", function));
  for (const std::string& function : functions) VMCOREDD_TRY(Bind(function));

  container_ = VMCOREDD_TRY(OpenNode("/dev/vfio/vfio"));
  group_ =
      VMCOREDD_TRY(OpenNode("/dev/vfio/" + LinkName(DeviceFolder("", address) + "/iommu_group")));
  if (::ioctl(container_.get(), VFIO_GET_API_VERSION) != VFIO_API_VERSION) {
    return Refuse("this kernel has another version of VFIO");
  }
  vfio_group_status status{};
  status.argsz = sizeof status;
  if (::ioctl(group_.get(), VFIO_GROUP_GET_STATUS, &status) != 0) {
    return FailIo("cannot ask for the state of the IOMMU group", errno);
  }
  if ((status.flags & VFIO_GROUP_FLAGS_VIABLE) == 0) {
    return Refuse("not all functions of the IOMMU group belong to vfio-pci");
  }
  const int container = container_.get();
  if (::ioctl(group_.get(), VFIO_GROUP_SET_CONTAINER, &container) != 0) {
    return FailIo("cannot take the IOMMU group", errno);
  }
  if (::ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0) {
    return FailIo(WhyNoIommu(errno), errno);
  }
  for (const std::string& function : functions) {
    const int fd = ::ioctl(group_.get(), VFIO_GROUP_GET_DEVICE_FD, function.c_str());
    if (fd < 0) return FailIo("cannot open " + function + " with VFIO", errno);
    functions_.emplace(function, UniqueFd(fd));
  }
  return {};
}

VfioHold::~VfioHold() {
  const bool is_opened = !functions_.empty();
  functions_.clear();
  group_.reset();
  container_.reset();
  if (taken_.empty() || (is_crash_kernel_ && is_opened)) return;
  // In a child with a deadline: unbinding waits for whoever has the function open, and
  // a plugin's process that hangs in the kernel may.
  ChildTask task;
  task.run = [this] {
    int code = 0;
    for (const FunctionBefore& before : taken_) {
      if (!GiveBack("", before)) code = 1;
    }
    return code;
  };
  (void)RunChild(task, "", ChildDeadline(kGiveBackTime),
                 [](std::span<const std::byte>) { return Result<void>(); });
}

int VfioHold::fd(const std::string& address) const {
  const auto found = functions_.find(address);
  return found == functions_.end() ? -1 : found->second.get();
}

}  // namespace vmcoredd
