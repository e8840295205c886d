// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_PARSE_DECODE_H_
#define READERS_CLI_PARSE_DECODE_H_

#include <CLI/CLI.hpp>

#include "readers/cli/commands.h"

namespace vmcoredd::cli {

// The options of `vmcoredd decode` and `diff` but FILE and -s, and of `vmcoredd layout`.
void AddDecodeOptions(CLI::App& app, DecodeCommand& command);
void AddDiffOptions(CLI::App& app, DiffCommand& command);
// Of `vmcoredd report`, and of `timeline`, which is a part of it.
void AddReportOptions(CLI::App& app, ReportCommand& command, bool timeline);
void AddRedactOptions(CLI::App& app, RedactCommand& command);
void AddLayoutVerbs(CLI::App& app, LayoutCommand& command);
// Of `vmcoredd layout import`.
void AddLayoutImport(CLI::App& app, LayoutCommand& command);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_PARSE_DECODE_H_
