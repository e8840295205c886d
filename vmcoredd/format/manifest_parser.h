// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_MANIFEST_PARSER_H_
#define VMCOREDD_FORMAT_MANIFEST_PARSER_H_

#include <string_view>

#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// Parses the JSON of one fragment. Its own target (it needs a JSON parser), so
// that the crash-kernel program does not link it.
//
// Unknown keys are ignored and unknown enumeration values kept out of the way:
// a newer minor schema is readable. kUnsupported for another major schema,
// kCorrupt with a reason otherwise. Depth and sizes are bounded.
Result<ManifestFragment> ParseManifest(std::string_view json);

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_MANIFEST_PARSER_H_
