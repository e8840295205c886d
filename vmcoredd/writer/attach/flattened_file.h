// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_FLATTENED_FILE_H_
#define VMCOREDD_WRITER_ATTACH_FLATTENED_FILE_H_

#include <cstdint>
#include <memory>

#include "vmcoredd/base/result.h"
#include "vmcoredd/format/flattened.h"
#include "vmcoredd/writer/attach/locked_file.h"

namespace vmcoredd::attach {

// A whole flattened file and the file that it describes.
struct FlattenedFile {
  std::unique_ptr<FlattenedSource> logical;
  uint64_t end_marker = 0;  // its offset

  uint64_t logical_end() const { return logical->state().logical_end; }
};

// kRefused when it is truncated or damaged, or goes on behind its end marker.
Result<FlattenedFile> OpenFlattened(LockedFile& file);

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_FLATTENED_FILE_H_
