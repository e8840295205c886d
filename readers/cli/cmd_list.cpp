// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/output_json.h"
#include "readers/cli/output_text.h"

namespace vmcoredd::cli {

void Run(const ListCommand& command, Console& console) {
  OpenOptions options;
  options.leading_records_only = command.leading;
  const std::vector<Input> inputs = OpenInputs(command.files, options, console);
  if (command.json) {
    console.Print(ListJson(inputs, console.problems()));
    return;
  }
  const bool with_headings = command.files.size() > 1;
  for (const Input& input : inputs) {
    if (with_headings && &input != &inputs.front()) console.Print("\n");
    console.Print(ListText(input, with_headings));
  }
}

}  // namespace vmcoredd::cli
