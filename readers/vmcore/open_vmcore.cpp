// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/open_vmcore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "readers/vmcore/decompress.h"
#include "readers/vmcore/elf_reader.h"
#include "readers/vmcore/foreign_formats.h"
#include "readers/vmcore/kdump_reader.h"
#include "readers/vmcore/split_reader.h"
#include "readers/vmcore/vmcore_input.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kElfMagic =
    "\x7f"
    "ELF";
constexpr std::string_view kKdumpMagic = "KDUMP   ";
constexpr std::string_view kDiskdumpMagic = "DISKDUMP";

// One reader: a kdump reader that may be a piece of a split set, or another.
struct OpenedFile {
  std::unique_ptr<KdumpReader> kdump;
  std::unique_ptr<VmcoreReader> other;
};

tl::unexpected<Error> FailForeign(const VmcoreInput& input, std::span<const std::byte> head) {
  // What is cut off before its first bytes is ours, but there is nothing to read.
  if (auto damage = input.stream_damage()) return tl::unexpected(*std::move(damage));
  if (input.flattened()) {
    return Fail(head.empty() ? ErrorCode::kTruncated : ErrorCode::kCorrupt,
                "a flattened file, but not of a vmcore: " + DescribeForeignFormat(head));
  }
  const std::string around =
      input.compression().empty() ? "" : "inside the " + input.compression() + " data, ";
  const auto again = DetectCompression(head);
  return Fail(ErrorCode::kNotRecognised,
              "not a vmcore or an archive: " + around +
                  (again ? "there is " + std::string(CompressionName(*again)) + " data"
                         : DescribeForeignFormat(head)));
}

Result<OpenedFile> OpenInput(std::unique_ptr<VmcoreInput> input) {
  std::vector<std::byte> head(kForeignMagicBytes);
  head.resize(VMCOREDD_TRY(input->data().ReadAt(0, head)));
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  OpenedFile opened;
  if (text.substr(0, kElfMagic.size()) == kElfMagic) {
    opened.other = VMCOREDD_TRY(ElfReader::Open(std::move(input)));
  } else if (text.substr(0, 8) == kKdumpMagic || text.substr(0, 8) == kDiskdumpMagic) {
    opened.kdump = VMCOREDD_TRY(KdumpReader::Open(std::move(input)));
  } else {
    return FailForeign(*input, head);
  }
  return opened;
}

Result<std::unique_ptr<VmcoreInput>> OpenPath(const std::string& path, const OpenOptions& options) {
  const bool is_stdin = path == "-";
  UniqueFd fd(is_stdin ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                       : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_valid()) return FailIo("cannot open", errno);
  if (is_stdin && ::isatty(fd.get()) != 0) {
    return Fail(ErrorCode::kInvalidArgument, "standard input is a terminal");
  }
  struct stat st;
  if (::fstat(fd.get(), &st) != 0) return FailIo("cannot stat", errno);
  // Somebody may have read the start of standard input already: what is left is
  // then a stream, even of a file. Some files of /proc have no end to seek to.
  const off_t position =
      S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ? -1 : ::lseek(fd.get(), 0, SEEK_CUR);
  if (!S_ISDIR(st.st_mode) && (position != 0 || ::lseek(fd.get(), 0, SEEK_END) < 0)) {
    return VmcoreInput::Open(std::make_unique<FdInputStream>(std::move(fd)), options);
  }
  return VmcoreInput::Open(VMCOREDD_TRY(FileSource::FromFd(std::move(fd), path)), options);
}

// The pieces of a set, or one other vmcore, or an error.
struct Group {
  std::vector<std::string> files;
  std::vector<SplitReader::Piece> pieces;
  Result<std::unique_ptr<VmcoreReader>> reader;

  bool Accepts(const KdumpReader& piece) const {
    return !pieces.empty() && std::all_of(pieces.begin(), pieces.end(), [&](const auto& other) {
      return SplitReader::BelongTogether(other.reader->header(), piece.header());
    });
  }
};

void Add(std::vector<Group>& groups, const std::string& path, Result<OpenedFile> opened) {
  if (!opened) {
    groups.push_back({{path}, {}, tl::unexpected(std::move(opened).error())});
    return;
  }
  if (!opened->kdump || !opened->kdump->header().split) {
    std::unique_ptr<VmcoreReader> reader = std::move(opened->other);
    if (opened->kdump) reader = std::move(opened->kdump);
    groups.push_back({{path}, {}, std::move(reader)});
    return;
  }
  auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& candidate) {
    return candidate.Accepts(*opened->kdump);
  });
  if (group == groups.end()) {
    groups.push_back({{}, {}, std::unique_ptr<VmcoreReader>()});
    group = groups.end() - 1;
  }
  group->files.push_back(path);
  group->pieces.push_back({path, std::move(opened->kdump)});
}

}  // namespace

std::vector<OpenedVmcore> OpenVmcores(const std::vector<std::string>& paths,
                                      const OpenOptions& options) {
  std::vector<Group> groups;
  for (const std::string& path : paths) {
    auto input = OpenPath(path, options);
    Add(groups, path,
        input ? OpenInput(*std::move(input)) : tl::unexpected(std::move(input).error()));
  }
  std::vector<OpenedVmcore> vmcores;
  for (Group& group : groups) {
    if (!group.pieces.empty()) {
      group.reader = std::make_unique<SplitReader>(std::move(group.pieces));
    }
    vmcores.push_back({std::move(group.files), std::move(group.reader)});
  }
  return vmcores;
}

Result<std::unique_ptr<VmcoreReader>> OpenVmcore(std::unique_ptr<ByteSource> source,
                                                 const OpenOptions& options) {
  auto input = VMCOREDD_TRY(VmcoreInput::Open(std::move(source), options));
  OpenedFile opened = VMCOREDD_TRY(OpenInput(std::move(input)));
  if (!opened.kdump) return std::move(opened.other);
  if (!opened.kdump->header().split) return std::move(opened.kdump);
  std::vector<SplitReader::Piece> pieces;
  pieces.push_back({std::string(), std::move(opened.kdump)});
  return std::make_unique<SplitReader>(std::move(pieces));
}

}  // namespace vmcoredd
