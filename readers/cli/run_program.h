// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_RUN_PROGRAM_H_
#define READERS_CLI_RUN_PROGRAM_H_

#include <string>
#include <vector>

#include "vmcoredd/base/result.h"

namespace vmcoredd::cli {

// Runs a program of the PATH, without a shell and with `input` on standard input, and
// gives the first of what it writes to standard output. An error if it cannot be run,
// or does not end with 0; its standard error is ours.
Result<std::string> RunProgram(const std::vector<std::string>& arguments, const std::string& input);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_RUN_PROGRAM_H_
