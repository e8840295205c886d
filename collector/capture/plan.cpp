// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/plan.h"

#include <algorithm>
#include <utility>

#include "collector/capture/ask_plugins.h"
#include "collector/capture/flat_text.h"
#include "collector/capture/phase_policy.h"
#include "collector/capture/request.h"
#include "vmcoredd/format/dump_name.h"

namespace vmcoredd {

namespace {

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Puts what was offered where it belongs.
void Sort(const Answer& answer, const CaptureSettings& settings, Plan& plan) {
  const std::string main_name = MakeDumpName(answer.plugin->name, answer.device->address);
  const auto skip = [&](std::string name, std::string reason) {
    plan.skipped.push_back(
        {std::move(name), answer.plugin->name, Outcome::kSkipped, std::move(reason)});
  };
  if (!answer.problem.empty()) {
    plan.skipped.push_back({main_name, answer.plugin->name, answer.outcome, answer.problem});
    return;
  }
  for (const std::string& line : answer.logs) {
    plan.warnings.push_back(main_name + ": ");
    plan.warnings.back() += line;
  }
  for (const Offer& offer : answer.offers) {
    std::string name = MakeDumpName(answer.plugin->name, answer.device->address, offer.what);
    if (auto checked = CheckDumpName(name); !checked) {
      skip(main_name, checked.error().ToString());
    } else if (offer.dump_class > settings.max_class) {
      // What the user did not ask for is no fault of this run.
      plan.later.push_back(
          {std::move(name), answer.plugin->name, Outcome::kSkipped,
           "its class, " + std::string(DumpClassName(offer.dump_class)) + ", is not allowed here"});
    } else {
      Decision decision = Decide(*answer.device, offer, name, settings);
      switch (decision.turn) {
        case Turn::kNow:
          plan.dumps.push_back({answer.device, answer.plugin, offer, std::move(name)});
          break;
        case Turn::kNever: skip(std::move(name), std::move(decision.reason)); break;
        case Turn::kLater:
          plan.later.push_back({std::move(name), answer.plugin->name, Outcome::kSkipped,
                                std::move(decision.reason)});
          break;
        case Turn::kAlready: break;
      }
    }
  }
}

}  // namespace

std::string CollectRequest(const PlannedDump& dump,
                           const CaptureSettings& settings,
                           std::chrono::milliseconds time) {
  std::string text = MakeRequest(*dump.device, settings, "collect", dump.offer.dump_class, time);
  AppendFlatLine(text, "dump_flags", uint64_t{dump.offer.flags});
  AppendFlatLine(text, "dump", uint64_t{dump.offer.index});
  return text;
}

Plan MakePlan(const Inventory& inventory,
              const std::vector<Plugin>& plugins,
              const CaptureSettings& settings,
              const Budget& budget) {
  Plan plan;
  std::vector<const Device*> devices;
  for (const Device& device : inventory.devices) {
    if (!Contains(settings.skip, device.address)) {
      devices.push_back(&device);
      continue;
    }
    plan.skipped.push_back({MakeDumpName("device", device.address),
                            {},
                            Outcome::kSkipped,
                            "the configuration says not to touch it"});
  }
  AskPlugins(devices, plugins, settings, budget,
             [&](const Answer& answer) { Sort(answer, settings, plan); });
  std::stable_sort(plan.dumps.begin(), plan.dumps.end(),
                   [](const PlannedDump& a, const PlannedDump& b) {
                     if (a.offer.priority != b.offer.priority) {
                       return a.offer.priority > b.offer.priority;
                     }
                     if (a.offer.dump_class != b.offer.dump_class) {
                       return a.offer.dump_class < b.offer.dump_class;
                     }
                     if (a.offer.score != b.offer.score) return a.offer.score > b.offer.score;
                     return a.device->address < b.device->address;
                   });
  return plan;
}

}  // namespace vmcoredd
