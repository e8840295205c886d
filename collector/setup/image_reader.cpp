// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/image_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr size_t kWindow = 64 * 1024;
constexpr size_t kHeaderBytes = 110;
constexpr std::string_view kTrailer = "TRAILER!!!";

// Bytes as the kernel unpacks them.
class UnpackedBytes {
 public:
  virtual ~UnpackedBytes() = default;
  // 0 at the end.
  virtual Result<size_t> Read(std::span<std::byte> out) = 0;
};

// [at, end) of the image.
class PlainBytes final : public UnpackedBytes {
 public:
  PlainBytes(ByteSource& image, uint64_t at, uint64_t end) : image_(image), at_(at), end_(end) {}

  Result<size_t> Read(std::span<std::byte> out) override {
    const uint64_t want = std::min<uint64_t>(out.size(), end_ - at_);
    const size_t got = VMCOREDD_TRY(image_.ReadAt(at_, out.first(static_cast<size_t>(want))));
    at_ += got;
    return got;
  }

 private:
  ByteSource& image_;
  uint64_t at_;
  uint64_t end_;
};

struct ReadCloser {
  void operator()(archive* a) const { archive_read_free(a); }
};

// What libarchive decompresses. It is not asked for the cpio archive in it: it would
// believe a header that gives a name of 4 GiB.
class DecompressedBytes final : public UnpackedBytes {
 public:
  DecompressedBytes(ByteSource& image, uint64_t at, uint64_t end)
      : packed_(image, at, end), at_(at), in_(archive_read_new()) {}

  Result<void> Open() {
    archive* const in = in_.get();
    archive_read_support_format_raw(in);
    archive_read_support_filter_gzip(in);
    archive_read_support_filter_bzip2(in);
    archive_read_support_filter_lzma(in);
    archive_read_support_filter_xz(in);
    archive_read_support_filter_lz4(in);
    archive_read_support_filter_zstd(in);
    archive_entry* entry = nullptr;
    const bool is_open = archive_read_open(in, this, nullptr, ReadPacked, nullptr) == ARCHIVE_OK &&
                         archive_read_next_header(in, &entry) == ARCHIVE_OK;
    if (!is_open) return tl::unexpected(Damage());
    if (archive_filter_code(in, 0) == ARCHIVE_FILTER_NONE) {
      return FailAt(ErrorCode::kUnsupported, at_,
                    "expected a cpio archive or compressed data: what is here is neither");
    }
    return {};
  }

  Result<size_t> Read(std::span<std::byte> out) override {
    const la_ssize_t got = archive_read_data(in_.get(), out.data(), out.size());
    if (got < 0) return tl::unexpected(Damage());
    return static_cast<size_t>(got);
  }

 private:
  static la_ssize_t ReadPacked(archive* in, void* client, const void** bytes) {
    auto& self = *static_cast<DecompressedBytes*>(client);
    const auto got = self.packed_.Read(self.window_);
    if (!got) {
      archive_set_error(in, got.error().os_error(), "%s", got.error().ToString().c_str());
      return -1;
    }
    *bytes = self.window_.data();
    return static_cast<la_ssize_t>(*got);
  }

  Error Damage() const {
    const char* const why = archive_error_string(in_.get());
    Error error(ErrorCode::kCorrupt,
                "cannot unpack the image: " + EscapeBytes(why ? why : "no reason given"));
    return std::move(error).At(at_);
  }

  PlainBytes packed_;
  uint64_t at_;
  std::vector<std::byte> window_ = std::vector<std::byte>(kWindow);
  std::unique_ptr<archive, ReadCloser> in_;
};

struct Limits {
  size_t entries = 0;
  uint64_t unpacked = 0;
};

// Walks the newc archives of a stream, one after the other.
class CpioWalk {
 public:
  CpioWalk(UnpackedBytes& bytes, const ImageVisitor& visit, Limits& limits)
      : bytes_(bytes), visit_(visit), limits_(limits) {}

  // Gives how far it came: to the end, or to something else than a cpio archive.
  Result<uint64_t> Run() {
    for (;;) {
      const std::string_view head = VMCOREDD_TRY(Fill(kHeaderBytes));
      if (head.empty()) return taken_;
      const size_t zeros = std::min(head.find_first_not_of('\0'), head.size());
      if (zeros != 0) {
        Drop(zeros);
        continue;
      }
      if (!head.starts_with("070701") && !head.starts_with("070702")) return taken_;
      VMCOREDD_TRY(Entry(head));
    }
  }

