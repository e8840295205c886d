// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/image.h"

#include "collector/setup/image_reader.h"
#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  MemorySource image(std::as_bytes(std::span(bytes)));
  if (const auto format = ImageFormat(image); !format) fuzz::RequirePrintable(format.error());
  const auto walked =
      WalkImage(image, size, [](const ImageEntry&, const auto& copy) -> Result<void> {
        fuzz::BoundedStream out(1 << 20);
        return copy(out);
      });
  if (!walked) fuzz::RequirePrintable(walked.error());
  const auto found = FindSegment(image);
  fuzz::Require(found.has_value(), "a search does not fail");
  const uint64_t end = *found ? (*found)->offset : size;
  fuzz::Require(end <= size, "the segment is in the image");
  // Whatever the image is, ours is found behind it, and only ours is taken off.
  const auto segment = MakeSegment(end, "early=1\n");
  fuzz::Require(segment.has_value(), "a segment can be made");
  const std::string whole = bytes.substr(0, end) + *segment;
  MemorySource next(std::as_bytes(std::span(whole)));
  const auto again = FindSegment(next);
  fuzz::Require(again && *again && (*again)->offset == end, "our segment is found");
  fuzz::Require((*again)->text == "early=1\n", "and has its text");
  return 0;
}
