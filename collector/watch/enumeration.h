// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_ENUMERATION_H_
#define VMCOREDD_COLLECTOR_WATCH_ENUMERATION_H_

#include <string>
#include <string_view>
#include <vector>

#include "collector/setup/sysroot.h"
#include "collector/watch/watch_state.h"
#include "readers/devlink/devlink_client.h"
#include "readers/devlink/devlink_dumps.h"

namespace vmcoredd::watch {

// What everything has come to. `problems`: what could not be asked, printable; the state
// says so, too.
struct Enumeration {
  WatchState state;
  std::vector<std::string> problems;
};

// Asks now, and may wait for a driver: for a child.
Enumeration Enumerate(const devlink::ChannelOpener& open, const Sysroot& root);

// What the child says of it, and what that means.
std::string EnumerationText(const Enumeration& enumeration);
Result<Enumeration> ParseEnumeration(std::string_view text);

// A client of its own, in whatever process asks.
Result<devlink::DevlinkClient> OpenClient(const devlink::ChannelOpener& open);

// A reporter as the state has it.
ReporterState StateOf(const devlink::Reporter& reporter);
// "pci/0000:00:05.0"
std::string DeviceOf(const devlink::Handle& handle);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_ENUMERATION_H_
