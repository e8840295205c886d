// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_HOLD_H_
#define VMCOREDD_COLLECTOR_CAPTURE_HOLD_H_

#include <string>
#include <vector>

#include "collector/capture/collect_config.h"
#include "collector/capture/inventory.h"
#include "vmcoredd/base/result.h"

// Holding a device: a driver_override that no driver has keeps them all off, so that
// it stays as the crash left it and takes no memory, until the vmcore is safe.

namespace vmcoredd {

inline constexpr char kHeldListName[] = "held";
inline constexpr char kHoldOverride[] = "vmcoredd-hold";

struct HoldDecision {
  const Device* device;
  bool is_held;
  std::string reason;  // why, or why not
};

struct HoldPlan {
  std::string off_reason;               // nothing at all is held; empty if something may be
  std::vector<HoldDecision> decisions;  // one a device, in the inventory's order
};

// Which devices can be kept from their drivers without keeping the vmcore from its
// target. `release`: the kernel that runs. `sysroot` as for ReadInventory: parents
// and consoles are looked up there.
HoldPlan PlanHold(const Inventory& inventory,
                  const CollectConfig& config,
                  const std::string& release,
                  const std::string& sysroot);

struct HoldResult {
  std::vector<std::string> held;  // addresses
  std::vector<std::string> problems;
};

// Writes the overrides, and the list of what is held into `spool_folder`, which is
// made. A device that cannot be held is a problem of its own; fails only when the list
// cannot be written, and then nothing stays held: a late capture would not know.
Result<HoldResult> Hold(const HoldPlan& plan,
                        const std::string& sysroot,
                        const std::string& spool_folder);

// The list that Hold() wrote; empty without one.
std::vector<std::string> ReadHeldList(const std::string& spool_folder);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_HOLD_H_
