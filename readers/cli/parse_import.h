// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_PARSE_IMPORT_H_
#define READERS_CLI_PARSE_IMPORT_H_

namespace CLI {
class App;
}

namespace vmcoredd::cli {

struct ImportCommand;

// The grammar of `vmcoredd import`, for parse.cpp.
void AddImportOptions(CLI::App& app, ImportCommand& import);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_PARSE_IMPORT_H_
