// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/config.h"
#include "collector/setup/watch_conf.h"
#include "collector/watch/rules.h"
#include "collector/watch/watch_config.h"
#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;
using namespace vmcoredd::watch;

// The same bytes as the flat text, and as the file that it is compiled of.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto config = ParseWatchConfig(text); !config) {
    fuzz::RequirePrintable(config.error());
  } else {
    WatchEvent event;
    event.kind = EventKind::kHealthError;
    event.device = "0000:00:05.0";
    static_cast<void>(FindRule(config->rules, event));
  }
  const ParsedConfig parsed = ParseConfig(text);
  if (!parsed.problems.empty()) return 0;
  const auto compiled = ParseWatchConfig(WatchText(parsed.config));
  fuzz::Require(compiled.has_value(), "vmcoredd-watch takes what the configuration allows");
  fuzz::Require(compiled->rules.size() == parsed.config.watch.rules.size() + 1,
                "every rule, and the last one");
  return 0;
}
