// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_IMAGE_H_
#define VMCOREDD_COLLECTOR_SETUP_IMAGE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/result.h"

// An initramfs image is a sequence of cpio archives, each as it is or compressed,
// with zeros between them; files of later ones replace those of earlier ones
// (Documentation/driver-api/early-userspace/buffer-format.rst). So a file is put
// into an image by appending a small archive, without unpacking it.

namespace vmcoredd {

// Our segment, padding included, is far below.
inline constexpr uint64_t kMaxSegmentBytes = 1024 * 1024;

// "cpio", "gzip", "zstd", ...: what an image begins with. kNotRecognised when the
// kernel would not take it for one.
Result<std::string> ImageFormat(ByteSource& image);

// The segment that an earlier run appended, padding before it included.
struct ImageSegment {
  uint64_t offset = 0;  // where the image of others ends
  std::string text;     // the file in it
};
Result<std::optional<ImageSegment>> FindSegment(ByteSource& image);

// Padding and archive that bring etc/vmcoredd/collect.conf into an image of
// `image_size` bytes.
Result<std::string> MakeSegment(uint64_t image_size, std::string_view text);

// The file as the kernel will see it, be it in the image itself or in our segment;
// nothing when the image has none.
Result<std::optional<std::string>> ReadCollectConf(ByteSource& image);

// Puts `text` into the image at `path` in place of what an earlier run put there. The
// new image replaces the old one at once, with its mode, owner and extended
// attributes. False: nothing to do, `unless_same` and an equivalent text is there,
// whoever put it there.
//
// lsinitramfs(8) expects uncompressed archives at the front only, and does not list an
// image that has a segment; the kernel does not mind. At the front, it would lose
// against a file of the image's own.
Result<bool> PutIntoImage(const std::string& path, std::string_view text, bool unless_same);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_IMAGE_H_
