// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/json_errors.h"

#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

void WriteErrors(JsonStream& json, const std::vector<Problem>& problems) {
  json.Name("errors");
  json.BeginArray();
  for (const Problem& problem : problems) {
    json.BeginObject();
    json.Name("file", EscapeBytes(problem.file));
    json.Name("code", ErrorCodeName(problem.error.code()));
    json.Name("message", problem.error.ToString());
    if (const auto offset = problem.error.offset()) {
      json.BigUint("offset", *offset);
    } else {
      json.Name("offset");
      json.Null();
    }
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace vmcoredd::cli
