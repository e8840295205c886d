// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_VERSION_H_
#define READERS_CLI_VERSION_H_

#include <string_view>

namespace vmcoredd::cli {

// "vmcoredd 0.1.0": for --version and as the generator in manifests.
std::string_view ProgramVersion();
// "0.1.0"
std::string_view VersionNumber();

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_VERSION_H_
