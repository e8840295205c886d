// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/compare.h"

#include <algorithm>

namespace vmcoredd::watch {

namespace {

constexpr uint8_t kHealthy = 0;

// How far a counter went; one that went back began anew.
uint64_t Advance(uint64_t before, uint64_t after) {
  return after >= before ? after - before : after;
}

WatchEvent EventOf(const std::string& device, const PartName& part) {
  WatchEvent event;
  std::tie(event.bus, event.device) = SplitDevice(device);
  event.port = part.port;
  event.is_late = true;
  return event;
}

class Comparer {
 public:
  Comparer(const WatchState& known, const WatchState& found, const TouchedParts& touched)
      : known_(known), found_(found), touched_(touched) {}

  Comparison Compare() {
    result_.state.boot = found_.boot;
    for (const auto& [name, device] : found_.devices) {
      const auto before = known_.devices.find(name);
      Device(name, before == known_.devices.end() ? nullptr : &before->second, device);
    }
    for (const auto& [name, device] : known_.devices) {
      if (!found_.devices.contains(name)) Missing(name, device);
    }
    if (found_.lacks_devcoredumps) {
      result_.state.devcoredumps = known_.devcoredumps;
      return std::move(result_);
    }
    for (const std::string& name : found_.devcoredumps) {
      result_.state.devcoredumps.insert(name);
      if (known_.devcoredumps.contains(name)) continue;
      WatchEvent event;
      event.kind = EventKind::kDevcoredump;
      event.devcoredump = name;
      event.is_late = true;
      result_.events.push_back(std::move(event));
    }
    return std::move(result_);
  }

 private:
  void Device(const std::string& name, const DeviceState* before, const DeviceState& after) {
    DeviceState& state = result_.state.devices[name];
    if (touched_.devices.contains(name)) {
      if (before) {
        state = *before;
      } else {
        result_.state.devices.erase(name);  // it went meanwhile
      }
      return;
    }
    if (found_.lacks_reporters && before) state.reporters = before->reporters;
    for (const auto& [part, reporter] : after.reporters) {
      const auto old = before ? before->reporters.find(part) : after.reporters.end();
      const bool is_known = before && old != before->reporters.end();
      ReporterState& now = state.reporters[part];
      if (is_known && touched_.reporters.contains({name, part})) {
        now = old->second;
        continue;
      }
      now = reporter;
      if (is_known) now.is_managed = old->second.is_managed;
      WatchEvent base = EventOf(name, part);
      base.reporter = part.name;
      CompareReporter(is_known ? &old->second : nullptr, reporter, base, result_.events);
    }
    if (found_.lacks_regions && before) state.regions = before->regions;
    for (const auto& [part, snapshots] : after.regions)
      Region(name, before, part, snapshots, state);
  }

  void Region(const std::string& name,
              const DeviceState* before,
              const PartName& part,
              const std::set<uint32_t>& snapshots,
              DeviceState& state) {
    std::set<uint32_t> old;
    if (before) {
      if (const auto found = before->regions.find(part); found != before->regions.end()) {
        old = found->second;
      }
    }
    if (touched_.regions.contains({name, part})) {
      state.regions[part] = old;
      return;
    }
    state.regions[part] = snapshots;
    for (const uint32_t snapshot : snapshots) {
      if (old.contains(snapshot)) continue;
      WatchEvent event = EventOf(name, part);
      event.kind = EventKind::kSnapshot;
      event.region = part.name;
      event.snapshot = snapshot;
      result_.events.push_back(std::move(event));
    }
  }

  void Missing(const std::string& name, const DeviceState& device) {
    if ((found_.lacks_reporters && found_.lacks_regions) || touched_.devices.contains(name)) {
      result_.state.devices[name] = device;
      return;
    }
    WatchEvent event = EventOf(name, {});
    event.kind = EventKind::kDeviceGone;
    result_.events.push_back(std::move(event));
  }

  const WatchState& known_;
  const WatchState& found_;
  const TouchedParts& touched_;
  Comparison result_;
};

}  // namespace

void CompareReporter(const ReporterState* before,
                     const ReporterState& after,
                     const WatchEvent& base,
                     std::vector<WatchEvent>& events) {
  const ReporterState none;
  const ReporterState& old = before ? *before : none;
  WatchEvent event = base;
  event.dump_time = old.dump_time;
  const uint64_t errors = Advance(old.errors, after.errors);
  // A driver can set the state without a report (devlink_health_reporter_state_update()).
  const bool turned_bad = old.state == kHealthy && after.state != kHealthy;
  if (errors != 0 || turned_bad) {
    event.kind = EventKind::kHealthError;
    event.count = std::max<uint64_t>(errors, 1);
    events.push_back(event);
  }
  const uint64_t recoveries = Advance(old.recoveries, after.recoveries);
  const bool turned_good = old.state != kHealthy && after.state == kHealthy;
  if (recoveries != 0 || turned_good) {
    event.kind = EventKind::kHealthRecovered;
    event.count = std::max<uint64_t>(recoveries, 1);
    events.push_back(event);
  }
}

Comparison CompareStates(const WatchState& known,
                         const WatchState& found,
                         const TouchedParts& touched) {
  if (known.boot != found.boot) return Comparer(WatchState(), found, touched).Compare();
  return Comparer(known, found, touched).Compare();
}

std::pair<std::string, std::string> SplitDevice(const std::string& name) {
  const size_t slash = name.find('/');
  if (slash == name.npos) return {std::string(), name};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

}  // namespace vmcoredd::watch
