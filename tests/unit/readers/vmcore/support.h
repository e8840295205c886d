// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_READERS_VMCORE_SUPPORT_H_
#define TESTS_UNIT_READERS_VMCORE_SUPPORT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/vmcore/decompress.h"
#include "readers/vmcore/open_vmcore.h"
#include "readers/vmcore/vmcore_reader.h"
#include "vmcoredd/format/kdump_header.h"
#include "vmcoredd/format/manifest.h"

// Small files in memory, written field by field from the formats' definitions.
// Whole files with every knob come from tests/support/mkvmcore.

namespace vmcoredd::testing {

using Bytes = std::vector<std::byte>;

Bytes ToBytes(std::string_view text);
std::string Text(const Bytes& bytes);
void Append(Bytes& to, std::string_view text);
void Append(Bytes& to, const Bytes& bytes);
// `size` bytes that differ from dump to dump.
std::string Payload(std::string_view seed, size_t size);

class NoteWriter {
 public:
  explicit NoteWriter(std::endian order = std::endian::little) : order_(order) {}

  // `owner_field` with its NULs, as n_namesz counts it.
  NoteWriter& Note(std::string_view owner_field, uint32_t type, std::string_view descriptor);
  // A device dump as the kernel writes it, with `owner_field` in its place.
  NoteWriter& Dump(std::string_view name,
                   std::string_view payload,
                   std::string_view owner_field = std::string_view("LINUX\0\0\0", 8));
  NoteWriter& Cpu() { return Note(std::string_view("CORE\0", 5), 1, std::string(336, '\0')); }
  NoteWriter& Vmcoreinfo(std::string_view text);
  NoteWriter& Fragment(const ManifestFragment& fragment);
  NoteWriter& FragmentText(std::string_view json);
  NoteWriter& Zeros(size_t count);
  const Bytes& bytes() const { return bytes_; }

 private:
  std::endian order_;
  Bytes bytes_;
};

// An entry as ArchiveWriter would make it for a payload stored as it is.
ManifestDump Entry(std::string name, uint64_t ordinal, std::string_view payload);
// A fragment of these dumps.
ManifestFragment Fragment(std::vector<ManifestDump> dumps);
// One zstd frame.
std::string Zstd(std::string_view payload);

struct ElfFile {
  struct Segment {
    uint32_t type = 4;  // PT_NOTE
    Bytes bytes;
    uint64_t gap = 0;     // in front of it
    uint64_t filesz = 0;  // if not the size of `bytes`
  };

  bool is_64 = true;
  std::endian order = std::endian::little;
  uint16_t type = 4;      // ET_CORE
  uint16_t machine = 62;  // EM_X86_64
  uint32_t flags = 0;
  uint64_t phoff = 0;  // 0: behind the ELF header
  uint16_t ehsize = 64;
  bool xnum = false;  // the count of program headers in section header 0
  std::vector<Segment> segments;

  ElfFile& Notes(Bytes bytes) { return Add({4, std::move(bytes)}); }
  ElfFile& Load(size_t size) { return Add({1, Bytes(size, std::byte{0x77})}); }
  ElfFile& Add(Segment segment) {
    segments.push_back(std::move(segment));
    return *this;
  }
  Bytes Build() const;
};

struct KdumpFile {
  KdumpLayout layout = KdumpLayout::k64;
  std::endian order = std::endian::little;
  int32_t version = 6;
  uint32_t status = 1;
  std::string release = "6.1.0-test";
  std::string machine = "x86_64";
  Bytes notes;
  std::string vmcoreinfo;  // found in the notes when it is there, too
  bool notes_at_end = false;
  uint64_t max_mapnr = 64;
  // Page frames [0, pages) are dumped, 100 bytes each; those of this piece, if
  // it is one.
  uint64_t pages = 16;
  bool split = false;
  uint64_t start_pfn = 0, end_pfn = 0;
  uint64_t lost_pages = 0;  // the last ones, with offset 0

  Bytes Build() const;
  uint64_t sub_header_size() const;
  uint64_t DescriptorsOffset() const;
};

// Records of the given sizes, in the order of `order` (indexes), with the end
// marker unless `end` is false.
struct Record {
  uint64_t offset;
  Bytes bytes;
};
Bytes Flatten(const std::vector<Record>& records, bool end = true);
Record Slice(const Bytes& file, uint64_t offset, uint64_t size);

// By libarchive's writers.
Bytes Compress(Compression compression, const Bytes& bytes);

// A source that owns its bytes.
class OwnedSource final : public ByteSource {
 public:
  explicit OwnedSource(Bytes bytes) : bytes_(std::move(bytes)), source_(bytes_) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override {
    return source_.ReadAt(offset, out);
  }
  std::optional<uint64_t> Size() const override { return bytes_.size(); }

 private:
  Bytes bytes_;
  MemorySource source_;
};

// Bytes that come in small pieces, then perhaps an error.
class ChunkStream final : public InputStream {
 public:
  ChunkStream(Bytes bytes, size_t chunk, std::optional<Error> end = std::nullopt)
      : bytes_(std::move(bytes)), chunk_(chunk), end_(std::move(end)) {}
  Result<size_t> Read(std::span<std::byte> out) override;
  size_t position() const { return position_; }

 private:
  Bytes bytes_;
  size_t chunk_;
  std::optional<Error> end_;
  size_t position_ = 0;
};

Result<std::unique_ptr<VmcoreReader>> OpenBytes(Bytes bytes, const OpenOptions& options = {});
// The texts of everything that VerifyStructure reports.
std::vector<std::string> Problems(VmcoreReader& reader);
std::vector<std::string> Texts(const std::vector<Diagnostic>& diagnostics);

}  // namespace vmcoredd::testing

#endif  // TESTS_UNIT_READERS_VMCORE_SUPPORT_H_
