// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_WATCH_CONF_H_
#define VMCOREDD_COLLECTOR_SETUP_WATCH_CONF_H_

#include <string>

#include "collector/setup/config.h"

namespace vmcoredd {

// [watch] as the flat text that vmcoredd-watch reads, which has no parser for TOML
// (collector/watch/watch_config.h): the rules, each complete, and a last one for what none
// of them matches.
std::string WatchText(const Config& config);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_WATCH_CONF_H_
