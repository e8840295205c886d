// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/save/crash_identity.h"

#include <elf.h>

#include <optional>
#include <span>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/format/elf_headers.h"
#include "vmcoredd/format/note_walker.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kVmcoreinfoOwner = "VMCOREINFO";
// One page in practice (kernel/crash_core.c); the largest page is 64 KiB.
constexpr uint64_t kMaxVmcoreinfoBytes = 1024 * 1024;

}  // namespace

Result<std::string> CrashIdentity(const std::string& vmcore_path) {
  const auto file = VMCOREDD_TRY(FileSource::Open(vmcore_path));
  const ElfHeader header = VMCOREDD_TRY(ReadElfHeader(*file));
  std::optional<ByteRange> vmcoreinfo;
  VMCOREDD_TRY(WalkProgramHeaders(
      *file, header, [&](uint64_t, const ProgramHeader& segment) -> Result<void> {
        if (segment.type != PT_NOTE || vmcoreinfo) return {};
        return WalkNotes(*file, {segment.offset, segment.filesz}, header.order,
                         [&](const Note& note) -> Result<bool> {
                           if (note.owner == kVmcoreinfoOwner) vmcoreinfo = note.descriptor;
                           return !vmcoreinfo;
                         });
      }));
  if (!vmcoreinfo) return Fail(ErrorCode::kNotFound, "there is no VMCOREINFO note");
  if (vmcoreinfo->size > kMaxVmcoreinfoBytes) {
    return FailAt(ErrorCode::kLimitExceeded, vmcoreinfo->offset,
                  "VMCOREINFO has " + std::to_string(vmcoreinfo->size) + " bytes");
  }
  std::string text(vmcoreinfo->size, '\0');
  VMCOREDD_TRY(ReadExactAt(*file, vmcoreinfo->offset, std::as_writable_bytes(std::span(text)),
                           "VMCOREINFO"));
  return HashOf(std::as_bytes(std::span(text)));
}

}  // namespace vmcoredd
