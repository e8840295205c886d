// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/image.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <span>

#include "collector/setup/collect_conf.h"
#include "collector/setup/image_reader.h"
#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/writer/attach/file_copy.h"

namespace vmcoredd {

namespace {

// What init/initramfs.c and lib/decompress.c look for.
struct Magic {
  const char* name;
  std::string_view bytes;
};
constexpr std::array<Magic, 10> kMagics = {{
    {"cpio", "070701"},
    {"cpio", "070702"},
    {"gzip", "\x1f\x8b"},
    {"gzip", "\x1f\x9e"},
    {"bzip2", "BZh"},
    {"lzma", std::string_view("\x5d\0\0", 3)},
    {"xz", std::string_view("\xfd"
                            "7zXZ\0",
                            6)},
    {"lzo", "\x89LZO"},
    {"lz4", "\x02\x21\x4c\x18"},
    {"zstd", "\x28\xb5\x2f\xfd"},
}};

// The kernel takes a cpio archive only at a multiple of 4. At least as many zeros
// stand before it: an lz4 stream has no end mark but four of them
// (lib/decompress_unlz4.c since v5.11).
constexpr uint64_t kAlignment = 4;
// Tells our segment from any other: the inode of its first entry ("vmdd"), whose
// time is the number of zeros before it.
constexpr uint32_t kMarkInode = 0x766d6464;

constexpr size_t kNewcHeader = 110;
constexpr std::string_view kNewcMagic = "070701";
constexpr std::string_view kTrailer = "TRAILER!!!";

struct ArchiveDeleter {
  void operator()(archive* a) const { archive_write_free(a); }
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};

la_ssize_t AppendTo(archive*, void* text, const void* bytes, size_t size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

Result<void> AddEntry(archive* out,
                      const std::string& path,
                      uint32_t inode,
                      uint64_t mtime,
                      const std::string_view* text) {
  const std::unique_ptr<archive_entry, ArchiveDeleter> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), path.c_str());
  archive_entry_set_ino(entry.get(), inode);
  archive_entry_set_mtime(entry.get(), static_cast<time_t>(mtime), 0);
  archive_entry_set_nlink(entry.get(), text ? 1 : 2);
  archive_entry_set_mode(entry.get(), text ? S_IFREG | 0600 : S_IFDIR | 0755);
  archive_entry_set_size(entry.get(), text ? static_cast<la_int64_t>(text->size()) : 0);
  const bool written = archive_write_header(out, entry.get()) == ARCHIVE_OK &&
                       (!text || archive_write_data(out, text->data(), text->size()) ==
                                     static_cast<la_ssize_t>(text->size()));
  if (!written) {
    const char* const why = archive_error_string(out);
    return Fail(ErrorCode::kInvalidArgument,
                "cannot make a cpio archive: " + std::string(why ? why : "no reason given"));
  }
  return {};
}

// Takes the entries of a newc archive one after the other.
class NewcWalker {
 public:
  explicit NewcWalker(std::string_view bytes) : bytes_(bytes) {}

  struct Entry {
    std::string_view name;
    std::string_view data;
    uint32_t inode = 0;
    uint32_t mtime = 0;
  };
  std::optional<Entry> Next() {
    if (bytes_.size() - at_ < kNewcHeader || !bytes_.substr(at_).starts_with(kNewcMagic)) return {};
    const auto inode = Field(0), mtime = Field(5), size = Field(6), name_size = Field(11);
    if (!inode || !mtime || !size || !name_size || *name_size == 0) return {};
    const uint64_t data = Aligned(at_ + kNewcHeader + *name_size);
    const uint64_t next = Aligned(data + *size);
    if (next > bytes_.size()) return {};
    Entry entry;
    entry.name = bytes_.substr(at_ + kNewcHeader, *name_size - 1);
    entry.data = bytes_.substr(data, *size);
    entry.inode = *inode;
    entry.mtime = *mtime;
    at_ = next;
    return entry;
  }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  static uint64_t Aligned(uint64_t offset) {
    return (offset + kAlignment - 1) / kAlignment * kAlignment;
  }
  std::optional<uint32_t> Field(size_t index) const {
    const char* const begin = bytes_.data() + at_ + kNewcMagic.size() + index * 8;
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(begin, begin + 8, value, 16);
    if (error != std::errc() || end != begin + 8) return {};
    return value;
  }

  std::string_view bytes_;
  uint64_t at_ = 0;
};

// Is all of `bytes` our segment, without its padding?
std::optional<NewcWalker::Entry> ParseSegment(std::string_view bytes, uint64_t& padding) {
  NewcWalker walker(bytes);
  const auto top = walker.Next();
  if (!top || top->name != "etc" || top->inode != kMarkInode || !top->data.empty()) return {};
  const auto folder = walker.Next();
  if (!folder || folder->name != "etc/vmcoredd" || !folder->data.empty()) return {};
  auto file = walker.Next();
  if (!file || file->name != kCollectConfName) return {};
  const auto trailer = walker.Next();
  const bool is_end =
      trailer && trailer->name == kTrailer && trailer->data.empty() && walker.at_end();
  if (!is_end) return {};
  padding = top->mtime;
  return file;
}

}  // namespace

