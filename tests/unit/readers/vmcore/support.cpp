// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/readers/vmcore/support.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/zstd_stream.h"
#include "vmcoredd/format/flattened.h"
#include "vmcoredd/format/note.h"

namespace vmcoredd::testing {

namespace {

// Appends integers of one byte order.
class FieldWriter {
 public:
  FieldWriter(std::endian order, bool wide) : order_(order), wide_(wide) {}

  template <typename T>
  FieldWriter& Put(T value) {
    std::byte field[sizeof(T)];
    StoreInt(field, value, order_);
    bytes_.insert(bytes_.end(), field, field + sizeof field);
    return *this;
  }
  FieldWriter& Word(uint64_t value) {
    return wide_ ? Put<uint64_t>(value) : Put<uint32_t>(static_cast<uint32_t>(value));
  }
  FieldWriter& AlignTo(size_t alignment) {
    bytes_.resize(AlignUp(bytes_.size(), alignment));
    return *this;
  }
  FieldWriter& Text(std::string_view text, size_t size) {
    const size_t end = bytes_.size() + size;
    Append(bytes_, text.substr(0, size));
    bytes_.resize(end);
    return *this;
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  std::endian order_;
  bool wide_;
  Bytes bytes_;
};

void Place(Bytes& file, uint64_t offset, const Bytes& bytes) {
  if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(offset));
}

constexpr uint64_t kBlock = 4096;
constexpr uint64_t kPageBytes = 100;

}  // namespace

Bytes ToBytes(std::string_view text) {
  Bytes bytes;
  Append(bytes, text);
  return bytes;
}

std::string Text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
void Append(Bytes& to, std::string_view text) {
  for (const char c : text) to.push_back(static_cast<std::byte>(c));
}
void Append(Bytes& to, const Bytes& bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

std::string Payload(std::string_view seed, size_t size) {
  uint32_t state = 1;
  for (const char c : seed) state = state * 31 + static_cast<unsigned char>(c);
  std::string text(size, '\0');
  for (char& c : text) {
    state = state * 1664525u + 1013904223u;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

NoteWriter& NoteWriter::Note(std::string_view owner_field,
                             uint32_t type,
                             std::string_view descriptor) {
  FieldWriter head(order_, true);
  head.Put(static_cast<uint32_t>(owner_field.size()));
  head.Put(static_cast<uint32_t>(descriptor.size()));
  head.Put(type);
  head.Text(owner_field, AlignUp(owner_field.size(), 4));
  Append(bytes_, head.bytes());
  Append(bytes_, descriptor);
  // Notes need not begin at a multiple of 4 in the file; they do from the first.
  bytes_.resize(AlignUp(bytes_.size(), 4));
  return *this;
}

NoteWriter& NoteWriter::Dump(std::string_view name,
                             std::string_view payload,
                             std::string_view owner_field) {
  std::string descriptor(name);
  descriptor.resize(44);
  descriptor += payload;
  descriptor.resize(AlignUp(20 + descriptor.size(), kBlock) - 20);
  return Note(owner_field, 0x700, descriptor);
}

NoteWriter& NoteWriter::Vmcoreinfo(std::string_view text) {
  return Note(std::string_view("VMCOREINFO\0", 11), 0, text);
}
NoteWriter& NoteWriter::Fragment(const ManifestFragment& fragment) {
  return FragmentText(ManifestToJson(fragment));
}
NoteWriter& NoteWriter::FragmentText(std::string_view json) {
  return Note(std::string_view("VMCOREDD\0", 9), kManifestNoteType, json);
}
NoteWriter& NoteWriter::Zeros(size_t count) {
  bytes_.resize(bytes_.size() + count);
  return *this;
}

ManifestDump Entry(std::string name, uint64_t ordinal, std::string_view payload) {
  ManifestDump entry;
  entry.name = std::move(name);
  entry.ordinal = ordinal;
  entry.length = payload.size();
  entry.stored = payload.size();
  entry.hash = HashOf(ToBytes(payload));
  return entry;
}

ManifestFragment Fragment(std::vector<ManifestDump> dumps) {
  ManifestFragment fragment;
  fragment.generator = "test";
  fragment.kind = "pack";
  fragment.dumps = std::move(dumps);
  return fragment;
}

std::string Zstd(std::string_view payload) {
  BufferStream out;
  ZstdCompressStream stream(out, 1);
  EXPECT_TRUE(stream.Write(ToBytes(payload)));
  EXPECT_TRUE(stream.Finish());
  return Text(out.bytes());
}

Bytes ElfFile::Build() const {
  const uint64_t ehdr_size = is_64 ? 64 : 52;
  const uint64_t phdr_size = is_64 ? 56 : 32;
  const uint64_t shdr_size = is_64 ? 64 : 40;
  const uint64_t table = phoff != 0 ? phoff : ehdr_size;
  const uint64_t shoff = xnum ? table + segments.size() * phdr_size : 0;
  uint64_t at = AlignUp(table + segments.size() * phdr_size + shdr_size, kBlock);

  FieldWriter phdrs(order, is_64);
  Bytes file;
  for (const Segment& segment : segments) {
    at += segment.gap;
    const uint64_t filesz = segment.filesz != 0 ? segment.filesz : segment.bytes.size();
    phdrs.Put(segment.type);
    if (is_64) phdrs.Put<uint32_t>(0);                         // p_flags
    phdrs.Word(at).Word(0).Word(0).Word(filesz).Word(filesz);  // offset, addresses, sizes
    if (!is_64) phdrs.Put<uint32_t>(0);
    phdrs.Word(0);  // p_align
    Place(file, at, segment.bytes);
    at += segment.bytes.size();
  }
  FieldWriter ehdr(order, is_64);
  ehdr.Text(std::string("\x7f"
                        "ELF") +
                static_cast<char>(is_64 ? 2 : 1) +
                static_cast<char>(order == std::endian::little ? 1 : 2) + '\1',
            16);
  ehdr.Put(type).Put(machine).Put<uint32_t>(1).Word(0).Word(table).Word(shoff).Put(flags);
  ehdr.Put(ehsize).Put(static_cast<uint16_t>(phdr_size));
  ehdr.Put(static_cast<uint16_t>(xnum ? 0xffff : segments.size()));
  ehdr.Put(static_cast<uint16_t>(xnum ? shdr_size : 0)).Put<uint16_t>(xnum ? 1 : 0);
  ehdr.Put<uint16_t>(0);
  Place(file, 0, ehdr.bytes());
  Place(file, table, phdrs.bytes());
  if (xnum) {
    FieldWriter shdr(order, is_64);
    shdr.Put<uint32_t>(0).Put<uint32_t>(0).Word(0).Word(0).Word(0).Word(1);  // sh_size: e_shnum
    shdr.Put<uint32_t>(0).Put(static_cast<uint32_t>(segments.size()));       // sh_info
    shdr.Word(0).Word(0);
    Place(file, shoff, shdr.bytes());
  }
  return file;
}

uint64_t KdumpFile::sub_header_size() const {
  return layout == KdumpLayout::k64 ? 104 : layout == KdumpLayout::k32Packed ? 80 : 96;
}

uint64_t KdumpFile::DescriptorsOffset() const {
  const uint64_t in_sub_blocks = notes_at_end ? vmcoreinfo.size() : notes.size();
  const uint64_t bitmap_blocks = 2 * AlignUp(max_mapnr, kBlock * 8) / (kBlock * 8);
  return kBlock + AlignUp(sub_header_size() + in_sub_blocks, kBlock) + bitmap_blocks * kBlock;
}

Bytes KdumpFile::Build() const {
  const bool wide = layout == KdumpLayout::k64;
  const bool padded = layout != KdumpLayout::k32Packed;
  const uint64_t first = split ? std::min(start_pfn, pages) : 0;
  const uint64_t last = split ? std::min(end_pfn, pages) : pages;
  const uint64_t descriptors = DescriptorsOffset();
  const uint64_t bitmap_blocks = 2 * AlignUp(max_mapnr, kBlock * 8) / (kBlock * 8);
  const uint64_t bitmaps = descriptors - bitmap_blocks * kBlock;
  const uint64_t data = descriptors + (last - first) * kPageDescriptorBytes;

  Bytes file(descriptors);
  FieldWriter table(order, wide);
  for (uint64_t pfn = first; pfn < last; ++pfn) {
    const bool lost = pfn + lost_pages >= last;
    const uint64_t offset = data + (pfn - first) * kPageBytes;
    table.Put<uint64_t>(lost ? 0 : offset).Put<uint32_t>(lost ? 0 : kPageBytes).Put<uint32_t>(1);
    table.Put<uint64_t>(0);
    if (!lost) Place(file, offset, Bytes(kPageBytes, std::byte{0x55}));
  }
  Place(file, descriptors, table.bytes());
  for (uint64_t pfn = 0; pfn < pages; ++pfn) {
    for (const uint64_t bitmap : {bitmaps, bitmaps + bitmap_blocks / 2 * kBlock}) {
      file[bitmap + pfn / 8] |= static_cast<std::byte>(1u << (pfn % 8));
    }
  }

  const uint64_t notes_at = notes_at_end ? file.size() : kBlock + sub_header_size();
  if (version >= 4) {
    Place(file, notes_at, notes);
  } else if (version == 3) {
    Place(file, kBlock + sub_header_size(), ToBytes(vmcoreinfo));
  }
  uint64_t vmcoreinfo_at = kBlock + sub_header_size();
  if (version >= 4 && !vmcoreinfo.empty()) {
    const Bytes text = ToBytes(vmcoreinfo);
    const auto found = std::search(notes.begin(), notes.end(), text.begin(), text.end());
    vmcoreinfo_at = notes_at + static_cast<uint64_t>(found - notes.begin());
  }

  FieldWriter main(order, wide);
  main.Text("KDUMP   ", 8).Put(version);
  for (const std::string& field : {std::string("Linux"), std::string("node"), release,
                                   std::string("#1"), machine, std::string("(none)")}) {
    main.Text(field, 65);
  }
  main.AlignTo(wide ? 8 : 4).Word(1700000000).Word(0).Put(status);
  main.Put<uint32_t>(kBlock).Put(static_cast<uint32_t>((bitmaps - kBlock) / kBlock));
  main.Put(static_cast<uint32_t>(bitmap_blocks)).Put(static_cast<uint32_t>(max_mapnr));
  main.Put<uint32_t>(0).Put<uint32_t>(0).Put<uint32_t>(0).Put<uint32_t>(0).Put<uint32_t>(2);
  Place(file, 0, main.bytes());

  FieldWriter sub(order, wide);
  const auto offset = [&](uint64_t value) {
    if (padded) sub.AlignTo(8);
    sub.Put(value);
  };
  sub.Word(0).Put<uint32_t>(31).Put<uint32_t>(split ? 1 : 0);
  sub.Word(start_pfn).Word(end_pfn);
  if (version >= 3) {
    offset(vmcoreinfo.empty() ? 0 : vmcoreinfo_at);
    sub.Word(vmcoreinfo.size());
  }
  if (version >= 4) {
    offset(notes_at);
    sub.Word(notes.size());
  }
  if (version >= 5) {
    offset(0);
    sub.Word(0);
  }
  if (version >= 6) {
    offset(start_pfn);
    offset(end_pfn);
    offset(max_mapnr);
  }
  Place(file, kBlock, sub.bytes());
  return file;
}

Record Slice(const Bytes& file, uint64_t offset, uint64_t size) {
  const auto begin = file.begin() + static_cast<std::ptrdiff_t>(offset);
  return {offset, Bytes(begin, begin + static_cast<std::ptrdiff_t>(size))};
}

Bytes Flatten(const std::vector<Record>& records, bool end) {
  Bytes file(kFlattenedHeaderBytes);
  Place(file, 0, ToBytes("makedumpfile"));
  StoreInt<int64_t>(file.data() + 16, 1, std::endian::big);
  StoreInt<int64_t>(file.data() + 24, 1, std::endian::big);
  for (const Record& record : records) {
    const auto header = EncodeFlattenedRecord(record.offset, record.bytes.size());
    file.insert(file.end(), header.begin(), header.end());
    Append(file, record.bytes);
  }
  const auto marker = FlattenedEndMarker();
  if (end) file.insert(file.end(), marker.begin(), marker.end());
  return file;
}

Bytes Compress(Compression compression, const Bytes& bytes) {
  if (compression == Compression::kLz4 && bytes.empty()) {
    // libarchive 3.6's writer crashes; this is what lz4(1) writes.
    return ToBytes({"\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0\x05\x5d\xcc\x02", 15});
  }
  struct archive* const writer = archive_write_new();
  int status = ARCHIVE_FATAL;
  switch (compression) {
    case Compression::kGzip: status = archive_write_add_filter_gzip(writer); break;
    case Compression::kBzip2: status = archive_write_add_filter_bzip2(writer); break;
    case Compression::kLz4: status = archive_write_add_filter_lz4(writer); break;
    case Compression::kXz: status = archive_write_add_filter_xz(writer); break;
    case Compression::kZstd: status = archive_write_add_filter_zstd(writer); break;
  }
  EXPECT_EQ(status, ARCHIVE_OK);
  archive_write_set_format_raw(writer);
  archive_write_set_bytes_in_last_block(writer, 1);
  Bytes out(bytes.size() + bytes.size() / 8 + 65536);
  size_t used = 0;
  EXPECT_EQ(archive_write_open_memory(writer, out.data(), out.size(), &used), ARCHIVE_OK);
  struct archive_entry* const entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
  EXPECT_EQ(archive_write_data(writer, bytes.data(), bytes.size()),
            static_cast<la_ssize_t>(bytes.size()));
  EXPECT_EQ(archive_write_close(writer), ARCHIVE_OK) << archive_error_string(writer);
  archive_entry_free(entry);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

Result<size_t> ChunkStream::Read(std::span<std::byte> out) {
  const size_t count = std::min({out.size(), chunk_, bytes_.size() - position_});
  if (count == 0 && end_) return tl::unexpected(*end_);
  if (count > 0) std::memcpy(out.data(), bytes_.data() + position_, count);
  position_ += count;
  return count;
}

Result<std::unique_ptr<VmcoreReader>> OpenBytes(Bytes bytes, const OpenOptions& options) {
  return OpenVmcore(std::make_unique<OwnedSource>(std::move(bytes)), options);
}

std::vector<std::string> Problems(VmcoreReader& reader) {
  std::vector<std::string> texts;
  const auto verified = reader.VerifyStructure(
      [&](const Diagnostic& diagnostic) { texts.push_back(diagnostic.error.ToString()); }, nullptr);
  if (!verified) texts.push_back("verify failed: " + verified.error().ToString());
  return texts;
}

std::vector<std::string> Texts(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : diagnostics) texts.push_back(diagnostic.error.ToString());
  return texts;
}

}  // namespace vmcoredd::testing
