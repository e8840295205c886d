// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_UNFLATTEN_H_
#define READERS_CLI_UNFLATTEN_H_

#include <cstdint>
#include <optional>

#include "readers/vmcore/input_stream.h"
#include "vmcoredd/base/output_file.h"

namespace vmcoredd::cli {

struct UnflattenResult {
  uint64_t size = 0;            // of the file that was written
  std::optional<Error> damage;  // what the input ended with instead of its end marker
};

// Writes the file that a flattened stream describes, each record to its place as
// it comes: in one pass, with nothing kept in between. Blocks of zeros take no
// space. Fails when the output cannot be written and with kNotRecognised when the
// stream is not flattened; what is wrong with the input further on is `damage`,
// and what came before it has been written.
Result<UnflattenResult> Unflatten(InputStream& in,
                                  OutputFile& out,
                                  const ProgressCallback& progress);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_UNFLATTEN_H_
