// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/archive_writer.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/temporary_file.h"
#include "vmcoredd/base/zstd_stream.h"
#include "vmcoredd/format/note.h"
#include "vmcoredd/writer/note_space.h"

namespace vmcoredd {

namespace {

constexpr uint64_t kMinPageSize = 4096;
constexpr uint64_t kMaxPageSize = 1024 * 1024;
constexpr int kZstdLevel = 1;  // what a crash kernel's memory allows
constexpr uint64_t kNoteAlignment = 4;

constexpr uint16_t HostElfMachine() {
#if defined(__x86_64__)
  return EM_X86_64;
#elif defined(__aarch64__)
  return EM_AARCH64;
#elif defined(__i386__)
  return EM_386;
#elif defined(__arm__)
  return EM_ARM;
#elif defined(__powerpc64__)
  return EM_PPC64;
#elif defined(__s390x__)
  return EM_S390;
#elif defined(__riscv)
  return EM_RISCV;
#elif defined(__loongarch__)
  return EM_LOONGARCH;
#else
  return EM_NONE;
#endif
}

struct ArchiveHeader {
  Elf64_Ehdr ehdr;
  Elf64_Phdr phdr;
};
static_assert(sizeof(ArchiveHeader) == sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr));

ArchiveHeader MakeArchiveHeader(ByteRange notes) {
  ArchiveHeader header{};
  std::memcpy(header.ehdr.e_ident, ELFMAG, SELFMAG);
  header.ehdr.e_ident[EI_CLASS] = ELFCLASS64;
  header.ehdr.e_ident[EI_DATA] =
      std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  header.ehdr.e_ident[EI_VERSION] = EV_CURRENT;
  header.ehdr.e_type = ET_CORE;
  header.ehdr.e_machine = HostElfMachine();
  header.ehdr.e_version = EV_CURRENT;
  header.ehdr.e_phoff = offsetof(ArchiveHeader, phdr);
  header.ehdr.e_ehsize = sizeof(Elf64_Ehdr);
  header.ehdr.e_phentsize = sizeof(Elf64_Phdr);
  header.ehdr.e_phnum = 1;
  header.phdr.p_type = PT_NOTE;
  header.phdr.p_offset = notes.offset;
  header.phdr.p_filesz = notes.size;
  header.phdr.p_memsz = notes.size;  // as in /proc/vmcore
  header.phdr.p_align = kNoteAlignment;
  return header;
}

// The payload side of a dump: puts bytes into notes of one name at the end of a
// file and starts another note when one is full. A note's header is written when
// its size is known.
class NoteStream final : public OutputStream {
 public:
  NoteStream(OutputFile& file, std::string name, Codec codec, const ArchiveOptions& options)
      : file_(file),
        name_(std::move(name)),
        codec_(codec),
        page_size_(options.page_size),
        max_payload_(options.max_note_payload),
        start_(file.end()) {}

  Result<void> Write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      if (parts_.empty()) VMCOREDD_TRY(StartNote());
      if (parts_.back().stored == max_payload_) {
        VMCOREDD_TRY(EndNote(false));
        VMCOREDD_TRY(StartNote());
      }
      const uint64_t room = max_payload_ - parts_.back().stored;
      const auto piece = bytes.first(std::min<uint64_t>(bytes.size(), room));
      VMCOREDD_TRY(file_.Write(piece));
      parts_.back().stored += piece.size();
      bytes = bytes.subspan(piece.size());
    }
    return {};
  }

  Result<void> Finish() override {
    if (parts_.empty()) VMCOREDD_TRY(StartNote());
    return EndNote(true);
  }

  uint64_t start() const { return start_; }
  const std::vector<Part>& parts() const { return parts_; }

 private:
  Result<void> StartNote() {
    note_ = file_.end();
    VMCOREDD_TRY(file_.SetEnd(note_ + kDumpNoteHeaderBytes));
    parts_.push_back({});
    return {};
  }
  Result<void> EndNote(bool is_last) {
    const auto space = FitNote(parts_.back().stored, codec_, is_last, page_size_);
    if (!space) return Fail(ErrorCode::kLimitExceeded, "the payload does not fit in a note");
    if (space->skippable_frame) VMCOREDD_TRY(WritePadding(*space, file_));
    VMCOREDD_TRY(file_.SetEnd(note_ + space->note_size));  // zeros take no space
    const VmcoreddHeader header = MakeVmcoreddHeader(name_, space->note_size, std::endian::native);
    return file_.WriteAt(note_, std::as_bytes(std::span(&header, 1)));
  }

  OutputFile& file_;
  std::string name_;
  Codec codec_;
  uint64_t page_size_;
  uint64_t max_payload_;
  uint64_t start_;     // where the dump's first note starts
  uint64_t note_ = 0;  // where the open note starts
  std::vector<Part> parts_;
};

