// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_ELF_HEADERS_H_
#define VMCOREDD_FORMAT_ELF_HEADERS_H_

#include <bit>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// The ELF header of a core file, converted (by libelf) from either class and
// byte order.
//
// e_ehsize is not here on purpose: QEMU 7.2 writes 8. e_phoff is not assumed to
// be right behind the header: QEMU >= 7.2 puts section headers first.
struct ElfHeader {
  bool is_64 = true;
  std::endian order = std::endian::little;
  uint16_t type = 0;     // ET_CORE
  uint16_t machine = 0;  // EM_*
  uint32_t flags = 0;    // bit 0: makedumpfile ran out of space (incomplete)
  uint64_t phoff = 0;
  uint64_t phnum = 0;  // with PN_XNUM resolved through section header 0
  uint64_t phentsize = 0;
  uint64_t shoff = 0;
  uint64_t shnum = 0;
  uint64_t shentsize = 0;

  uint64_t ehdr_size() const { return is_64 ? 64 : 52; }
};

struct ProgramHeader {
  uint32_t type = 0;  // PT_*
  uint64_t offset = 0;
  uint64_t filesz = 0;
  uint64_t memsz = 0;
  uint64_t paddr = 0;
  uint64_t align = 0;
};

// Program headers beyond this are refused: 2^22 segments is far above any
// machine (256 MiB of headers).
inline constexpr uint64_t kMaxProgramHeaders = uint64_t{1} << 22;

// kNotRecognised when there is no ELF magic; kUnsupported when it is not
// ET_CORE; kTruncated and kCorrupt with offsets otherwise.
Result<ElfHeader> ReadElfHeader(ByteSource& source);

// Visits every program header in table order through a fixed window. `index`
// counts from 0.
using ProgramHeaderVisitor = std::function<Result<void>(uint64_t index, const ProgramHeader&)>;
Result<void> WalkProgramHeaders(ByteSource& source,
                                const ElfHeader& header,
                                const ProgramHeaderVisitor& visit);

// The name that uname -m would give for an e_machine, for example "x86_64" or
// "aarch64" ("ppc64le" needs the byte order); "unknown-N" otherwise.
std::string ElfMachineName(uint16_t machine, bool is_64, std::endian order);

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_ELF_HEADERS_H_
