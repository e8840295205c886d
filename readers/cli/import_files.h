// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_IMPORT_FILES_H_
#define READERS_CLI_IMPORT_FILES_H_

#include <vector>

#include "readers/cli/commands.h"
#include "readers/cli/output_json.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd::cli {

class Console;

// What `vmcoredd import` does: the archive appears, or an error says why not. What is wrong
// with a file is on `console`.
Result<std::vector<ImportedDump>> ImportFiles(const ImportCommand& command, Console& console);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_IMPORT_FILES_H_
