// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_LIVE_PLUGIN_PLAN_H_
#define VMCOREDD_COLLECTOR_LIVE_PLUGIN_PLAN_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collector/capture/plan.h"
#include "collector/live/live_plugins.h"

namespace vmcoredd {

// A plan with everything that it borrows.
struct PluginPlan {
  CaptureSettings settings;
  Inventory inventory;
  std::vector<Plugin> plugins;
  Plan plan;
  std::vector<std::string> problems;  // what could not be used
};

// Says of a device that it must not even be asked about; it has told why.
using RefusedDevice = std::function<bool(const Device&)>;
// `settings`: budget, sysroot; what is allowed is the request's. kIo without PCI.
Result<std::unique_ptr<PluginPlan>> PlanPlugins(const PluginRequest& request,
                                                CaptureSettings settings,
                                                const RefusedDevice& refused);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_LIVE_PLUGIN_PLAN_H_
