// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_LIVE_ERROR_RECOVERY_H_
#define VMCOREDD_COLLECTOR_LIVE_ERROR_RECOVERY_H_

#include <map>
#include <string>
#include <vector>

namespace vmcoredd {

// Finds PCI devices that the kernel is just recovering from an error, or that are cut off:
// asking a driver then has deadlocked machines (mlx5 crdump on s390), and reading a dead
// device hangs others. sysfs does not tell the state of a channel (pci_channel_state), so it
// is concluded from what it does tell:
//  - the first 64 bytes of configuration space are all ones;
//  - Downstream Port Containment has been triggered in a port above;
//  - AER counters of the device or a port above that have just moved;
//  - EEH (powerpc) has isolated the device, or is recovering it.
class RecoveryWatch {
 public:
  // `sysroot`: empty for this machine.
  explicit RecoveryWatch(std::string sysroot) : sysroot_(std::move(sysroot)) {}

  // Notes the AER counters of these devices and of the ports above, and waits a moment if
  // any is new, so that counters that move are seen.
  void Observe(const std::vector<std::string>& addresses);
  // Why the device must be left alone now, printable; empty if it need not be, or if there is
  // no such PCI device.
  std::string WhyNot(const std::string& address);

 private:
  // The device and the ports above, outermost first.
  std::vector<std::string> Chain(const std::string& address) const;
  std::string Folder(const std::string& address) const;
  std::string Counters(const std::string& address) const;

  std::string sysroot_;
  std::map<std::string, std::string> counters_;  // by address, as they were last seen
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_LIVE_ERROR_RECOVERY_H_
