// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_SETUP_INPUTS_H_
#define READERS_CLI_SETUP_INPUTS_H_

#include <optional>
#include <string>

#include "collector/setup/config.h"
#include "collector/setup/sysroot.h"

namespace vmcoredd::cli {

class Console;

// A configuration file, read and parsed.
struct ConfigFile {
  std::string path;
  std::optional<Error> error;  // it cannot be read
  ParsedConfig parsed;
};
ConfigFile ReadConfigFile(const std::string& path, const Sysroot& root);

// The configuration at `path`, or, if that is empty, in its usual place, where a
// missing one means the defaults. Nothing when it has mistakes; all of them have
// then been told.
std::optional<Config> ReadConfig(const std::string& path, const Sysroot& root, Console& console);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_SETUP_INPUTS_H_
