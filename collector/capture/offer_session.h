// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_OFFER_SESSION_H_
#define VMCOREDD_COLLECTOR_CAPTURE_OFFER_SESSION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/capture/plugin_session.h"
#include "driver-plugins/abi/vmcoredd_plugin.h"

namespace vmcoredd {

// A dump that a plugin could collect from a device.
struct Offer {
  uint32_t index = 0;  // in the plugin's order
  std::string what;    // end of the dump's name; empty: the main dump
  uint64_t size = 0;   // bytes; 0: unknown
  vmcoredd_dump_class dump_class = VMCOREDD_DUMP_PASSIVE;
  int32_t priority = 0;  // higher is earlier
  uint64_t score = 0;    // of the match
  uint32_t flags = 0;    // VMCOREDD_DUMP_*: when it may be collected
};

// "passive", "side-effect" or "intrusive".
std::string_view DumpClassName(vmcoredd_dump_class dump_class);
// The other way.
std::optional<vmcoredd_dump_class> ParseDumpClass(std::string_view name);

// Receives the answer to "what do you offer for this device?".
class OfferSession final : public PluginSession {
 public:
  // `quota`: the largest size, in bytes, that was allowed.
  OfferSession(std::string plugin_name, uint64_t quota)
      : PluginSession(std::move(plugin_name)), quota_(quota) {}

  // Complete only when ended() without error().
  const std::vector<Offer>& offers() const { return offers_; }

 private:
  Result<void> OnBodyFrame(const Frame& frame) override;
  Result<void> CheckOffer(const Offer& offer) const;

  uint64_t quota_;
  std::vector<Offer> offers_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_OFFER_SESSION_H_
