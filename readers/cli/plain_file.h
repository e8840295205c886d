// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_PLAIN_FILE_H_
#define READERS_CLI_PLAIN_FILE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "readers/vmcore/input_stream.h"

namespace vmcoredd::cli {

// A file that is read from its start to its end; "-" is standard input.
struct PlainFile {
  std::unique_ptr<InputStream> stream;
  std::optional<uint64_t> size;  // of a regular file
};
Result<PlainFile> OpenPlainFile(const std::string& path);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_PLAIN_FILE_H_
