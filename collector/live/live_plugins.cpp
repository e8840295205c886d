// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/live_plugins.h"

#include <algorithm>

#include "collector/live/plugin_plan.h"

namespace vmcoredd {

namespace {

constexpr std::chrono::milliseconds kPluginSilence{5000};

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::vector<Plugin> FindPlugins(const PluginRequest& request,
                                std::chrono::milliseconds time,
                                std::vector<std::string>& problems) {
  auto builtin = BuiltinPlugins();
  if (!builtin) {
    problems.push_back(builtin.error().ToString());
    return {};
  }
  for (const std::string& path : request.paths) {
    auto plugin = DescribeExecutable(path, time);
    if (!plugin) {
      problems.push_back(plugin.error().ToString());
      continue;
    }
    const bool is_known = std::any_of(builtin->begin(), builtin->end(), [&](const Plugin& other) {
      return other.name == plugin->name;
    });
    if (is_known) {
      problems.push_back("there is another plugin named " + plugin->name);
    } else {
      builtin->push_back(*std::move(plugin));
    }
  }
  return *std::move(builtin);
}

}  // namespace

Result<std::unique_ptr<PluginPlan>> PlanPlugins(const PluginRequest& request,
                                                CaptureSettings settings,
                                                const RefusedDevice& refused) {
  auto plan = std::make_unique<PluginPlan>();
  settings.max_class = request.max_class;
  settings.options = request.options;
  settings.skip = request.skip;
  // Registers are read in milliseconds: one that hangs need not hold up the others for long.
  settings.budget.process = std::min(settings.budget.process, kPluginSilence);
  plan->settings = std::move(settings);
  plan->inventory = VMCOREDD_TRY(ReadInventory(plan->settings.sysroot));
  plan->problems = plan->inventory.warnings;
  plan->plugins = FindPlugins(request, plan->settings.budget.process, plan->problems);
  auto& devices = plan->inventory.devices;
  std::erase_if(devices, [&](const Device& device) {
    return !request.addresses.empty() && !Contains(request.addresses, device.address);
  });
  // Asking touches a device, too.
  std::erase_if(devices, [&](const Device& device) { return refused(device); });
  const Budget budget(plan->settings);
  plan->plan = MakePlan(plan->inventory, plan->plugins, plan->settings, budget);
  return plan;
}

std::vector<PluginDump> ListPluginDumps(const PluginRequest& request, const std::string& sysroot) {
  CaptureSettings settings;
  settings.sysroot = sysroot;
  settings.budget.spool_bytes = kLargestSpoolBytes;
  std::vector<PluginDump> dumps;
  const auto planned =
      PlanPlugins(request, std::move(settings), [](const Device&) { return false; });
  if (!planned) return dumps;
  const Plan& plan = (*planned)->plan;
  for (const PlannedDump& dump : plan.dumps) {
    dumps.push_back({dump.name,
                     dump.plugin->name,
                     dump.offer.size,
                     dump.offer.dump_class,
                     dump.device->address,
                     {}});
  }
  for (const auto* skips : {&plan.skipped, &plan.later}) {
    for (const ManifestSkip& skip : *skips) {
      dumps.push_back({skip.name, skip.source, 0, VMCOREDD_DUMP_PASSIVE, {}, skip.reason});
    }
  }
  return dumps;
}

}  // namespace vmcoredd
