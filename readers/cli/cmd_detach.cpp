// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/output_text.h"
#include "readers/cli/vmcore_change.h"

namespace vmcoredd::cli {

void Run(const DetachCommand& command, Console& console) {
  VmcoreChange change(console, command.vmcore, command.yes);
  const auto result = DetachFromVmcore(command.vmcore, change.options());
  if (!result) {
    console.AddProblem(command.vmcore, result.error());
    return;
  }
  console.Print(PathText(command.vmcore) + ": detached " + Count(result->dumps, "device dump") +
                '\n');
}

}  // namespace vmcoredd::cli
