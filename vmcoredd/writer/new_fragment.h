// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_NEW_FRAGMENT_H_
#define VMCOREDD_WRITER_NEW_FRAGMENT_H_

#include <string>

#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// The time of day as manifests hold it: RFC 3339, UTC, seconds. Empty when the
// clock is before 2000: a machine without a clock knows no better.
std::string ManifestTime();

// A fragment of this kind with generator, capture_id and time filled in. Never
// waits for entropy: a crash kernel may have none.
ManifestFragment NewFragment(std::string kind);

}  // namespace vmcoredd

#endif  // VMCOREDD_WRITER_NEW_FRAGMENT_H_
