// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/inventory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/pci_address.h"

namespace vmcoredd {

namespace {

struct DirCloser {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

// A sysfs attribute: one short line with a number.
uint32_t ReadAttribute(int device_fd, const char* name) {
  const UniqueFd fd(::openat(device_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  std::array<char, 32> line;
  const ssize_t got = fd.is_valid() ? ::read(fd.get(), line.data(), line.size()) : -1;
  if (got <= 0) return 0;
  std::string_view text(line.data(), static_cast<size_t>(got));
  text = text.substr(0, text.find('\n'));
  return static_cast<uint32_t>(ParseNumber(text).value_or(0));
}

// The last part of what the link "driver" points to; empty if none is bound.
std::string ReadDriver(int device_fd) {
  std::array<char, 256> target;
  const ssize_t got = ::readlinkat(device_fd, "driver", target.data(), target.size());
  if (got <= 0) return {};
  const std::string_view text(target.data(), static_cast<size_t>(got));
  return EscapeBytes(text.substr(text.rfind('/') + 1));
}

// What sysfs says of the size is what the kernel found: 4096 where the extended
// space answers. A captured tree has as many bytes as could be read.
uint32_t ConfigSize(int device_fd) {
  struct stat st;
  if (::fstatat(device_fd, "config", &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) {
    return 0;
  }
  return st.st_size > 256 ? 4096 : st.st_size > 0 ? 256 : 0;
}

Device ReadDevice(int device_fd, std::string address) {
  Device device;
  device.address = std::move(address);
  device.driver = ReadDriver(device_fd);
  device.vendor_id = static_cast<uint16_t>(ReadAttribute(device_fd, "vendor"));
  device.device_id = static_cast<uint16_t>(ReadAttribute(device_fd, "device"));
  device.subsystem_vendor_id = static_cast<uint16_t>(ReadAttribute(device_fd, "subsystem_vendor"));
  device.subsystem_device_id = static_cast<uint16_t>(ReadAttribute(device_fd, "subsystem_device"));
  device.class_code = ReadAttribute(device_fd, "class");
  device.revision = ReadAttribute(device_fd, "revision");
  device.config_size = ConfigSize(device_fd);
  if (::faccessat(device_fd, "sriov_numvfs", F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
    device.virtual_functions = ReadAttribute(device_fd, "sriov_numvfs");
  }
  return device;
}

std::string Hex(uint32_t value, int digits) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "0x%0*x", digits, value);
  return text.data();
}

}  // namespace

bool IsPciAddress(std::string_view text) { return PciAddress::Parse(text).has_value(); }

Properties Device::ToProperties() const {
  Properties properties{{"bus", bus},
                        {"address", address},
                        {"vendor", Hex(vendor_id, 4)},
                        {"device", Hex(device_id, 4)},
                        {"subsystem_vendor", Hex(subsystem_vendor_id, 4)},
                        {"subsystem_device", Hex(subsystem_device_id, 4)},
                        {"class", Hex(class_code, 6)},
                        {"revision", Hex(revision, 2)}};
  if (!driver.empty()) properties.emplace_back("driver", driver);
  if (virtual_functions) {
    properties.emplace_back("sriov_numvfs", std::to_string(*virtual_functions));
  }
  return properties;
}

Result<Inventory> ReadInventory(const std::string& sysroot) {
  const std::string path = sysroot + "/sys/bus/pci/devices";
  const std::unique_ptr<DIR, DirCloser> folder(::opendir(path.c_str()));
  if (!folder) return FailIo("cannot open " + EscapeBytes(path), errno);
  Inventory inventory;
  for (size_t seen = 0;;) {
    const dirent* entry = ::readdir(folder.get());
    if (!entry) break;
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (seen++ == kMaxDevices) {
      inventory.warnings.push_back("more than " + std::to_string(kMaxDevices) +
                                   " devices: the others were not looked at");
      break;
    }
    if (!IsPciAddress(name)) {
      inventory.warnings.push_back("\"" + EscapeBytes(name) + "\" is no PCI address: skipped");
      continue;
    }
    const UniqueFd device_fd(
        ::openat(::dirfd(folder.get()), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!device_fd.is_valid()) {
      inventory.warnings.push_back(Error::Io("cannot open device " + name, errno).ToString());
      continue;
    }
    inventory.devices.push_back(ReadDevice(device_fd.get(), std::move(name)));
  }
  std::sort(inventory.devices.begin(), inventory.devices.end(),
            [](const Device& a, const Device& b) { return a.address < b.address; });
  return inventory;
}

}  // namespace vmcoredd
