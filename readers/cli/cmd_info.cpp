// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/output_json.h"
#include "readers/cli/output_text.h"

namespace vmcoredd::cli {

void Run(const InfoCommand& command, Console& console) {
  std::vector<Input> inputs = OpenInputs(command.files, {}, console);
  if (command.json) {
    console.Print(InfoJson(inputs, console.problems()));
    return;
  }
  for (Input& input : inputs) {
    if (&input != &inputs.front()) console.Print("\n");
    console.Print(InfoText(input));
  }
}

}  // namespace vmcoredd::cli
