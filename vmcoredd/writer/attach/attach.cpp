// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/attach.h"

#include <optional>
#include <utility>
#include <variant>

#include "vmcoredd/writer/attach/containers.h"

namespace vmcoredd {

namespace {

using attach::FlattenedFile;

// What a file is.
struct Container {
  std::optional<FlattenedFile> flattened;  // the header is that of the logical file then
  std::variant<KdumpHeader, ElfHeader> header;
};

Result<Container> Identify(attach::LockedFile& file) {
  Container container;
  ByteSource* source = &file.source();
  if (VMCOREDD_TRY(IsFlattened(*source))) {
    container.flattened = VMCOREDD_TRY(attach::OpenFlattened(file));
    source = container.flattened->logical.get();
  }
  const auto kdump = ReadKdumpHeader(*source);
  if (!kdump && kdump.error().code() != ErrorCode::kNotRecognised) {
    return tl::unexpected(kdump.error());
  }
  if (kdump) {
    container.header = *kdump;
    return container;
  }
  const auto elf = ReadElfHeader(*source);
  if (!elf && elf.error().code() != ErrorCode::kNotRecognised) return tl::unexpected(elf.error());
  if (elf) {
    container.header = *elf;
    return container;
  }
  if (container.flattened) {
    return Fail(ErrorCode::kRefused,
                "a flattened file that holds neither kdump-compressed nor ELF");
  }
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
  const Container container = VMCOREDD_TRY(Identify(file));
  const auto& flattened = container.flattened;
  const attach::Addition addition{dumps, fragment, options};
  if (const auto* kdump = std::get_if<KdumpHeader>(&container.header)) {
    return flattened ? attach::AttachFlattenedKdump(file, *flattened, *kdump, addition)
                     : attach::AttachKdump(file, *kdump, addition);
  }
  const auto& elf = std::get<ElfHeader>(container.header);
  return flattened ? attach::AttachFlattenedElf(file, *flattened, elf, addition)
                   : attach::AttachElf(file, elf, addition);
}

Result<AttachResult> DetachFromVmcore(const std::string& path, const AttachOptions& options) {
  auto file = VMCOREDD_TRY(attach::LockedFile::Open(path));
  const Container container = VMCOREDD_TRY(Identify(file));
  const auto& flattened = container.flattened;
  if (const auto* kdump = std::get_if<KdumpHeader>(&container.header)) {
    return flattened ? attach::DetachFlattenedKdump(file, *flattened, *kdump)
                     : attach::DetachKdump(file, *kdump);
  }
  const auto& elf = std::get<ElfHeader>(container.header);
  return flattened ? attach::DetachFlattenedElf(file, *flattened, elf, options)
                   : attach::DetachElf(file, elf, options);
}

}  // namespace vmcoredd
