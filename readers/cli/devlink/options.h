// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_OPTIONS_H_
#define READERS_CLI_DEVLINK_OPTIONS_H_

#include <string>
#include <vector>

#include "vmcoredd/base/result.h"

namespace vmcoredd::devlink_cli {

// What stands anywhere between the words of a command: devlink's options, and ours.
struct Options {
  bool help = false, version = false;
  bool json = false, pretty = false;  // devlink's JSON
  bool statistics = false, hex = false;
  bool force = false;  // a batch goes on behind a failure; files are overwritten
  std::string netns;
  std::string batch;  // empty: none; "-": standard input

  bool typed_json = false;  // ours, with a schema
  bool raw = false;
  bool words = false;   // 16 bit groups, as in the kernel's documentation
  bool header = false;  // comments in front of the text of a region
  bool passive = false;
  std::string output;  // empty: none; "-": standard output
  std::string socket;  // of a server that speaks netlink; empty: the kernel

  std::vector<std::string> words_of_command;
};

// As getopt_long() would: short options in clusters, long ones cut short where that is
// unambiguous, "--" ends them. An error says what is wrong with them.
Result<Options> ParseOptions(const std::vector<std::string>& arguments);

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_OPTIONS_H_