Result<std::string> ImageFormat(ByteSource& image) {
  std::array<char, 8> first{};
  const size_t got = VMCOREDD_TRY(image.ReadAt(0, std::as_writable_bytes(std::span(first))));
  const std::string_view bytes(first.data(), got);
  for (const Magic& magic : kMagics) {
    if (bytes.starts_with(magic.bytes)) return magic.name;
  }
  return FailAt(
      ErrorCode::kNotRecognised, 0,
      "not an initramfs image: expected a cpio archive, or one in gzip, bzip2, lzma, xz, "
      "lzo, lz4 or zstd, found " +
          (bytes.empty() ? "nothing" : ToHex(std::as_bytes(std::span(first.data(), got)))));
}

Result<std::optional<ImageSegment>> FindSegment(ByteSource& image) {
  const uint64_t size = image.Size().value_or(0);
  const uint64_t begin = size > kMaxSegmentBytes ? size - kMaxSegmentBytes : 0;
  std::string tail(size - begin, '\0');
  VMCOREDD_TRY(ReadExactAt(image, begin, std::as_writable_bytes(std::span(tail)), "the image"));
  const std::string_view bytes = tail;
  // The last one: what stands before it may be made to look as if it reached to the end.
  for (size_t at = bytes.rfind(kNewcMagic); at != bytes.npos;
       at = at == 0 ? bytes.npos : bytes.rfind(kNewcMagic, at - 1)) {
    if ((begin + at) % kAlignment != 0) continue;
    uint64_t padding = 0;
    const auto file = ParseSegment(bytes.substr(at), padding);
    if (!file) continue;
    // It says how many zeros are its own; what is not zero was never ours.
    const bool is_whole = padding <= at && padding < 2 * kAlignment &&
                          bytes.substr(at - padding, padding).find_first_not_of('\0') == bytes.npos;
    if (!is_whole) continue;
    return ImageSegment{begin + at - padding, std::string(file->data)};
  }
  return std::optional<ImageSegment>();
}

Result<std::string> MakeSegment(uint64_t image_size, std::string_view text) {
  const uint64_t padding = 2 * kAlignment - 1 - (image_size + kAlignment - 1) % kAlignment;
  std::string segment(padding, '\0');
  const std::unique_ptr<archive, ArchiveDeleter> out(archive_write_new());
  archive_write_set_format_cpio_newc(out.get());
  archive_write_set_bytes_per_block(out.get(), 0);
  if (archive_write_open(out.get(), &segment, nullptr, AppendTo, nullptr) != ARCHIVE_OK) {
    return Fail(ErrorCode::kInvalidArgument, "cannot make a cpio archive");
  }
  VMCOREDD_TRY(AddEntry(out.get(), "etc", kMarkInode, padding, nullptr));
  VMCOREDD_TRY(AddEntry(out.get(), "etc/vmcoredd", kMarkInode + 1, 0, nullptr));
  VMCOREDD_TRY(AddEntry(out.get(), std::string(kCollectConfName), kMarkInode + 2, 0, &text));
  if (archive_write_close(out.get()) != ARCHIVE_OK) {
    return Fail(ErrorCode::kInvalidArgument, "cannot end a cpio archive");
  }
  if (segment.size() > kMaxSegmentBytes) {
    return Fail(ErrorCode::kLimitExceeded,
                "a configuration of " + std::to_string(text.size()) + " bytes");
  }
  // One that the next run would not know again would stay in the image for ever.
  uint64_t found = 0;
  if (!ParseSegment(std::string_view(segment).substr(padding), found) || found != padding) {
    return Fail(ErrorCode::kUnsupported, "this libarchive writes another cpio archive");
  }
  return segment;
}

Result<std::optional<std::string>> ReadCollectConf(ByteSource& image) {
  const auto segment = VMCOREDD_TRY(FindSegment(image));
  if (segment) return segment->text;
  std::optional<std::string> text;
  VMCOREDD_TRY(
      WalkImage(image, image.Size().value_or(0), [&](const ImageEntry& entry, const auto& copy) {
        if (entry.name != kCollectConfName || entry.size > kMaxSegmentBytes) return Result<void>();
        BufferStream out;
        auto copied = copy(out);
        if (copied) {
          text.emplace(reinterpret_cast<const char*>(out.bytes().data()), out.bytes().size());
        }
        return copied;
      }));
  return text;
}

Result<bool> PutIntoImage(const std::string& path, std::string_view text, bool unless_same) {
  // kdump-tools' image is a link to one with the kernel's release in its name.
  const std::unique_ptr<char, decltype(&::free)> real(::realpath(path.c_str(), nullptr), &::free);
  if (!real) return FailIo("cannot open", errno);
  const auto image = VMCOREDD_TRY(FileSource::Open(real.get()));
  VMCOREDD_TRY(ImageFormat(*image));
  const auto old = VMCOREDD_TRY(FindSegment(*image));
  if (unless_same) {
    // An image that cannot be looked into may still be one that the kernel unpacks.
    const auto present = ReadCollectConf(*image);
    if (present && *present && SameCollectConf(**present, text)) return false;
  }
  const uint64_t size = old ? old->offset : image->Size().value_or(0);
  const std::string segment = VMCOREDD_TRY(MakeSegment(size, text));
  OutputFile out = VMCOREDD_TRY(OutputFile::Create(real.get(), OutputFile::Existing::kReplace));
  VMCOREDD_TRY(CopyRange(*image, 0, size, out));
  VMCOREDD_TRY(out.Write(std::as_bytes(std::span(segment))));
  VMCOREDD_TRY(attach::CopyAttributes(image->fd(), out.fd()));
  VMCOREDD_TRY(out.Commit());
  return true;
}

}  // namespace vmcoredd
