// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/plan.h"

#include <algorithm>
#include <utility>

#include "collector/capture/child_process.h"
#include "collector/capture/flat_text.h"
#include "collector/capture/frame_decoder.h"
#include "collector/capture/phase_policy.h"
#include "driver-plugins/abi/runner/frames.h"
#include "vmcoredd/format/dump_name.h"

namespace vmcoredd {

namespace {

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// `dump_class`: the riskiest that the plugin may do for it.
std::string Request(const Device& device,
                    const CaptureSettings& settings,
                    std::string_view mode,
                    vmcoredd_dump_class dump_class) {
  std::string text;
  AppendFlatLine(text, "protocol", uint64_t{VMCOREDD_FRAMES_PROTOCOL});
  AppendFlatLine(text, "mode", mode);
  AppendFlatLine(text, "sysroot", settings.sysroot);
  AppendFlatLine(text, "crash_kernel", uint64_t{settings.is_crash_kernel});
  // The same in both modes, so that a plugin offers the same dumps again.
  AppendFlatLine(text, "quota", settings.quota());
  AppendFlatLine(text, "deadline_ms", static_cast<uint64_t>(settings.budget.process.count()));
  AppendFlatLine(text, "phase", PhaseName(settings.phase));
  AppendFlatLine(text, "class", static_cast<uint64_t>(dump_class));
  if (Contains(settings.vfio, device.address)) AppendFlatLine(text, "vfio", uint64_t{1});
  AppendFlatLine(text, "bus", device.bus);
  AppendFlatLine(text, "address", device.address);
  if (!device.driver.empty()) AppendFlatLine(text, "driver", device.driver);
  AppendFlatLine(text, "vendor_id", uint64_t{device.vendor_id});
  AppendFlatLine(text, "device_id", uint64_t{device.device_id});
  AppendFlatLine(text, "subsystem_vendor_id", uint64_t{device.subsystem_vendor_id});
  AppendFlatLine(text, "subsystem_device_id", uint64_t{device.subsystem_device_id});
  AppendFlatLine(text, "class_code", uint64_t{device.class_code});
  AppendFlatLine(text, "revision", uint64_t{device.revision});
  AppendFlatLine(text, "config_size", uint64_t{device.config_size});
  for (const auto& [key, value] : settings.options) {
    AppendFlatLine(text, "option." + key, value);
  }
  return text;
}

// One plugin, one device.
void AskPlugin(const Device& device,
               const Plugin& plugin,
               const CaptureSettings& settings,
               Plan& plan) {
  OfferSession session(plugin.name, settings.quota());
  FrameDecoder decoder(session);
  const auto end =
      RunPluginProcess(plugin, "collect", OfferRequest(device, settings), settings.budget.process,
                       [&](std::span<const std::byte> bytes) { return decoder.Feed(bytes); });
  const std::string main_name = MakeDumpName(plugin.name, device.address);
  if (!end) {
    plan.skipped.push_back({main_name, plugin.name, Outcome::kFailed, end.error().ToString()});
    return;
  }
  const auto skip = [&](std::string name, std::string reason) {
    const bool is_late =
        end->kind == ChildEnd::Kind::kTimedOut || end->kind == ChildEnd::Kind::kStuck;
    plan.skipped.push_back({std::move(name), plugin.name,
                            is_late ? Outcome::kTimedOut : Outcome::kSkipped, std::move(reason)});
  };
  if (std::string problem = session.Problem(*end); !problem.empty()) {
    skip(main_name, std::move(problem));
    return;
  }
  for (const std::string& line : session.logs()) {
    plan.warnings.push_back(main_name + ": ");
    plan.warnings.back() += line;
  }
  for (const Offer& offer : session.offers()) {
    std::string name = MakeDumpName(plugin.name, device.address, offer.what);
    if (auto checked = CheckDumpName(name); !checked) {
      skip(main_name, checked.error().ToString());
    } else if (offer.dump_class > settings.max_class) {
      skip(std::move(name),
           "its class, " + std::string(DumpClassName(offer.dump_class)) + ", is not allowed here");
    } else {
      Decision decision = Decide(device, offer, name, settings);
      switch (decision.turn) {
        case Turn::kNow: plan.dumps.push_back({&device, &plugin, offer, std::move(name)}); break;
        case Turn::kNever: skip(std::move(name), std::move(decision.reason)); break;
        case Turn::kLater:
          plan.later.push_back(
              {std::move(name), plugin.name, Outcome::kSkipped, std::move(decision.reason)});
          break;
        case Turn::kAlready: break;
      }
    }
  }
}

}  // namespace

std::string OfferRequest(const Device& device, const CaptureSettings& settings) {
  return Request(device, settings, "offer", settings.max_class);
}

std::string CollectRequest(const PlannedDump& dump, const CaptureSettings& settings) {
  std::string text = Request(*dump.device, settings, "collect", dump.offer.dump_class);
  AppendFlatLine(text, "dump_flags", uint64_t{dump.offer.flags});
  AppendFlatLine(text, "dump", uint64_t{dump.offer.index});
  return text;
}

Plan MakePlan(const Inventory& inventory,
              const std::vector<Plugin>& plugins,
              const CaptureSettings& settings) {
  Plan plan;
  for (const Device& device : inventory.devices) {
    if (Contains(settings.skip, device.address)) {
      plan.skipped.push_back({MakeDumpName("device", device.address),
                              {},
                              Outcome::kSkipped,
                              "the configuration says not to touch it"});
      continue;
    }
    for (const Plugin& plugin : plugins) {
      AskPlugin(device, plugin, settings, plan);
    }
  }
  std::stable_sort(plan.dumps.begin(), plan.dumps.end(),
                   [](const PlannedDump& a, const PlannedDump& b) {
                     if (a.offer.priority != b.offer.priority) {
                       return a.offer.priority > b.offer.priority;
                     }
                     if (a.offer.dump_class != b.offer.dump_class) {
                       return a.offer.dump_class < b.offer.dump_class;
                     }
                     return a.offer.score > b.offer.score;
                   });
  return plan;
}

}  // namespace vmcoredd
