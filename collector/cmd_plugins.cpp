// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>

#include "collector/commands.h"
#include "collector/console.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

int RunPlugins(const CommandLine& line) {
  const auto preparation = Prepare(line);
  if (!preparation) return ExitWith(preparation.error());
  for (const Plugin& plugin : preparation->plugins) {
    std::printf("%-16s %-9s %s%s%s\n", plugin.name.c_str(), plugin.entry ? "built-in" : "external",
                plugin.description.c_str(), plugin.entry ? "" : "  ",
                plugin.entry ? "" : EscapeBytes(plugin.path).c_str());
  }
  return preparation->problems.empty() ? kAllWell : kIncomplete;
}

}  // namespace vmcoredd
