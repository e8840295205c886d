// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/kdump_header.h"

#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Input input(data, size);
  MemorySource source(input.bytes());
  const auto header = ReadKdumpHeader(source);
  if (!header) {
    fuzz::RequirePrintable(header.error());
    return 0;
  }
  fuzz::Require(IsPowerOfTwo(header->block_size), "a block is a page");
  for (const ByteRange& range : {header->notes, header->vmcoreinfo, header->eraseinfo}) {
    fuzz::Require(range.End().has_value(), "no range wraps around");
  }
  fuzz::Require(header->descriptors_offset() >= header->bitmap_offset() &&
                    header->bitmap_offset() >= header->sub_header_offset(),
                "headers, bitmaps and descriptors follow each other");
  const auto count = CountPageDescriptors(source, *header);
  if (count) {
    fuzz::Require(*count <= uint64_t{size} * 8, "every page has a bit in the file");
    uint64_t at = header->descriptors_offset();
    for (uint64_t i = 0; i < *count && i < 1000; ++i, at += kPageDescriptorBytes) {
      std::array<std::byte, kPageDescriptorBytes> bytes;
      if (!ReadExactAt(source, at, bytes, "page descriptor")) break;
      DecodePageDescriptor(bytes, header->order);
    }
  } else {
    fuzz::RequirePrintable(count.error());
  }
  return 0;
}
