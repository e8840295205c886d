// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/phase_policy.h"

#include <algorithm>

namespace vmcoredd {

namespace {

bool Contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

Phase PhaseOf(const Device& device, const Offer& offer, const CaptureSettings& settings) {
  if ((offer.flags & VMCOREDD_DUMP_CONFIG_ONLY) != 0) return Phase::kEarly;
  const bool wants_early = (offer.flags & VMCOREDD_DUMP_EARLY) != 0;
  // Nothing resets a held device: it can wait. VFIO needs a driver, and so modules.
  const bool can_wait =
      Contains(settings.held, device.address) || Contains(settings.vfio, device.address);
  return wants_early && settings.early_bar && !can_wait ? Phase::kEarly : Phase::kLate;
}

Decision Decide(const Device& device,
                const Offer& offer,
                const std::string& name,
                const CaptureSettings& settings) {
  if (settings.phase == Phase::kAll) return {};
  if (Contains(settings.taken, name)) return {Turn::kAlready, {}};
  const bool is_early_dump = PhaseOf(device, offer, settings) == Phase::kEarly;
  if (settings.phase == Phase::kEarly && !is_early_dump) {
    return {Turn::kLater, "left for the late phase: the vmcore is not safe yet"};
  }
  const bool reads_config_only = (offer.flags & VMCOREDD_DUMP_CONFIG_ONLY) != 0;
  if (device.driver.empty() || Contains(settings.vfio, device.address)) return {};
  if (settings.phase == Phase::kEarly && reads_config_only) return {};
  return {Turn::kNever, "the driver " + device.driver +
                            " has got hold of the device: its state is not that of the crash"};
}

}  // namespace vmcoredd
