// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_NEWEST_BASELINE_H_
#define READERS_CLI_NEWEST_BASELINE_H_

#include <string>

#include "collector/setup/doctor.h"
#include "collector/setup/sysroot.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd::cli {

struct NewestBaseline {
  std::string path;
  int64_t time = 0;
  ManifestFragment fragment;
};
// kNotFound when there is none.
Result<NewestBaseline> ReadNewestBaseline(const std::string& folder);

// Of the kernel whose machine it is.
std::string ReleaseOf(const Sysroot& root);

// Is there one, and is it of this kernel and these devices, with their drivers and firmware?
Check CheckBaseline(const Sysroot& root, const std::vector<Properties>& devices);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_NEWEST_BASELINE_H_
