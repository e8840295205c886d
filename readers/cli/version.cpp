// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/version.h"

namespace vmcoredd::cli {

std::string_view ProgramVersion() { return "vmcoredd " VMCOREDD_VERSION; }
std::string_view VersionNumber() { return VMCOREDD_VERSION; }

}  // namespace vmcoredd::cli