 private:
  // At least `size` bytes, or what is left.
  Result<std::string_view> Fill(size_t size) {
    if (end_ - begin_ < size && begin_ != 0) {
      std::memmove(window_.data(), window_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    while (end_ - begin_ < size) {
      const size_t got = VMCOREDD_TRY(bytes_.Read(std::span(window_).subspan(end_)));
      if (got == 0) break;
      end_ += got;
    }
    return std::string_view(reinterpret_cast<const char*>(window_.data()) + begin_, end_ - begin_);
  }

  void Drop(size_t size) {
    begin_ += size;
    taken_ += size;
  }

  tl::unexpected<Error> Corrupt(const char* what) const {
    return FailAt(ErrorCode::kCorrupt, taken_, std::string("cpio archive: ") + what);
  }

  // `out` may be null: the bytes are skipped.
  Result<void> Take(uint64_t size, OutputStream* out) {
    while (size != 0) {
      const std::string_view part = VMCOREDD_TRY(Fill(1));
      if (part.empty()) return FailAt(ErrorCode::kTruncated, taken_, "the cpio archive ends early");
      const size_t now = static_cast<size_t>(std::min<uint64_t>(part.size(), size));
      if (out) VMCOREDD_TRY(out->Write(std::as_bytes(std::span(part.substr(0, now)))));
      Drop(now);
      size -= now;
    }
    return {};
  }

  static std::optional<uint32_t> Field(std::string_view head, size_t index) {
    const char* const begin = head.data() + 6 + index * 8;
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(begin, begin + 8, value, 16);
    if (error != std::errc() || end != begin + 8) return std::nullopt;
    return value;
  }

  static uint64_t Padding(uint64_t size) { return (4 - size % 4) % 4; }

  Result<void> Entry(std::string_view head) {
    if (head.size() < kHeaderBytes) return Corrupt("the header ends early");
    const auto mode = Field(head, 1);
    const auto size = Field(head, 6);
    const auto name_size = Field(head, 11);
    if (!mode || !size || !name_size) return Corrupt("expected hexadecimal digits in the header");
    if (*name_size == 0 || *name_size > kMaxImageName) return Corrupt("a name too long, or none");
    Drop(kHeaderBytes);
    BufferStream name_bytes;
    VMCOREDD_TRY(Take(*name_size, &name_bytes));
    VMCOREDD_TRY(Take(Padding(kHeaderBytes + *name_size), nullptr));
    const std::string name(reinterpret_cast<const char*>(name_bytes.bytes().data()),
                           *name_size - 1);
    limits_.unpacked += *size;
    if (++limits_.entries > kMaxImageEntries || limits_.unpacked > kMaxUnpacked) {
      return FailAt(ErrorCode::kLimitExceeded, taken_, "the image unpacks to too much");
    }
    uint64_t rest = *size;
    if (name != kTrailer) {
      ImageEntry entry;
      entry.name = name;
      if (entry.name.starts_with("./")) entry.name.remove_prefix(2);
      while (entry.name.starts_with('/')) entry.name.remove_prefix(1);
      entry.size = *size;
      entry.is_file = S_ISREG(*mode);
      VMCOREDD_TRY(
          visit_(entry, [&](OutputStream& out) { return Take(std::exchange(rest, 0), &out); }));
    }
    VMCOREDD_TRY(Take(rest, nullptr));
    // The last entry of an archive that somebody cut to its size has none.
    return VMCOREDD_TRY(Fill(1)).empty() ? Result<void>() : Take(Padding(*size), nullptr);
  }

  UnpackedBytes& bytes_;
  const ImageVisitor& visit_;
  Limits& limits_;
  std::vector<std::byte> window_ = std::vector<std::byte>(kWindow);
  size_t begin_ = 0;  // of what is not taken yet, in the window
  size_t end_ = 0;
  uint64_t taken_ = 0;
};

}  // namespace

Result<void> WalkImage(ByteSource& image, uint64_t end, const ImageVisitor& visit) {
  Limits limits;
  PlainBytes plain(image, 0, end);
  const uint64_t at = VMCOREDD_TRY(CpioWalk(plain, visit, limits).Run());
  if (at == end) return {};
  DecompressedBytes unpacked(image, at, end);
  VMCOREDD_TRY(unpacked.Open());
  VMCOREDD_TRY(CpioWalk(unpacked, visit, limits).Run());
  return {};
}

}  // namespace vmcoredd
