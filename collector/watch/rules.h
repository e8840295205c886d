// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_RULES_H_
#define VMCOREDD_COLLECTOR_WATCH_RULES_H_

#include <string>
#include <vector>

#include "collector/watch/event.h"
#include "collector/watch/watch_config.h"

namespace vmcoredd::watch {

// Shell globs, * ? [a-z], over raw bytes; a backslash is itself.
bool MatchesGlob(const std::string& glob, const std::string& text);

// The first rule for this event; nullptr: nothing but telling it is asked for. A glob for
// something that the event does not have (the region of a health error) matches when it is
// "*" only.
const WatchRule* FindRule(const std::vector<WatchRule>& rules, const WatchEvent& event);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_RULES_H_
