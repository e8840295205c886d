// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/doctor.h"

#include <sys/statvfs.h>

#include <algorithm>

#include "collector/setup/crash_guard.h"
#include "collector/setup/doctor_checks.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// Of a list in a line.
constexpr size_t kShownNames = 6;
constexpr uint64_t kMiB = uint64_t{1} << 20;
// A crash kernel of Debian 12 (6.1, one CPU) with nothing unpacked keeps this of its
// memory for itself: 128 MiB leave 52, 256 leave 175.
constexpr uint64_t kKernelNeeds = 74 * kMiB;
// The collector, its plugins' processes.
constexpr uint64_t kCollectorNeeds = 8 * kMiB;

void CheckConfig(const DoctorContext& context, std::vector<Check>& checks) {
  const auto& problems = context.input.problems;
  if (problems.empty()) {
    checks.push_back({"config", CheckStatus::kOk, "the configuration has no mistakes", {}});
    return;
  }
  const ConfigProblem& first = problems.front();
  checks.push_back(
      {"config", CheckStatus::kBad,
       EscapeBytes(context.input.config_file) + ": line " + std::to_string(first.line) +
           ", column " + std::to_string(first.column) + ": " + first.text +
           (problems.size() == 1 ? "" : ", and " + std::to_string(problems.size() - 1) + " more"),
       "correct it: the image keeps what it had before"});
}

void CheckMemory(const DoctorContext& context, uint64_t reserved, std::vector<Check>& checks) {
  const auto& budget = context.input.config.budget;
  const uint64_t need = kKernelNeeds + context.image.unpacked + kCollectorNeeds +
                        budget.early_bytes + budget.memory_floor;
  const std::string text = Mebibytes(reserved) + " are reserved, about " + Mebibytes(need) +
                           " are needed: kernel, image, collector, early_bytes, memory_floor";
  if (reserved >= need) {
    checks.push_back({"memory", CheckStatus::kOk, text, {}});
  } else {
    checks.push_back({"memory", CheckStatus::kWarn, text,
                      "raise crashkernel=, or lower budget.early_bytes: capture stops at the "
                      "floor"});
  }
}

// The commands of each distribution.
std::string LoadAdvice(KdumpStack stack) {
  switch (stack) {
    case KdumpStack::kDebian: return "kdump-config load; see kdump-config status";
    case KdumpStack::kRedHat: return "systemctl enable --now kdump; see kdumpctl status";
    case KdumpStack::kSuse: return "systemctl enable --now kdump";
    case KdumpStack::kNone: break;
  }
  return "install and enable kdump";
}

void CheckSpace(const DoctorContext& context, std::vector<Check>& checks) {
  const KdumpTarget& target = context.target;
  if (target.stack == KdumpStack::kNone) return;
  if (!target.device.empty()) {
    checks.push_back({"target-space", CheckStatus::kUnknown,
                      "vmcores go to " + EscapeBytes(target.device) + ", which is not looked at",
                      "see that it has room for a vmcore and " +
                          Mebibytes(context.input.config.budget.late_bytes)});
    return;
  }
  // What is remote waits here first.
  const std::string folder = target.is_remote ? std::string(kPendingFolder) : target.folder;
  std::string existing = folder;
  while (!existing.empty() && !context.root.Exists(existing)) {
    existing.erase(std::min(existing.rfind('/'), existing.size()));
  }
  struct statvfs fs;
  const auto real = context.root.Resolve(existing);
  if (!real || ::statvfs(context.root.Host(*real).c_str(), &fs) != 0) {
    checks.push_back({"target-space",
                      CheckStatus::kUnknown,
                      "the space of " + EscapeBytes(folder) + " cannot be read",
                      {}});
    return;
  }
  const uint64_t free = uint64_t{fs.f_bavail} * fs.f_frsize;
  const uint64_t want =
      context.input.config.budget.late_bytes + context.input.config.budget.early_bytes;
  const bool is_enough = free >= want;
  checks.push_back({"target-space", is_enough ? CheckStatus::kOk : CheckStatus::kWarn,
                    EscapeBytes(folder) + " has " + Mebibytes(free) + ", device dumps may take " +
                        Mebibytes(want) + (target.is_remote ? "" : " beside the vmcore"),
                    is_enough ? "" : "make room, or lower budget.late_bytes"});
}

}  // namespace

