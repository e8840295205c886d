// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>

#include "collector/live/baseline.h"
#include "collector/setup/collect_conf.h"
#include "collector/setup/doctor.h"
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/live_sources.h"
#include "readers/cli/newest_baseline.h"
#include "readers/cli/output_json.h"
#include "readers/cli/setup_inputs.h"
#include "readers/cli/version.h"

namespace vmcoredd::cli {

namespace {

std::string ChecksText(const std::vector<Check>& checks) {
  size_t width = 0;
  for (const Check& check : checks) width = std::max(width, check.name.size());
  std::string text;
  for (const Check& check : checks) {
    text += fmt::format("{:<7}  {:<{}}  {}", CheckStatusName(check.status), check.name, width,
                        check.text);
    if (!check.advice.empty()) text += ": " + check.advice;
    text += '\n';
  }
  return text;
}

// With what devlink alone knows of them: versions of firmware.
std::vector<Properties> DevicesOf(const DoctorCommand& command,
                                  [[maybe_unused]] const Config& config,
                                  [[maybe_unused]] Console& console) {
#ifdef VMCOREDD_WITH_DEVLINK
  LiveSelection selection;
  selection.sysroot = command.sysroot;
  selection.regions = selection.health = selection.devcoredumps = selection.plugins = false;
  if (auto sources = FindLiveSources(selection, config, console)) {
    return std::move(sources->devices);
  }
#endif
  return MachineDevices(Sysroot(command.sysroot));
}

}  // namespace

void Run(const DoctorCommand& command, Console& console) {
  const Sysroot root(command.sysroot);
  if (command.acknowledge) {
    const auto removed = root.Remove(kEarlyDisabledPath);
    if (!removed) {
      console.AddProblem(root.Host(kEarlyDisabledPath), removed.error());
    } else {
      console.Note(*removed ? "early capture is enabled, from the next image on: vmcoredd prepare"
                            : "there is nothing to acknowledge");
    }
  }
  ConfigFile file = ReadConfigFile(command.config, root);
  if (file.error) console.AddUnusable(file.path, *file.error);
  DoctorInput input;
  if (file.parsed.problems.empty()) input.config = std::move(file.parsed.config);
  input.problems = std::move(file.parsed.problems);
  input.config_file = file.path;
  input.version = VersionNumber();
  std::vector<Check> checks = Diagnose(root, input);
  checks.push_back(CheckBaseline(root, DevicesOf(command, input.config, console)));
  console.Print(command.json ? DoctorJson(checks, console.problems()) : ChecksText(checks));
  const bool is_bad = std::any_of(checks.begin(), checks.end(), [](const Check& check) {
    return check.status == CheckStatus::kBad;
  });
  if (is_bad) console.RaiseProblem();
}

}  // namespace vmcoredd::cli
