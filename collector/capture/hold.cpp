// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/hold.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>

#include "collector/capture/small_file.h"
#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// Addresses of at most 18 bytes: what is longer is no list of ours.
constexpr size_t kMaxHeldListBytes = 2 * 1024 * 1024;

// Classes whose drivers reset the device or take much memory, and that a crash kernel
// can do without. Base class, or base class and sub-class.
constexpr uint32_t kHeldBaseClasses[] = {0x01, 0x02, 0x10, 0x12};
constexpr uint32_t kHeldClasses[] = {0x0302, 0x0c06};
constexpr uint32_t kBridge = 0x06;
constexpr uint32_t kVgaController = 0x0300;

bool Contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string FolderOf(const std::string& sysroot, const std::string& address) {
  return sysroot + "/sys/bus/pci/devices/" + address;
}

bool IsCandidate(uint32_t class_code) {
  return std::find(std::begin(kHeldBaseClasses), std::end(kHeldBaseClasses), class_code >> 16) !=
             std::end(kHeldBaseClasses) ||
         std::find(std::begin(kHeldClasses), std::end(kHeldClasses), class_code >> 8) !=
             std::end(kHeldClasses);
}

// Everything that a device on the path hangs on: bridges, and controllers that make a
// PCI domain of their own (Intel VMD), whose address is in the middle of the real path.
std::vector<std::string> Ancestors(const std::string& sysroot, const std::string& address) {
  std::vector<std::string> found;
  const std::unique_ptr<char, decltype(&::free)> real(
      ::realpath(FolderOf(sysroot, address).c_str(), nullptr), &::free);
  std::string_view rest = real ? real.get() : "";
  while (!rest.empty()) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    if (IsPciAddress(rest.substr(0, slash))) found.emplace_back(rest.substr(0, slash));
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  return found;
}

// Domain, bus and device, without the function.
std::string_view SlotOf(std::string_view address) { return address.substr(0, address.rfind('.')); }

// Why nothing at all may be held; empty if something may.
std::string WhyOff(const Inventory& inventory,
                   const CollectConfig& config,
                   const std::string& release) {
  if (!config.hold) {
    return config.hold_reason.empty() ? "the configuration says so"
                                      : EscapeBytes(config.hold_reason);
  }
  if (config.release.empty() || config.release != release) {
    return "the configuration is of kernel \"" + EscapeBytes(config.release) + "\", this is \"" +
           EscapeBytes(release) + '"';
  }
  if (config.path.empty()) return "it is not known which devices the vmcore is written through";
  for (const PathDevice& path : config.path) {
    const bool is_there =
        std::any_of(inventory.devices.begin(), inventory.devices.end(), [&](const Device& device) {
          return device.address == path.address && device.vendor_id == path.vendor_id &&
                 device.device_id == path.device_id;
        });
    if (!is_there) {
      return "the vmcore is written through " + path.address +
             ", which is not the device that it was: addresses may have moved";
    }
  }
  return {};
}

// Why this device is not held; empty if it is.
std::string WhyNotHeld(const Device& device,
                       const CollectConfig& config,
                       const std::vector<std::string>& needed,
                       const std::string& sysroot) {
  if (Contains(needed, device.address)) return "the vmcore is written through it";
  for (const std::string& address : needed) {
    if (SlotOf(address) == SlotOf(device.address)) {
      return "it is a function of " + address + ", which the vmcore is written through";
    }
  }
  if (device.class_code >> 16 == kBridge) return "it is a bridge";
  if (device.class_code >> 8 == kVgaController) return "it may be the console";
  const std::string folder = FolderOf(sysroot, device.address);
  if (ReadFirstLine(folder + "/boot_vga") == "1") return "it is the console";
  if (Contains(config.hold_never, device.address)) return "the configuration says never";
  if (Contains(config.skip, device.address)) return "the configuration says not to touch it";
  if (!IsCandidate(device.class_code) && !Contains(config.hold_also, device.address)) {
    return "devices of its class are not held";
  }
  if (!device.driver.empty()) return "the driver " + device.driver + " is bound to it";
  const std::string override_name = ReadFirstLine(folder + "/driver_override");
  if (!override_name.empty() && override_name != "(null)" && override_name != kHoldOverride) {
    return "it has a driver_override already: " + override_name;
  }
  return {};
}

Result<void> WriteList(const std::string& spool_folder, const std::vector<std::string>& held) {
  if (::mkdir(spool_folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return FailIo("cannot make " + EscapeBytes(spool_folder), errno);
  }
  std::string text;
  for (const std::string& address : held) text += address + '\n';
  auto file = VMCOREDD_TRY(
      OutputFile::Create(spool_folder + '/' + kHeldListName, OutputFile::Existing::kReplace));
  VMCOREDD_TRY(file.Write(std::as_bytes(std::span(text))));
  return file.Commit();
}

}  // namespace

HoldPlan PlanHold(const Inventory& inventory,
                  const CollectConfig& config,
                  const std::string& release,
                  const std::string& sysroot) {
  HoldPlan plan;
  plan.off_reason = WhyOff(inventory, config, release);
  if (!plan.off_reason.empty()) return plan;
  std::vector<std::string> needed;
  for (const PathDevice& path : config.path) {
    needed.push_back(path.address);
    const auto ancestors = Ancestors(sysroot, path.address);
    needed.insert(needed.end(), ancestors.begin(), ancestors.end());
  }
  for (const Device& device : inventory.devices) {
    std::string reason = WhyNotHeld(device, config, needed, sysroot);
    const bool is_held = reason.empty();
    plan.decisions.push_back({&device, is_held, is_held ? "off the path" : std::move(reason)});
  }
  return plan;
}

Result<HoldResult> Hold(const HoldPlan& plan,
                        const std::string& sysroot,
                        const std::string& spool_folder) {
  HoldResult result;
  for (const HoldDecision& decision : plan.decisions) {
    if (!decision.is_held) continue;
    const std::string& address = decision.device->address;
    auto written = WriteAttribute(FolderOf(sysroot, address) + "/driver_override", kHoldOverride);
    if (written) {
      result.held.push_back(address);
    } else {
      result.problems.push_back(address + ": " + written.error().ToString());
    }
  }
  auto listed = WriteList(spool_folder, result.held);
  if (listed) return result;
  for (const std::string& address : result.held) {
    // What cannot be taken back stays held: that costs its driver, not the vmcore.
    (void)WriteAttribute(FolderOf(sysroot, address) + "/driver_override", "\n");
  }
  return FailWith(std::move(listed).error(), "nothing is held");
}

std::vector<std::string> ReadHeldList(const std::string& spool_folder) {
  const std::string text = ReadSmallFile(spool_folder + '/' + kHeldListName, kMaxHeldListBytes);
  std::vector<std::string> held;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t newline = std::min(rest.find('\n'), rest.size());
    if (IsPciAddress(rest.substr(0, newline))) held.emplace_back(rest.substr(0, newline));
    rest.remove_prefix(std::min(newline + 1, rest.size()));
  }
  return held;
}

}  // namespace vmcoredd
