// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_LIVE_DEVCOREDUMP_H_
#define VMCOREDD_COLLECTOR_LIVE_DEVCOREDUMP_H_

#include <string>
#include <vector>

#include "collector/live/live_capture.h"

namespace vmcoredd {

// A device coredump that waits to be read (drivers/base/devcoredump.c): it is gone after
// five minutes, or when somebody writes to its data file. Reading it changes nothing.
struct Devcoredump {
  std::string name;       // "devcd3"
  std::string data_path;  // of the data file
  LiveDump dump;          // content "devcoredump"
};

// Those that are there. `sysroot` is empty for this machine.
std::vector<Devcoredump> FindDevcoredumps(const std::string& sysroot);

// Tells the kernel that it is saved, which frees it.
Result<void> ReleaseDevcoredump(const Devcoredump& devcoredump);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_LIVE_DEVCOREDUMP_H_
