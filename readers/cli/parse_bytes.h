// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_PARSE_BYTES_H_
#define READERS_CLI_PARSE_BYTES_H_

#include <cstdint>
#include <string>

namespace vmcoredd::cli {

// BYTES as options have it: "4096", "0x1000", "4K", "1M", "2G". For parse*.cpp only: throws
// CLI::ValidationError, which names `option`, for anything else.
uint64_t BytesOrThrow(const char* option, const std::string& text);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_PARSE_BYTES_H_
