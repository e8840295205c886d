// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_OUTPUT_FOLDER_H_
#define READERS_CLI_OUTPUT_FOLDER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "readers/cli/inputs.h"

namespace vmcoredd::cli {

class Console;

// Where the dumps of one vmcore go: the folder, and a file name for each index.
struct Destination {
  std::string folder;
  std::optional<bool> usable;  // once it was tried to make it
  std::map<uint32_t, std::string> names;

  // Makes the folder, and `root` above it, the first time. False, and said on `console`, when
  // it cannot be used.
  bool Prepare(const std::string& root, Console& console);
};

// One for each input: `root` itself for a single one, else a folder of its own in it.
std::vector<Destination> Destinations(const std::vector<Input>& inputs, const std::string& root);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_OUTPUT_FOLDER_H_
