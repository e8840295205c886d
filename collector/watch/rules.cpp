// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/rules.h"

#include <fnmatch.h>

#include <algorithm>

namespace vmcoredd::watch {

namespace {

bool MatchesRule(const WatchRule& rule, const WatchEvent& event) {
  return std::find(rule.events.begin(), rule.events.end(), event.kind) != rule.events.end() &&
         MatchesGlob(rule.bus, event.bus) && MatchesGlob(rule.device, event.device) &&
         MatchesGlob(rule.driver, event.driver) && MatchesGlob(rule.reporter, event.reporter) &&
         MatchesGlob(rule.region, event.region);
}

}  // namespace

bool MatchesGlob(const std::string& glob, const std::string& text) {
  return glob == "*" || ::fnmatch(glob.c_str(), text.c_str(), FNM_NOESCAPE) == 0;
}

const WatchRule* FindRule(const std::vector<WatchRule>& rules, const WatchEvent& event) {
  for (const WatchRule& rule : rules) {
    if (MatchesRule(rule, event)) return &rule;
  }
  return nullptr;
}

}  // namespace vmcoredd::watch