// A dump between BeginDump() and EndDump().
struct OpenDump {
  OpenDump(OutputFile& file, std::string dump_name, Codec dump_codec, const ArchiveOptions& options)
      : name(std::move(dump_name)), codec(dump_codec), notes(file, name, codec, options) {
    if (codec == Codec::kZstd) {
      compressor = std::make_unique<ZstdCompressStream>(notes, kZstdLevel);
    }
  }

  std::string name;
  Codec codec;
  NoteStream notes;
  std::unique_ptr<ZstdCompressStream> compressor;
  PayloadHasher hasher;
  uint64_t length = 0;
  bool name_was_cut = false;
};

// What the manifest says of the dumps so far. It stands at the end of an archive,
// and would need a crash kernel's memory until then: 700 bytes for a PCI function.
class ManifestEntries {
 public:
  static Result<ManifestEntries> Create(const std::string& archive_path) {
    const size_t slash = archive_path.rfind('/');
    return ManifestEntries(VMCOREDD_TRY(
        OpenTemporaryFile(slash == std::string::npos ? "." : archive_path.substr(0, slash + 1))));
  }

  Result<void> Add(const ManifestDump& dump) {
    const std::string text = (count_ == 0 ? "" : ",") + ManifestDumpToJson(dump);
    VMCOREDD_TRY(PwriteAll(file_.get(), std::as_bytes(std::span(text)), size_));
    size_ += text.size();
    ++count_;
    return {};
  }
  Result<void> CopyTo(OutputStream& out) {
    UniqueFd copy(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy.is_valid()) return FailIo("cannot read the manifest again", errno);
    const auto source = VMCOREDD_TRY(FileSource::FromFd(std::move(copy), "manifest"));
    return CopyRange(*source, 0, size_, out);
  }
  // The next fragment's entries are written over these: 9p cannot cut a file that
  // has no name.
  void Clear() {
    count_ = 0;
    size_ = 0;
  }

  size_t count() const { return count_; }
  uint64_t size() const { return size_; }

 private:
  explicit ManifestEntries(UniqueFd file) : file_(std::move(file)) {}

  UniqueFd file_;
  size_t count_ = 0;
  uint64_t size_ = 0;
};

}  // namespace

class ArchiveWriter::Impl {
 public:
  Impl(OutputFile output, ManifestEntries manifest_entries, ArchiveOptions archive_options)
      : file(std::move(output)),
        entries(std::move(manifest_entries)),
        options(std::move(archive_options)) {}

