// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_IMPORT_AROUND_OUTPUT_H_
#define READERS_IMPORT_AROUND_OUTPUT_H_

#include <optional>
#include <string_view>

#include "readers/import/region_header.h"
#include "readers/import/text_input.h"
#include "vmcoredd/base/result.h"

// What stands around devlink's output in a file that also took its standard error
// and exit status: "kernel answers: Success", "exit=0"; and comments in front of it, which
// `vmcoredd devlink --header` writes (region_header.h).

namespace vmcoredd::internal {

// Is this a line of devlink's standard error? It means that devlink did not read all
// that the kernel sent, also where the answer is "Success": devlink 6.1 says that of a
// message that it could not parse, and exits with 0.
bool IsKernelAnswer(std::string_view line);

// What is wrong when this line stands behind the output: nothing if it is empty or
// "exit=0".
std::optional<Error> JudgeTrailer(const TextLine& line);

// `head` from its first line on that is not empty, no comment and none of standard error.
std::string_view SkipPreamble(std::string_view head);
// Reads those lines, and puts comments into `header`, if there is one. What the first one
// of standard error means.
std::optional<Error> ReadPreamble(TextInput& in, RegionHeader* header = nullptr);
// Reads to the end, and fails when there is something other than a trailer.
Result<void> ExpectOnlyTrailer(TextInput& in);

// Behind a preamble: does an object begin? Its first key, without a look at escapes;
// empty if there is none.
bool LooksLikeJsonObject(std::string_view head);
std::string_view FirstJsonKey(std::string_view head);

}  // namespace vmcoredd::internal

#endif  // READERS_IMPORT_AROUND_OUTPUT_H_
