// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_MANIFEST_PARSER_H_
#define VMCOREDD_FORMAT_MANIFEST_PARSER_H_

#include <cstddef>
#include <string_view>

#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// Limits beside kMaxManifestBytes and kMaxManifestDumps, far above any machine.
inline constexpr size_t kMaxManifestItems = 1024 * 1024;  // parts, holes, texts, properties
inline constexpr size_t kMaxManifestDepth = 32;           // unknown members may nest

// Parses the JSON of one fragment. Its own target (it needs a JSON parser), so
// that the crash-kernel program does not link it.
//
// Unknown keys are ignored and unknown enumeration values become kUnknown: a newer
// minor schema is readable. kUnsupported for another major schema, kLimitExceeded
// past these limits, kCorrupt with a reason otherwise. Offsets in errors count
// from the start of `json`. Memory is bounded by the limits: what is not in the
// schema is never kept.
Result<ManifestFragment> ParseManifest(std::string_view json);

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_MANIFEST_PARSER_H_
