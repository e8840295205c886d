// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/error_recovery.h"

#include <linux/pci_regs.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "collector/capture/flat_text.h"
#include "collector/capture/inventory.h"
#include "collector/capture/small_file.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr size_t kConfigBytes = 4096;
constexpr size_t kHeaderBytes = 64;  // what everybody may read
constexpr int kMaxCapabilities = 64;
// How long counters are watched before they count as still. AER's recovery writes them
// before it talks to drivers (pci_dev_aer_stats_incr() in drivers/pci/pcie/aer.c).
constexpr long kWatchNs = 100'000'000;

// pe->state of include/asm/eeh.h (powerpc), the second number of eeh_pe_state
// (arch/powerpc/kernel/eeh_sysfs.c).
constexpr uint64_t kEehIsolated = 1 << 0;
constexpr uint64_t kEehRecovering = 1 << 1;

uint32_t Word(const std::string& config, size_t offset) {
  return LoadInt<uint32_t>(reinterpret_cast<const std::byte*>(config.data() + offset),
                           std::endian::little);
}

// Where DPC's extended capability is; 0: there is none, or it may not be read.
size_t FindDpc(const std::string& config) {
  size_t at = PCI_CFG_SPACE_SIZE;
  for (int i = 0; i < kMaxCapabilities && at + 12 <= config.size(); ++i) {
    const uint32_t header = Word(config, at);
    if (PCI_EXT_CAP_ID(header) == PCI_EXT_CAP_ID_DPC) return at;
    const size_t next = PCI_EXT_CAP_NEXT(header);
    if (next <= PCI_CFG_SPACE_SIZE) return 0;
    at = next;
  }
  return 0;
}

bool IsContained(const std::string& config) {
  const size_t dpc = FindDpc(config);
  if (dpc == 0) return false;
  const uint32_t control_and_status = Word(config, dpc + PCI_EXP_DPC_CTL - 2);
  // A port that does not answer reads as ones, and says nothing.
  if (control_and_status == ~0u) return false;
  return (Word(config, dpc + PCI_EXP_DPC_STATUS) & PCI_EXP_DPC_STATUS_TRIGGER) != 0;
}

std::string LinkTarget(const std::string& path) {
  char target[4096];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
  return size > 0 ? std::string(target, static_cast<size_t>(size)) : std::string();
}

std::string WhatEehDoes(const std::string& text) {
  const size_t space = text.find(' ');
  if (space == std::string::npos) return {};
  const uint64_t state = ::strtoull(text.c_str() + space, nullptr, 16);
  if ((state & kEehRecovering) != 0) return "EEH is recovering it";
  if ((state & kEehIsolated) != 0) return "EEH has isolated it";
  return {};
}

}  // namespace

std::string RecoveryWatch::Folder(const std::string& address) const {
  return sysroot_ + "/sys/bus/pci/devices/" + address + '/';
}

std::vector<std::string> RecoveryWatch::Chain(const std::string& address) const {
  std::vector<std::string> chain;
  // ../../../devices/pci0000:00/0000:00:1c.0/0000:02:00.0
  const std::string path = LinkTarget(sysroot_ + "/sys/bus/pci/devices/" + address);
  for (size_t at = 0; at < path.size();) {
    const size_t slash = std::min(path.find('/', at), path.size());
    std::string part = path.substr(at, slash - at);
    if (IsPciAddress(part) && part != address) chain.push_back(std::move(part));
    at = slash + 1;
  }
  chain.push_back(address);
  return chain;
}

std::string RecoveryWatch::Counters(const std::string& address) const {
  std::string text;
  for (const char* const file : {"aer_dev_fatal", "aer_dev_nonfatal"}) {
    text += ReadSmallFile(Folder(address) + file);
  }
  return text;
}

void RecoveryWatch::Observe(const std::vector<std::string>& addresses) {
  bool is_new = false;
  for (const std::string& device : addresses) {
    for (const std::string& address : Chain(device)) {
      if (counters_.contains(address)) continue;
      std::string counters = Counters(address);
      is_new |= !counters.empty();
      counters_.emplace(address, std::move(counters));
    }
  }
  if (!is_new) return;
  const timespec moment{0, kWatchNs};
  ::nanosleep(&moment, nullptr);
}

std::string RecoveryWatch::WhyNot(const std::string& address) {
  if (!IsPciAddress(address) || ::access(Folder(address).c_str(), F_OK) != 0) return {};
  Observe({address});
  const std::vector<std::string> chain = Chain(address);
  std::string reason;
  for (const std::string& member : chain) {
    std::string& before = counters_[member];
    std::string now = Counters(member);
    if (now == before) continue;
    before = std::move(now);
    reason = "PCI error recovery: the AER counters of " + member + " have just moved";
  }
  if (!reason.empty()) return reason;
  for (const std::string& member : chain) {
    if (IsContained(ReadSmallFile(Folder(member) + "config", kConfigBytes))) {
      return "PCI error recovery: port " + member + " contains an error (DPC)";
    }
  }
  if (std::string eeh = WhatEehDoes(ReadSmallFile(Folder(address) + "eeh_pe_state"));
      !eeh.empty()) {
    return "PCI error recovery: " + eeh;
  }
  // Reading the configuration space of a device in D3cold would wake it up.
  if (ReadFirstLine(Folder(address) + "power_state") == "D3cold") return {};
  const std::string config = ReadSmallFile(Folder(address) + "config", kHeaderBytes);
  // The ids alone are ones in every virtual function.
  if (config.size() == kHeaderBytes &&
      std::all_of(config.begin(), config.end(), [](char c) { return c == '\xff'; })) {
    return "the device does not answer: its configuration space reads as all ones";
  }
  return {};
}

}  // namespace vmcoredd
