// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_VMCOREINFO_H_
#define READERS_VMCORE_VMCOREINFO_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "readers/vmcore/vmcore_reader.h"
#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// The kernel's own text about itself: lines of KEY=VALUE in a note that every
// vmcore carries along unchanged (kernel/crash_core.c, one page at most).
inline constexpr std::string_view kVmcoreinfoOwner = "VMCOREINFO";
// Far above the largest page of any machine.
inline constexpr uint64_t kMaxVmcoreinfoBytes = 1024 * 1024;

// What readers use of it; empty or 0 when it is not said.
struct VmcoreinfoFacts {
  std::string release;     // OSRELEASE=
  uint64_t page_size = 0;  // PAGESIZE=
  int64_t crash_time = 0;  // CRASHTIME=, seconds since 1970 UTC
};
VmcoreinfoFacts ParseVmcoreinfo(std::string_view text);

// The bytes at `range`. kLimitExceeded above kMaxVmcoreinfoBytes.
Result<std::string> ReadVmcoreinfo(ByteSource& source, ByteRange range);

// Puts what VMCOREINFO says into `info`, where it knows better.
void AddVmcoreinfoFacts(const VmcoreinfoFacts& facts, VmcoreInfo& info);

// Which crash a vmcore is of: the hash of its first VMCOREINFO note's descriptor,
// as in ManifestFragment::crash. kNotFound when there is no such note.
Result<std::string> HashVmcoreinfo(VmcoreReader& reader);

}  // namespace vmcoredd

#endif  // READERS_VMCORE_VMCOREINFO_H_
