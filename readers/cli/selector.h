// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_SELECTOR_H_
#define READERS_CLI_SELECTOR_H_

#include <string>
#include <string_view>
#include <vector>

#include "readers/cli/inputs.h"

namespace vmcoredd::cli {

class Console;

// Does the selector of a command line mean this dump? A selector is an index, a
// name (as it is or escaped), or a glob over either. Digits alone are always an
// index: a dump that is called "7" is meant by "[7]".
bool SelectorMatches(const std::string& selector, const DeviceDump& dump);

// A dump and where it comes from. Borrows both.
struct SelectedDump {
  Input* input;
  const DeviceDump* dump;
};

// The dumps that any of `selectors` means, or all if there are none, in the order
// of the files. A selector without a match, and a file list without any dump, is
// a problem on `console` that says what there is.
std::vector<SelectedDump> SelectDumps(std::vector<Input>& inputs,
                                      const std::vector<std::string>& selectors,
                                      Console& console);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_SELECTOR_H_
