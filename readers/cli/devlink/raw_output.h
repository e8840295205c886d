// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_RAW_OUTPUT_H_
#define READERS_CLI_DEVLINK_RAW_OUTPUT_H_

#include <functional>
#include <optional>
#include <string>

#include "readers/cli/devlink/session.h"
#include "vmcoredd/base/output_stream.h"

namespace vmcoredd::devlink_cli {

// Has `write` write the file that -o names, or standard output, and shows how far it is.
// `what`: for the progress, printable. `total` in bytes, if it is known. The file appears
// when it is complete. What came before an error is kept as "FILE.incomplete", and the error
// returned.
using RawWriter = std::function<Result<void>(OutputStream& out)>;
Result<void> WriteRaw(Session& session,
                      const std::string& what,
                      std::optional<uint64_t> total,
                      const RawWriter& write);

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_RAW_OUTPUT_H_