std::string_view CheckStatusName(CheckStatus status) {
  switch (status) {
    case CheckStatus::kOk: return "ok";
    case CheckStatus::kWarn: return "warn";
    case CheckStatus::kBad: return "bad";
    case CheckStatus::kUnknown: break;
  }
  return "unknown";
}

std::string Mebibytes(uint64_t bytes) { return std::to_string(bytes / kMiB) + " MiB"; }

std::string SomeOf(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kShownNames); ++i) {
    if (i != 0) text += ", ";
    text += EscapeBytes(names[i]);
  }
  if (names.size() > kShownNames)
    text += " and " + std::to_string(names.size() - kShownNames) + " more";
  return text;
}

void CheckKdump(const DoctorContext& context, std::vector<Check>& checks) {
  const Sysroot& root = context.root;
  const KdumpTarget& target = context.target;
  if (target.stack == KdumpStack::kNone) {
    checks.push_back({"kdump", CheckStatus::kBad, "no kdump is configured on this machine",
                      "install kdump-tools (Debian), kexec-tools or kdump-utils (Fedora, RHEL), "
                      "or kdump (SUSE)"});
  } else {
    checks.push_back({"kdump",
                      CheckStatus::kOk,
                      std::string(KdumpStackName(target.stack)) + ", vmcores go to " +
                          (target.is_remote ? "a remote target" : EscapeBytes(target.folder)),
                      {}});
  }
  const auto reserved = root.Number("/sys/kernel/kexec_crash_size");
  if (!reserved) {
    checks.push_back({"crashkernel", CheckStatus::kBad, "this kernel has no kexec",
                      "boot a kernel with CONFIG_CRASH_DUMP"});
  } else if (*reserved == 0) {
    checks.push_back({"crashkernel", CheckStatus::kBad, "no memory is reserved for a crash kernel",
                      "boot with crashkernel=256M"});
  } else {
    checks.push_back({"crashkernel", CheckStatus::kOk, Mebibytes(*reserved) + " are reserved", {}});
    CheckMemory(context, *reserved, checks);
  }
  if (root.Number("/sys/kernel/kexec_crash_loaded") == 1) {
    checks.push_back({"kdump-loaded", CheckStatus::kOk, "a crash kernel is loaded", {}});
  } else {
    checks.push_back(
        {"kdump-loaded", CheckStatus::kBad, "no crash kernel is loaded", LoadAdvice(target.stack)});
  }
}

std::vector<Check> Diagnose(const Sysroot& root, const DoctorInput& input) {
  DoctorContext context{root, input, ReadKdumpTarget(root), {}, {}, {}};
  context.compiled = GatherCollectConf(root, input.config);
  context.image = ReadImageFacts(root, context.target, input, context.compiled.release);
  for (const char* const file : {"/etc/default/kdump-tools", "/etc/sysconfig/kdump"}) {
    std::vector<std::string> unclear;
    const auto text = root.Text(file);
    for (const auto& [key, value] : ParseShellVariables(text ? *text : "", unclear)) {
      if (key.find("CMDLINE") != key.npos || key.find("COMMANDLINE") != key.npos) {
        // What is taken out of the command line (KDUMP_COMMANDLINE_REMOVE) is not in it.
        if (key.find("REMOVE") == key.npos) context.crash_cmdline += ' ' + value;
      }
    }
  }
  context.crash_cmdline += ' ' + root.Line("/proc/cmdline");
  std::vector<Check> checks;
  CheckKdump(context, checks);
  CheckConfig(context, checks);
  CheckImage(context, checks);
  CheckPolicy(context, checks);
  CheckKernel(context, checks);
  CheckTimers(context, checks);
  CheckWatch(context, checks);
  CheckSpace(context, checks);
  return checks;
}

}  // namespace vmcoredd
