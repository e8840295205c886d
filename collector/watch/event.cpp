// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/event.h"

#include <array>

namespace vmcoredd::watch {

namespace {

constexpr std::array<std::string_view, kEventKinds> kNames = {
    "health-error", "health-recovered", "recovery-aborted", "hardware-error",
    "snapshot",     "devcoredump",      "device-gone",      "lost",
};

}  // namespace

std::string_view EventKindName(EventKind kind) { return kNames[static_cast<size_t>(kind)]; }

std::optional<EventKind> ParseEventKind(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<EventKind>(i);
  }
  return std::nullopt;
}

std::string WatchEvent::DeviceName() const {
  if (device.empty()) return devcoredump.empty() ? std::string() : "devcoredump/" + devcoredump;
  return bus + '/' + device;
}

std::string WatchEvent::LimitName() const {
  std::string name = DeviceName();
  if (port) name += '/' + std::to_string(*port);
  name += ' ';
  if (kind == EventKind::kSnapshot) return name + "region " + region;
  if (kind == EventKind::kDevcoredump) return name + "devcoredump";
  return name + reporter;
}

}  // namespace vmcoredd::watch
