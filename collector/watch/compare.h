// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_WATCH_COMPARE_H_
#define VMCOREDD_COLLECTOR_WATCH_COMPARE_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/watch/event.h"
#include "collector/watch/watch_state.h"

namespace vmcoredd::watch {

// What happened to a reporter between two states of it, in the order in which the kernel
// does it: errors, then recoveries. `before` is nullptr for one that was not known. A
// counter that went back began anew. `base` says which reporter; counts, kind and the time
// of the dump before are filled in.
void CompareReporter(const ReporterState* before,
                     const ReporterState& after,
                     const WatchEvent& base,
                     std::vector<WatchEvent>& events);

// A reporter or a region of a device: what notifications have told of meanwhile.
struct TouchedParts {
  std::set<std::pair<std::string, PartName>> reporters, regions;  // by device
  std::set<std::string> devices;                                  // that came or went
  bool empty() const { return reporters.empty() && regions.empty() && devices.empty(); }
};

struct Comparison {
  std::vector<WatchEvent> events;  // all late, without times
  WatchState state;                // what is known now
};
// `found` is what an enumeration says, `known` what we know. What was told of while it ran
// (`touched`) is newer than what it found, and stays; what it could not ask stays, too.
// Another boot: everything is new.
Comparison CompareStates(const WatchState& known,
                         const WatchState& found,
                         const TouchedParts& touched);

// "pci/0000:00:05.0" -> its halves.
std::pair<std::string, std::string> SplitDevice(const std::string& name);

}  // namespace vmcoredd::watch

#endif  // VMCOREDD_COLLECTOR_WATCH_COMPARE_H_
