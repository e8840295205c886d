// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_PLAN_H_
#define VMCOREDD_COLLECTOR_CAPTURE_PLAN_H_

#include <chrono>
#include <string>
#include <vector>

#include "collector/capture/budget.h"
#include "collector/capture/capture_settings.h"
#include "collector/capture/inventory.h"
#include "collector/capture/offer_session.h"
#include "collector/capture/plugin_catalog.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

struct PlannedDump {
  const Device* device;  // of the inventory the plan was made from
  const Plugin* plugin;
  Offer offer;
  std::string name;
};

struct Plan {
  std::vector<PlannedDump> dumps;     // in the order of collection
  std::vector<ManifestSkip> skipped;  // what will not be collected, and why
  std::vector<ManifestSkip> later;    // left for another phase, or for who allows its class
  std::vector<std::string> warnings;  // what plugins said while they were asked
};

// Asks every plugin about every device that may be touched, and orders what they offer:
// higher priority first, then less risk, then the more specific match, then the
// inventory's order. Borrows devices and plugins.
Plan MakePlan(const Inventory& inventory,
              const std::vector<Plugin>& plugins,
              const CaptureSettings& settings,
              const Budget& budget);

// What a plugin process reads on its standard input when it collects.
std::string CollectRequest(const PlannedDump& dump,
                           const CaptureSettings& settings,
                           std::chrono::milliseconds time);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_PLAN_H_
