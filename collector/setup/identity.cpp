// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/identity.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <map>

#include "collector/capture/flat_text.h"
#include "collector/capture/inventory.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kDevices = "/sys/bus/pci/devices/";

// The last PCI function in a path below /sys/devices: who a class device belongs to.
std::string LastPciAddress(std::string_view path) {
  std::string last;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    if (IsPciAddress(path.substr(0, slash))) last = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return last;
}

class IdentityCollector {
 public:
  explicit IdentityCollector(const Sysroot& root) : root_(root) {}

  Properties Collect() {
    for (const std::string& address : root_.List(kDevices)) {
      if (IsPciAddress(address)) AddDevice(address);
    }
    ForEach("/sys/class/net",
            [&](const std::string& name, const std::string& path) { AddNetDevice(name, path); });
    ForEach("/sys/class/infiniband", [&](const std::string&, const std::string& path) {
      const std::string firmware = root_.Line(path + "/fw_ver");
      if (!firmware.empty()) Put("firmware", firmware);
    });
    ForEach("/sys/class/infiniband",
            [&](const std::string& name, const std::string&) { Append("rdma", name); });
    ForEach("/sys/class/nvme", [&](const std::string& name, const std::string& path) {
      Append("nvme", name);
      Put("firmware", root_.Line(path + "/firmware_rev"));
      Put("model", root_.Line(path + "/model"));
      Put("serial", root_.Line(path + "/serial"));
    });
    ForEach("/sys/class/scsi_host", [&](const std::string& name, const std::string& path) {
      Append("scsi_host", name);
      for (const char* const file : {"/fw_version", "/version_fw", "/fwrev"}) {
        Put("firmware", root_.Line(path + file));
      }
    });
    Properties properties;
    for (const auto& [address, values] : devices_) {
      std::string prefix = "identity." + address;
      prefix += '.';
      for (const auto& [key, value] : values) properties.emplace_back(prefix + key, value);
    }
    return properties;
  }

 private:
  // Calls with the name and the resolved path of every class device that is on PCI;
  // Put() and Append() are then about its function.
  template <typename Function>
  void ForEach(const std::string& folder, const Function& function) {
    for (const std::string& name : root_.List(folder)) {
      const auto path = root_.Resolve(Join(folder, name));
      if (!path) continue;
      address_ = LastPciAddress(*path);
      if (!address_.empty() && devices_.contains(address_)) function(name, *path);
    }
  }

  // The first answer stays.
  void Put(const char* key, const std::string& value) {
    if (value.empty()) return;
    auto& values = devices_[address_];
    if (std::none_of(values.begin(), values.end(), [&](auto& pair) { return pair.first == key; })) {
      values.emplace_back(key, value);
    }
  }

  void Append(const char* key, const std::string& value) {
    if (value.empty()) return;
    auto& values = devices_[address_];
    const auto old = std::find_if(values.begin(), values.end(),
                                  [&](const auto& pair) { return pair.first == key; });
    if (old == values.end()) {
      values.emplace_back(key, value);
    } else if (std::count(old->second.begin(), old->second.end(), ',') + size_t{1} <
               kMaxNamesOfDevice) {
      old->second += ',' + value;
    }
  }

  void AddDevice(const std::string& address) {
    const std::string folder = std::string(kDevices) + address;
    address_ = address;
    devices_[address];
    const auto driver = root_.Resolve(folder + "/driver");
    if (driver) {
      Put("driver", std::string(BaseName(*driver)));
      Put("driver_version", root_.Line(*driver + "/module/version"));
    }
    const std::string vendor = root_.Line(folder + "/subsystem_vendor");
    const std::string device = root_.Line(folder + "/subsystem_device");
    if (!vendor.empty() && vendor != "0x0000") Put("subsystem", vendor + ':' + device);
    const auto vfs = root_.Number(folder + "/sriov_numvfs");
    if (vfs && *vfs != 0) Put("vfs", std::to_string(*vfs));
    const auto physical = root_.Resolve(folder + "/physfn");
    if (physical) Put("vf_of", std::string(BaseName(*physical)));
  }

  void AddNetDevice(const std::string& name, const std::string& path) {
    Append("netdev", name);
    Append("mac", root_.Line(path + "/address"));
    if (root_.is_machine()) AskEthtool(name);
  }

  // As `ethtool -i`. Some drivers ask their firmware for it, which is why this is not
  // done in a crash kernel.
  void AskEthtool(const std::string& name) {
    const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!fd.is_valid() || name.size() >= IFNAMSIZ) return;
    struct ethtool_drvinfo info {};
    info.cmd = ETHTOOL_GDRVINFO;
    struct ifreq request {};
    std::memcpy(request.ifr_name, name.data(), name.size());
    request.ifr_data = reinterpret_cast<char*>(&info);
    if (::ioctl(fd.get(), SIOCETHTOOL, &request) != 0) return;
    const auto text = [](const char* field, size_t size) {
      return std::string(Trim(std::string_view(field, ::strnlen(field, size))));
    };
    Put("driver_version", text(info.version, sizeof(info.version)));
    const std::string firmware = text(info.fw_version, sizeof(info.fw_version));
    if (firmware != "N/A") Put("firmware", firmware);
  }

  const Sysroot& root_;
  std::string address_;
  std::map<std::string, Properties> devices_;
};

// Everything behind what differs at every boot.
std::string_view Body(std::string_view text) {
  const size_t time = text.find("\ntime=");
  return time == text.npos ? text : text.substr(text.find('\n', time + 1));
}

std::string Field(std::string_view text, std::string_view key) {
  for (const std::string_view line : Lines(text)) {
    if (line.starts_with(key) && line.substr(key.size()).starts_with('=')) {
      return std::string(line.substr(key.size() + 1));
    }
  }
  return {};
}

bool SameIdentity(std::string_view a, std::string_view b) {
  return Body(a) == Body(b) && Field(a, "release") == Field(b, "release");
}

}  // namespace

Properties CollectIdentity(const Sysroot& root) { return IdentityCollector(root).Collect(); }

std::string IdentityText(const Sysroot& root, const Properties& identity, int64_t time) {
  std::string text;
  AppendFlatLine(text, "schema", kIdentitySchema);
  AppendFlatLine(text, "release", EscapeBytes(root.Line("/proc/sys/kernel/osrelease")));
  AppendFlatLine(text, "boot_id", EscapeBytes(root.Line("/proc/sys/kernel/random/boot_id")));
  AppendFlatLine(text, "time", UtcTime(time));
  for (const auto& [key, value] : identity) AppendFlatLine(text, key, EscapeBytes(value));
  return text;
}

Result<bool> RecordIdentity(const Sysroot& root, int64_t time) {
  const std::string text = IdentityText(root, CollectIdentity(root), time);
  const auto old = root.Text(kIdentityPath);
  if (old && SameIdentity(*old, text)) return false;
  // First: a kill in between leaves the old record twice, and nothing is lost.
  if (old) VMCOREDD_TRY(root.Write(kPreviousIdentityPath, *old));
  return root.Write(kIdentityPath, text);
}

Result<std::string> IdentityAt(const Sysroot& root, int64_t time) {
  for (const std::string_view path : {kIdentityPath, kPreviousIdentityPath}) {
    auto text = root.Text(path);
    if (!text) continue;
    const auto since = ParseUtcTime(Field(*text, "time"));
    if (since && *since <= time) return text;
  }
  return Fail(ErrorCode::kNotFound, "no identity record is that old");
}

}  // namespace vmcoredd