  OutputFile file;
  ManifestEntries entries;
  ArchiveOptions options;
  std::optional<OpenDump> open;
  std::unordered_map<std::string, uint64_t> ordinals;  // dumps so far, by name
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter::~ArchiveWriter() = default;

Result<ArchiveWriter> ArchiveWriter::Create(const ArchiveOptions& options) {
  if (!IsPowerOfTwo(options.page_size) || options.page_size < kMinPageSize ||
      options.page_size > kMaxPageSize) {
    return Fail(ErrorCode::kInvalidArgument,
                "page size: expected a power of two from 4096 to 1048576, found " +
                    std::to_string(options.page_size));
  }
  ArchiveOptions rounded = options;
  const uint64_t limit = MaxDumpPayload(options.page_size);
  const uint64_t wanted = options.max_note_payload;
  rounded.max_note_payload =
      wanted == 0 || wanted >= limit
          ? limit
          : AlignUp(wanted + kDumpNoteHeaderBytes, options.page_size) - kDumpNoteHeaderBytes;
  auto file = VMCOREDD_TRY(OutputFile::Create(options.path, options.existing));
  VMCOREDD_TRY(file.SetEnd(options.page_size));  // the header comes in Finish()
  auto entries = VMCOREDD_TRY(ManifestEntries::Create(options.path));
  return ArchiveWriter(
      std::make_unique<Impl>(std::move(file), std::move(entries), std::move(rounded)));
}

Result<void> ArchiveWriter::BeginDump(std::string name, Codec codec) {
  if (impl_->open) return Fail(ErrorCode::kInvalidArgument, "the dump before is not complete");
  if (impl_->entries.count() == kMaxManifestDumps) {
    return Fail(ErrorCode::kLimitExceeded,
                "an archive holds at most " + std::to_string(kMaxManifestDumps) + " dumps");
  }
  if (codec == Codec::kUnknown) return Fail(ErrorCode::kInvalidArgument, "an unknown codec");
  if (name.size() > kDumpNameBytes || name.find('\0') != std::string::npos) {
    return Fail(ErrorCode::kInvalidArgument, "a dump name of more than 44 bytes or with a NUL");
  }
  const bool cut = name.size() > kMaxDumpNameLength;
  if (cut) name.resize(kMaxDumpNameLength);
  impl_->open.emplace(impl_->file, std::move(name), codec, impl_->options);
  impl_->open->name_was_cut = cut;
  return {};
}

Result<void> ArchiveWriter::Write(std::span<const std::byte> bytes) {
  if (!impl_->open) return Fail(ErrorCode::kInvalidArgument, "no dump was begun");
  OpenDump& dump = *impl_->open;
  dump.hasher.Update(bytes);
  dump.length += bytes.size();
  return dump.compressor ? dump.compressor->Write(bytes) : dump.notes.Write(bytes);
}

Result<void> ArchiveWriter::EndDump(ManifestDump facts) {
  if (!impl_->open) return Fail(ErrorCode::kInvalidArgument, "no dump was begun");
  OpenDump& dump = *impl_->open;
  if (dump.compressor) VMCOREDD_TRY(dump.compressor->Finish());
  VMCOREDD_TRY(dump.notes.Finish());

  facts.name = dump.name;
  facts.ordinal = impl_->ordinals[dump.name]++;
  facts.length = dump.length;
  facts.hash = dump.hasher.HexDigest();
  facts.codec = dump.codec;
  facts.stored = 0;
  for (const Part& part : dump.notes.parts()) facts.stored += part.stored;
  facts.parts = dump.notes.parts().size() > 1 ? dump.notes.parts() : std::vector<Part>{};
  if (dump.name_was_cut) facts.warnings.push_back("the name had 44 bytes, the last was cut off");
  VMCOREDD_TRY(impl_->entries.Add(facts));
  impl_->open.reset();
  return {};
}

Result<void> ArchiveWriter::DropDump() {
  if (!impl_->open) return Fail(ErrorCode::kInvalidArgument, "no dump was begun");
  const uint64_t start = impl_->open->notes.start();
  impl_->open.reset();
  return impl_->file.SetEnd(start);
}

Result<void> ArchiveWriter::EndFragment(const ManifestFragment& fragment) {
  if (impl_->open) return Fail(ErrorCode::kInvalidArgument, "the last dump is not complete");
  const ManifestFrame frame = MakeManifestFrame(fragment);
  const uint64_t json_size = frame.begin.size() + impl_->entries.size() + frame.end.size();
  if (json_size > kMaxManifestBytes) {
    return Fail(ErrorCode::kLimitExceeded,
                "the manifest has " + std::to_string(json_size) + " bytes");
  }
  OutputFile& file = impl_->file;
  const std::string head = MakeNoteHead(kManifestNoteOwner, kManifestNoteType,
                                        static_cast<uint32_t>(json_size), std::endian::native);
  VMCOREDD_TRY(file.Write(std::as_bytes(std::span(head))));
  VMCOREDD_TRY(file.Write(std::as_bytes(std::span(frame.begin))));
  VMCOREDD_TRY(impl_->entries.CopyTo(file));
  VMCOREDD_TRY(file.Write(std::as_bytes(std::span(frame.end))));
  VMCOREDD_TRY(file.SetEnd(AlignUp(file.end(), kNoteAlignment)));
  impl_->ordinals.clear();
  impl_->entries.Clear();
  return {};
}

Result<void> ArchiveWriter::Finish(const ManifestFragment& fragment) {
  VMCOREDD_TRY(EndFragment(fragment));
  return Finish();
}

uint64_t ArchiveWriter::size() const { return impl_->file.end(); }

Result<void> ArchiveWriter::Finish() {
  if (impl_->open) return Fail(ErrorCode::kInvalidArgument, "the last dump is not complete");
  OutputFile& file = impl_->file;
  const uint64_t notes = impl_->options.page_size;
  const ArchiveHeader header = MakeArchiveHeader({notes, file.end() - notes});
  VMCOREDD_TRY(file.WriteAt(0, std::as_bytes(std::span(&header, 1))));
  return file.Commit();
}

}  // namespace vmcoredd
