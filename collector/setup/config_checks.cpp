// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/config_checks.h"

#include <algorithm>

#include "collector/capture/flat_text.h"
#include "collector/capture/inventory.h"

namespace vmcoredd {

namespace {

// Values go into lines of the flat text.
constexpr size_t kMaxValue = 1024;
constexpr size_t kMaxName = 24;

}  // namespace

bool IsAnything(std::string_view text) {
  return !text.empty() && text.size() <= kMaxValue &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
}

bool IsAbsolutePath(std::string_view text) { return text.starts_with('/') && IsAnything(text); }

bool IsRiskClass(std::string_view text) {
  return text == "passive" || text == "side-effect" || text == "intrusive";
}

bool IsTrip(std::string_view text) { return text == "panic" || text == "unclean" || text == "off"; }

bool IsPathOrNothing(std::string_view text) { return text.empty() || IsAbsolutePath(text); }

bool IsWatchEvent(std::string_view text) {
  return text == "health-error" || text == "health-recovered" || text == "recovery-aborted" ||
         text == "hardware-error" || text == "snapshot" || text == "devcoredump" ||
         text == "device-gone" || text == "lost";
}

bool IsWatchCapture(std::string_view text) {
  return text == "dump" || text == "diagnose" || text == "snapshots" || text == "devcoredump" ||
         text == "plugins";
}

bool IsRecoverMethod(std::string_view text) { return text == "rescan" || text == "rebind"; }

bool IsGroupOrNothing(std::string_view text) { return text.empty() || IsAnything(text); }

bool IsGenericDevice(std::string_view text) {
  const bool is_ids = text.size() == 9 && text[4] == ':' &&
                      text.find_first_not_of("0123456789abcdefABCDEF:") == text.npos &&
                      text.find(':', 5) == text.npos;
  return is_ids || IsPciAddress(text);
}

bool IsGenericRange(std::string_view text) {
  int fields = 0;
  for (bool more = true; more; ++fields) {
    const size_t comma = text.find(',');
    if (!ParseNumber(text.substr(0, comma))) return false;
    more = comma != text.npos;
    if (more) text.remove_prefix(comma + 1);
  }
  return fields == 2 || fields == 3;
}

bool IsGenericName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.+") == text.npos;
}

}  // namespace vmcoredd
