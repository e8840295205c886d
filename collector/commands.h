// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_COMMANDS_H_
#define VMCOREDD_COLLECTOR_COMMANDS_H_

#include <string>
#include <vector>

#include "collector/capture/capture_settings.h"
#include "collector/capture/collect_config.h"
#include "collector/capture/plugin_catalog.h"
#include "collector/command_line.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// One function a command, each in a file of its own (cmd_NAME.cpp). They print, and
// return the exit code.
int RunCapture(const CommandLine& line);
int RunFilter(const CommandLine& line);
int RunHold(const CommandLine& line);
int RunSave(const CommandLine& line);
int RunPlan(const CommandLine& line);
int RunPlugins(const CommandLine& line);

// What capture and plan start from: configuration and command line together.
struct Preparation {
  CollectConfig config;
  CaptureSettings settings;
  std::vector<Plugin> plugins;
  std::vector<std::string> problems;  // of the configuration and of plugins; told already
};
// An executable that cannot be used is no reason not to use the others.
Result<Preparation> Prepare(const CommandLine& line);

// plan --rehearse.
int RunRehearsal(const Preparation& preparation);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_COMMANDS_H_
