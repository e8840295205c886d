// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_JSON_ERRORS_H_
#define READERS_CLI_JSON_ERRORS_H_

#include <vector>

#include "readers/cli/console.h"
#include "readers/report/json_stream.h"

namespace vmcoredd::cli {

// "errors" of an object that is open, as every JSON output has them (vmcoredd.1, JSON).
void WriteErrors(JsonStream& json, const std::vector<Problem>& problems);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_JSON_ERRORS_H_
