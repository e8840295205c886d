// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_VERIFY_INPUT_H_
#define READERS_CLI_VERIFY_INPUT_H_

#include "readers/cli/output_json.h"

namespace vmcoredd::cli {

// Reads everything of an input and checks it; what is wrong goes to `console`.
VerifiedFile VerifyInput(Input& input, Console& console);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_VERIFY_INPUT_H_
