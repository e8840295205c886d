// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_COMMAND_LINE_H_
#define VMCOREDD_COLLECTOR_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "collector/capture/plan.h"
#include "collector/save/save.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

enum class Command { kCapture, kSave, kPlan, kPlugins, kHelp, kVersion };

// What the user asked for.
struct CommandLine {
  Command command = Command::kHelp;
  std::string spool = "/run/vmcoredd";
  CaptureSettings capture;
  SaveSettings save;
  std::vector<std::string> plugin_paths;
  bool is_verbose = false;
};

// kInvalidArgument with a message for the user when it makes no sense.
Result<CommandLine> ParseCommandLine(int argc, char** argv);

// The text of --help.
extern const char kUsage[];

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_COMMAND_LINE_H_
