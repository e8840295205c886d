// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "collector/capture/collect_config.h"
#include "collector/capture/flat_text.h"
#include "collector/setup/crash_guard.h"
#include "collector/setup/doctor_checks.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr const char* kSecureBoot =
    "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
// Kernel and init, before the collector begins: 2 to 5 s on real machines.
constexpr uint64_t kBootSeconds = 5;

bool HasWord(const std::string& cmdline, std::string_view word) {
  const auto words = Words(cmdline);
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "none [integrity] confidentiality" -> "integrity"; empty: not locked down.
std::string Lockdown(const Sysroot& root) {
  const std::string line = root.Line("/sys/kernel/security/lockdown");
  const size_t begin = line.find('[');
  const size_t end = line.find(']');
  if (begin == line.npos || end == line.npos || end < begin) return {};
  const std::string mode = line.substr(begin + 1, end - begin - 1);
  return mode == "none" ? "" : mode;
}

bool IsSecureBoot(const Sysroot& root) {
  // Four bytes of attributes, then the value.
  const auto variable = root.Text(kSecureBoot);
  return variable && variable->size() == 5 && variable->back() == '\1';
}

void CheckMlx4(const DoctorContext& context, std::vector<Check>& checks) {
  std::vector<std::string> devices;
  for (const std::string& address : context.root.List("/sys/bus/pci/devices")) {
    const auto driver = context.root.Resolve("/sys/bus/pci/devices/" + address + "/driver");
    if (driver && BaseName(*driver) == "mlx4_core") devices.push_back(address);
  }
  if (devices.empty()) return;
  checks.push_back({"region-snapshot", CheckStatus::kUnknown,
                    "mlx4 takes snapshots of its regions only if told: " + SomeOf(devices),
                    "devlink dev param set pci/" + EscapeBytes(devices.front()) +
                        " name region_snapshot_enable value true cmode runtime"});
}

void CheckWatchdogs(const DoctorContext& context, std::vector<Check>& checks) {
  const Config& config = context.input.config;
  const uint64_t early = kBootSeconds + (config.early.time_ms + 999) / 1000;
  bool is_armed = false;
  for (const std::string& name : context.root.List("/sys/class/watchdog")) {
    const std::string folder = "/sys/class/watchdog/" + name;
    if (context.root.Line(folder + "/state") != "active") continue;
    const auto timeout = context.root.Number(folder + "/timeout");
    if (!timeout) continue;
    is_armed = true;
    const bool is_short = *timeout < early;
    checks.push_back({"watchdog", is_short ? CheckStatus::kBad : CheckStatus::kOk,
                      EscapeBytes(name) + " (" +
                          EscapeBytes(context.root.Line(folder + "/identity")) + ") fires after " +
                          std::to_string(*timeout) + " s; early capture may end " +
                          std::to_string(early) + " s after the panic",
                      is_short ? "raise its timeout, or lower early.time_ms" : ""});
  }
  if (!is_armed) {
    checks.push_back({"watchdog", CheckStatus::kOk, "none is armed, as far as sysfs tells", {}});
  }
}

void CheckFencing(const DoctorContext& context, std::vector<Check>& checks) {
  const uint64_t early = kBootSeconds + (context.input.config.early.time_ms + 999) / 1000;
  for (const char* const file : {"/etc/sysconfig/sbd", "/etc/default/sbd"}) {
    std::vector<std::string> unclear;
    const auto text = context.root.Text(file);
    for (const auto& [key, value] : ParseShellVariables(text ? *text : "", unclear)) {
      const auto seconds = ParseNumber(value);
      if (key != "SBD_WATCHDOG_TIMEOUT" || !seconds) continue;
      const bool is_short = *seconds < early;
      checks.push_back(
          {"fencing", is_short ? CheckStatus::kBad : CheckStatus::kOk,
           "SBD resets this machine after " + std::to_string(*seconds) + " s",
           is_short ? "raise SBD_WATCHDOG_TIMEOUT above " + std::to_string(early) : ""});
      return;
    }
  }
  if (context.root.Exists("/etc/corosync/corosync.conf")) {
    checks.push_back({"fencing", CheckStatus::kUnknown,
                      "this machine is in a cluster, which may reset it while it dumps",
                      "set up fence_kdump; it tells the cluster only when the vmcore is being "
                      "saved"});
  }
}

}  // namespace

