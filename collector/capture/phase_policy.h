// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_PHASE_POLICY_H_
#define VMCOREDD_COLLECTOR_CAPTURE_PHASE_POLICY_H_

#include <string>

#include "collector/capture/capture_settings.h"
#include "collector/capture/inventory.h"
#include "collector/capture/offer_session.h"

namespace vmcoredd {

// In which phase of a crash kernel a dump is collected: late is safer, because a
// read that a dead device never answers cannot be killed; early is only for what
// cannot wait, or what can do no harm.
Phase PhaseOf(const Device& device, const Offer& offer, const CaptureSettings& settings);

enum class Turn {
  kNow,
  kLater,    // in a phase that comes
  kNever,    // not in this crash: `reason` says what is in the way
  kAlready,  // an earlier phase has it
};
struct Decision {
  Turn turn = Turn::kNow;
  std::string reason;  // of kLater and kNever
};

// Is it this dump's turn in the phase of `settings`?
Decision Decide(const Device& device,
                const Offer& offer,
                const std::string& name,
                const CaptureSettings& settings);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_PHASE_POLICY_H_
