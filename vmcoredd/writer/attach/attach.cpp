// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/attach.h"

#include <utility>

#include "vmcoredd/writer/attach/containers.h"

namespace vmcoredd {

namespace {

// Calls the function for the container that `file` is: the first that does not
// say kNotRecognised.
template <typename OnFlattened, typename OnKdump, typename OnElf>
Result<AttachResult> Dispatch(attach::LockedFile& file,
                              const OnFlattened& on_flattened,
                              const OnKdump& on_kdump,
                              const OnElf& on_elf) {
  if (VMCOREDD_TRY(IsFlattened(file.source()))) return on_flattened();
  const auto kdump = ReadKdumpHeader(file.source());
  if (kdump) return on_kdump(*kdump);
  if (kdump.error().code() != ErrorCode::kNotRecognised) return tl::unexpected(kdump.error());
  const auto elf = ReadElfHeader(file.source());
  if (elf) return on_elf(*elf);
  if (elf.error().code() != ErrorCode::kNotRecognised) return tl::unexpected(elf.error());
  return Fail(ErrorCode::kNotRecognised,
              "neither kdump-compressed nor flattened nor ELF; a compressed vmcore must be "
              "unpacked first");
}

}  // namespace

Result<AttachResult> AttachToVmcore(const std::string& path,
                                    const std::vector<DumpToAttach>& dumps,
                                    const ManifestFragment& fragment,
                                    const AttachOptions& options) {
  auto file = VMCOREDD_TRY(attach::LockedFile::Open(path));
  const attach::Addition addition{dumps, fragment, options};
  return Dispatch(
      file, [&] { return attach::AttachFlattened(file, addition); },
      [&](const KdumpHeader& header) { return attach::AttachKdump(file, header, addition); },
      [&](const ElfHeader& header) { return attach::AttachElf(file, header, addition); });
}

Result<AttachResult> DetachFromVmcore(const std::string& path, const AttachOptions& options) {
  auto file = VMCOREDD_TRY(attach::LockedFile::Open(path));
  return Dispatch(
      file, [&] { return attach::DetachFlattened(file); },
      [&](const KdumpHeader& header) { return attach::DetachKdump(file, header); },
      [&](const ElfHeader& header) { return attach::DetachElf(file, header, options); });
}

}  // namespace vmcoredd
