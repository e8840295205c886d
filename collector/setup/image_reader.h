// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_IMAGE_READER_H_
#define VMCOREDD_COLLECTOR_SETUP_IMAGE_READER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// What an image unpacks to, at most: a defence against one that is made to grow.
inline constexpr uint64_t kMaxUnpacked = uint64_t{4} << 30;
inline constexpr size_t kMaxImageEntries = 1000000;
// As the kernel: init/initramfs.c takes no longer names.
inline constexpr size_t kMaxImageName = 4096;

// A file or folder in an image.
struct ImageEntry {
  std::string_view name;  // without a leading "/" or "./"; raw
  uint64_t size = 0;
  bool is_file = false;  // a regular one
};

// Called for every entry, in the order in which the kernel unpacks them; a later one
// replaces an earlier one of its name. `copy` gives the content to a stream; it need
// not be called. Returning an error ends the walk.
using ImageVisitor = std::function<Result<void>(
    const ImageEntry& entry, const std::function<Result<void>(OutputStream&)>& copy)>;

// Walks the archives of [0, end): those that are not compressed, and the first
// compressed one, behind which nothing more can be found.
Result<void> WalkImage(ByteSource& image, uint64_t end, const ImageVisitor& visit);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_IMAGE_READER_H_
