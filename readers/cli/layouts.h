// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_LAYOUTS_H_
#define READERS_CLI_LAYOUTS_H_

#include <string>
#include <vector>

#include "readers/cli/commands.h"
#include "readers/decode/layout_set.h"

namespace vmcoredd::cli {

class Console;

// Where layouts are, later ones first in rank: those that came with the program (beside it, so
// that a build tree and a copied one have theirs), /etc/vmcoredd/layouts, the user's own, and
// what the command line names.
std::vector<std::string> LayoutDirectories(const LayoutSelection& selection);

// Loads them. A mistake in a layout, and a directory of the command line that is not there,
// is a problem on `console`: the layout is then not used.
LayoutSet LoadLayouts(const LayoutSelection& selection, Console& console);

// "FILE:LINE:COLUMN: what is wrong", or without a place: the file cannot be read.
void AddLayoutProblem(const LayoutProblem& problem, Console& console);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_LAYOUTS_H_
