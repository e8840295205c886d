// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/flattened_file.h"

#include <string>

#include "vmcoredd/writer/attach/old_notes.h"

namespace vmcoredd::attach {

Result<FlattenedFile> OpenFlattened(LockedFile& file) {
  FlattenedFile flattened;
  flattened.logical =
      VMCOREDD_TRY(FlattenedSource::Open(file.source(), FlattenedSource::Extent::kAll));
  const auto& state = flattened.logical->state();
  if (state.damage) return Refuse(*state.damage, "the vmcore is truncated or damaged");
  if (!state.end_marker) {
    return Fail(ErrorCode::kRefused, "the flattened file has no end marker: it is truncated");
  }
  flattened.end_marker = *state.end_marker;
  const uint64_t end = flattened.end_marker + kFlattenedRecordHeaderBytes;
  if (end != file.size()) {
    return FailAt(
        ErrorCode::kRefused, end,
        std::to_string(file.size() - end) +
            " bytes follow the end marker (an attach or detach that was killed leaves such; they "
            "have no meaning): cut them off with `truncate -s " +
            std::to_string(end) + " FILE`");
  }
  return flattened;
}

}  // namespace vmcoredd::attach
