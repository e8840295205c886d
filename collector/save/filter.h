// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SAVE_FILTER_H_
#define VMCOREDD_COLLECTOR_SAVE_FILTER_H_

#include <string>
#include <vector>

#include "collector/capture/collect_config.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

struct FilterSettings {
  std::vector<std::string> spool_folders;
  // Where payloads and the vmcore's headers are kept meanwhile: nameless files.
  std::string temporary_folder;
  std::vector<IdentityFact> identity;
};

struct FilterSummary {
  size_t dumps = 0;                   // that are in the stream now
  std::vector<std::string> problems;  // why there are no more
};

// Passes the flattened vmcore that comes from `in` on to `out`, with the dumps of the
// spools as notes. Whatever goes wrong on our side, the stream arrives as it came: no
// byte more, no byte less, and one that was truncated stays truncated. Fails only when
// `in` cannot be read or `out` not be written.
Result<FilterSummary> FilterVmcore(const FilterSettings& settings, int in, int out);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SAVE_FILTER_H_