void CheckPolicy(const DoctorContext& context, std::vector<Check>& checks) {
  const Sysroot& root = context.root;
  const std::string& disabled = context.compiled.early_disabled;
  if (!disabled.empty()) {
    checks.push_back({"early", CheckStatus::kBad,
                      "the early phase is disabled: " + EscapeBytes(disabled),
                      "find out why, then vmcoredd doctor --acknowledge"});
  } else if (!context.input.config.early.enabled) {
    checks.push_back(
        {"early", CheckStatus::kWarn, "early.enabled is false", "set it, if that is not meant"});
  } else {
    checks.push_back({"early",
                      CheckStatus::kOk,
                      "at most " + std::to_string(context.input.config.early.time_ms) + " ms",
                      {}});
  }
  const auto compiled = ParseCollectConfig(CompileCollectConf(context.compiled));
  if (compiled && compiled->hold) {
    std::vector<std::string> path;
    for (const NeededDevice& device : context.compiled.path.devices) path.push_back(device.address);
    checks.push_back({"hold",
                      CheckStatus::kOk,
                      "devices are held, but for those that the vmcore needs: " + SomeOf(path),
                      {}});
  } else {
    checks.push_back({"hold", CheckStatus::kWarn,
                      "no device will be held: " +
                          (compiled ? compiled->hold_reason : compiled.error().ToString()),
                      "late capture then has only devices whose drivers are not in the image"});
  }
  const auto text = root.Text(kArmedPath);
  const auto armed = text ? ParseFlatText(*text) : Result<Properties>();
  const bool is_armed =
      text && armed &&
      FindText(*armed, "boot_id") == EscapeBytes(root.Line("/proc/sys/kernel/random/boot_id"));
  checks.push_back(
      {"record", is_armed ? CheckStatus::kOk : CheckStatus::kWarn,
       is_armed ? "devices were recorded in this boot" : "devices were not recorded in this boot",
       is_armed ? "" : "systemctl enable --now vmcoredd-record.service"});
}

void CheckKernel(const DoctorContext& context, std::vector<Check>& checks) {
  const Sysroot& root = context.root;
  const std::string lockdown = Lockdown(root);
  const bool secure_boot = IsSecureBoot(root);
  // The crash kernel inherits Secure Boot, and with it the lockdown
  // (arch/x86/kernel/kexec-bzimage64.c).
  if (!lockdown.empty() || secure_boot) {
    checks.push_back(
        {"lockdown", CheckStatus::kWarn,
         (lockdown.empty() ? std::string("Secure Boot is on")
                           : "the kernel is locked down (" + EscapeBytes(lockdown) + ")") +
             ": registers can be read only through VFIO, configuration space as ever",
         "name devices in devices.vfio, with the IOMMU on"});
  } else {
    checks.push_back({"lockdown", CheckStatus::kOk, "the kernel is not locked down", {}});
  }
  const bool has_iommu = !root.List("/sys/kernel/iommu_groups").empty();
  const bool wants_vfio = !context.input.config.devices.vfio.empty();
  checks.push_back({"iommu", has_iommu || !wants_vfio ? CheckStatus::kOk : CheckStatus::kBad,
                    has_iommu ? "on" : "off: VFIO is not possible",
                    has_iommu || !wants_vfio ? "" : "boot with intel_iommu=on or amd_iommu=on"});
  if (HasWord(context.crash_cmdline, "pcie_ports=compat")) {
    checks.push_back({"pcie-ports", CheckStatus::kWarn,
                      "the crash kernel gets pcie_ports=compat: an error that a read provokes is "
                      "not handled",
                      "keep budget.allow at \"passive\""});
  }
  if (HasWord(context.crash_cmdline, "novmcoredd")) {
    checks.push_back({"novmcoredd",
                      CheckStatus::kOk,
                      "the crash kernel gets novmcoredd: drivers add no dumps, vmcoredd-collect "
                      "does",
                      {}});
  }
  CheckMlx4(context, checks);
}

void CheckTimers(const DoctorContext& context, std::vector<Check>& checks) {
  CheckWatchdogs(context, checks);
  CheckFencing(context, checks);
}

}  // namespace vmcoredd
