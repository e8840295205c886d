// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/collect_config.h"

#include <string>

#include "collector/capture/hold.h"
#include "collector/capture/inventory.h"
#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = ParseCollectConfig(text);
  if (!config) {
    fuzz::RequirePrintable(config.error());
    return 0;
  }
  for (const std::string& warning : config->warnings) {
    fuzz::RequirePrintable(Error(ErrorCode::kCorrupt, warning));
  }
  // What goes into a request is one line of it.
  for (const auto& [key, value] : config->options) {
    fuzz::Require((key + value).find('\n') == std::string::npos, "an option is one line");
  }
  for (const auto* list : {&config->skip, &config->vfio, &config->hold_also, &config->hold_never}) {
    for (const std::string& address : *list) {
      fuzz::Require(IsPciAddress(address), "addresses are addresses");
    }
  }
  for (const std::string& folder : config->fallback) {
    const bool is_path = folder.starts_with('/') && folder.find('\0') == std::string::npos;
    fuzz::Require(is_path, "folders are paths");
  }
  for (const PathDevice& path : config->path) {
    fuzz::Require(IsPciAddress(path.address), "the path is made of addresses");
  }
  for (const Phase phase : {Phase::kAll, Phase::kEarly, Phase::kLate}) {
    fuzz::Require(SettingsFor(*config, phase).quota() > 0, "there is room for something");
  }
  // No machine without devices has a path.
  const HoldPlan plan = PlanHold({}, *config, config->release, "/nonexistent");
  fuzz::Require(!plan.off_reason.empty(), "nothing is held without a path that is there");
  return 0;
}
