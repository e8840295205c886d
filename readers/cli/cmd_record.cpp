// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctime>

#include "collector/setup/crash_guard.h"
#include "collector/setup/identity.h"
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/setup_inputs.h"

namespace vmcoredd::cli {

namespace {

// The order counts: the marker of the last boot is looked at before that of this one
// replaces it.
void GuardAndArm(const RecordCommand& command, const Sysroot& root, Console& console) {
  // A configuration with mistakes must not keep the guard from its work.
  Config config;
  if (auto read = ReadConfig(command.config, root, console)) config = std::move(*read);
  const LastBoot last = JudgeLastBoot(root, config.guard);
  if (last.tripped) {
    const auto disabled = DisableEarly(root, last.reason);
    if (!disabled) return console.AddProblem(root.Host(kArmedPath), disabled.error());
    console.Note("early capture is disabled: " + last.reason +
                 "; vmcoredd doctor --acknowledge enables it again");
  }
  const auto armed = Arm(root, std::time(nullptr));
  if (!armed) console.AddProblem(root.Host(kArmedPath), armed.error());
}

}  // namespace

void Run(const RecordCommand& command, Console& console) {
  const Sysroot root(command.sysroot);
  if (command.disarm) {
    const auto disarmed = Disarm(root);
    if (!disarmed) console.AddProblem(root.Host(kArmedPath), disarmed.error());
    return;
  }
  if (!command.output.empty()) {
    const std::string text = IdentityText(root, CollectIdentity(root), std::time(nullptr));
    if (command.output == "-") return console.Print(text);
    const auto written = ReplaceFile(command.output, text);
    if (!written) console.AddProblem(command.output, written.error());
    return;
  }
  const auto recorded = RecordIdentity(root, std::time(nullptr));
  if (!recorded) console.AddProblem(root.Host(kIdentityPath), recorded.error());
  GuardAndArm(command, root, console);
}

}  // namespace vmcoredd::cli
