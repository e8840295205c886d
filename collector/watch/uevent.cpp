// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/uevent.h"

#include <string_view>

namespace vmcoredd::watch {

std::string Uevent::name() const { return path.substr(path.rfind('/') + 1); }

std::optional<Uevent> ParseUevent(std::span<const std::byte> message) {
  std::string_view rest(reinterpret_cast<const char*>(message.data()), message.size());
  Uevent uevent;
  bool has_header = false;
  while (!rest.empty()) {
    const size_t end = rest.find('\0');
    if (end == rest.npos) return std::nullopt;  // cut
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (!has_header) {
      const size_t at = line.find('@');
      if (at == 0 || at == line.npos) return std::nullopt;
      has_header = true;
      continue;
    }
    const size_t equals = line.find('=');
    if (equals == line.npos) continue;
    const std::string_view key = line.substr(0, equals), value = line.substr(equals + 1);
    if (key == "ACTION") uevent.action = value;
    if (key == "DEVPATH") uevent.path = value;
    if (key == "SUBSYSTEM") uevent.subsystem = value;
  }
  if (uevent.action.empty() || uevent.path.empty()) return std::nullopt;
  return uevent;
}

}  // namespace vmcoredd::watch
