// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_FRAGMENT_H_
#define READERS_CLI_FRAGMENT_H_

#include <string>
#include <vector>

#include "readers/cli/inputs.h"

namespace vmcoredd::cli {

class Console;

// The manifest fragment for dumps that come from `inputs` together: it says only
// what all of them agree on (machine, crash), keeps what was skipped and warned
// of, and has a capture_id of its own. `dumps` stays empty: writers fill it in.
ManifestFragment MakeFragment(std::string kind, std::vector<Input>& inputs, Console& console);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_FRAGMENT_H_
