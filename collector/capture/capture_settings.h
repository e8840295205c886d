// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_CAPTURE_SETTINGS_H_
#define VMCOREDD_COLLECTOR_CAPTURE_CAPTURE_SETTINGS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/capture/spool_format.h"
#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// When, in the life of a crash kernel, a capture happens.
enum class Phase {
  kAll,    // outside of one: whatever is allowed
  kEarly,  // before any driver of the image is loaded: a hang here costs the vmcore
  kLate,   // the vmcore is safe; of devices that no driver has got hold of
};

// "all", "early" or "late".
std::string_view PhaseName(Phase phase);

// What one capture may take of the machine.
struct CaptureBudget {
  // The whole phase, asking plugins included; 0: no limit.
  std::chrono::milliseconds total{0};
  // One plugin process: asking what it offers for one device, or one dump. Late it
  // is how long a process may go without delivering anything.
  std::chrono::milliseconds process{1000};
  // The same for a running machine: how long a process may go on while it delivers; 0: as
  // the phase says.
  std::chrono::milliseconds dump{0};
  uint64_t spool_bytes = kDefaultSpoolBytes;
  uint64_t device_bytes = 0;  // all dumps of one device; 0: what the spool holds
  uint64_t memory_floor = 0;  // nothing is started while MemAvailable is below
};

// How to capture. The same for every device.
struct CaptureSettings {
  std::string sysroot;  // empty: this machine
  bool is_crash_kernel = false;
  Phase phase = Phase::kAll;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  Properties options;  // for the plugins: "pci.full" -> "1"
  vmcoredd_dump_class max_class = VMCOREDD_DUMP_PASSIVE;
  CaptureBudget budget;
  bool early_bar = true;           // read registers early where a plugin asks for it
  bool compress = true;            // records of the spool, when it pays
  std::vector<std::string> skip;   // addresses that are never touched
  std::vector<std::string> vfio;   // addresses that are read through VFIO
  std::vector<std::string> held;   // addresses that no driver gets
  std::vector<std::string> taken;  // dumps that an earlier phase has: not repeated
  // Why a device must not be touched now, by its address; empty if it may. Asked before
  // each dump.
  std::function<std::string(const std::string&)> why_not;

  // The largest dump a plugin may offer.
  uint64_t quota() const {
    const uint64_t device = budget.device_bytes;
    return device != 0 && device < budget.spool_bytes ? device : budget.spool_bytes;
  }
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_CAPTURE_SETTINGS_H_
