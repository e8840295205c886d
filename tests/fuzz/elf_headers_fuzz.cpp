// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/elf_headers.h"

#include <string>

#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Input input(data, size);
  MemorySource source(input.bytes());
  const auto header = ReadElfHeader(source);
  if (!header) {
    fuzz::RequirePrintable(header.error());
    return 0;
  }
  fuzz::Require(!ElfMachineName(header->machine, header->is_64, header->order).empty(),
                "every machine has a name");
  uint64_t visited = 0;
  const auto walked = WalkProgramHeaders(
      source, *header, [&](uint64_t index, const ProgramHeader&) -> Result<void> {
        fuzz::Require(index == visited++, "program headers are counted from 0");
        return {};
      });
  fuzz::Require(!walked || visited == header->phnum, "all program headers are visited");
  const uint64_t entry = header->is_64 ? 56 : 32;
  fuzz::Require(visited * entry <= size, "no more program headers than the file holds");
  if (!walked) fuzz::RequirePrintable(walked.error());
  return 0;
}
