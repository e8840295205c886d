// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_BATCH_H_
#define READERS_CLI_DEVLINK_BATCH_H_

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "vmcoredd/base/result.h"

namespace vmcoredd::devlink_cli {

// Reads commands as batches of iproute2 have them: one a line, words between blanks or in
// quotes, '#' begins a comment, a backslash at the end joins the next line. Calls `run` with
// the words and the number of each command's last line, until it says false.
using BatchCommand = std::function<bool(std::vector<std::string> words, size_t line)>;
Result<void> ReadBatch(std::FILE* file, const BatchCommand& run);

// The longest command.
inline constexpr size_t kMaxBatchLine = 64 * 1024;

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_BATCH_H_
