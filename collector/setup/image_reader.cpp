// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/image_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr size_t kWindow = 64 * 1024;

struct ReadCloser {
  void operator()(archive* a) const { archive_read_free(a); }
};

// What libarchive reads: [at, end) of the image.
struct Range {
  ByteSource* image;
  uint64_t at;
  uint64_t end;
  std::vector<std::byte> window = std::vector<std::byte>(kWindow);
};

la_ssize_t ReadRange(archive* in, void* client, const void** bytes) {
  auto& range = *static_cast<Range*>(client);
  const size_t want = static_cast<size_t>(std::min<uint64_t>(kWindow, range.end - range.at));
  const auto got = range.image->ReadAt(range.at, std::span(range.window).first(want));
  if (!got) {
    archive_set_error(in, got.error().os_error(), "%s", got.error().ToString().c_str());
    return -1;
  }
  range.at += *got;
  *bytes = range.window.data();
  return static_cast<la_ssize_t>(*got);
}

Error ArchiveError(archive* in, uint64_t offset) {
  const char* const why = archive_error_string(in);
  Error error(ErrorCode::kCorrupt,
              "cannot unpack the image: " + EscapeBytes(why ? why : "no reason given"));
  return std::move(error).At(offset);
}

class ImageWalk {
 public:
  ImageWalk(ByteSource& image, uint64_t end, const ImageVisitor& visit)
      : image_(image), end_(end), visit_(visit) {}

  Result<void> Run() {
    uint64_t offset = 0;
    while (offset < end_) {
      const uint64_t begin = VMCOREDD_TRY(SkipZeros(offset));
      if (begin == end_) return {};
      offset = VMCOREDD_TRY(WalkArchive(begin));
    }
    return {};
  }

 private:
  Result<uint64_t> SkipZeros(uint64_t offset) {
    std::array<std::byte, 4096> window;
    while (offset < end_) {
      const size_t want = static_cast<size_t>(std::min<uint64_t>(window.size(), end_ - offset));
      const size_t got = VMCOREDD_TRY(image_.ReadAt(offset, std::span(window).first(want)));
      if (got == 0) return end_;
      const auto other = std::find_if(window.begin(), window.begin() + static_cast<ptrdiff_t>(got),
                                      [](std::byte b) { return b != std::byte{0}; });
      offset += static_cast<uint64_t>(other - window.begin());
      if (other != window.begin() + static_cast<ptrdiff_t>(got)) return offset;
    }
    return end_;
  }

  // Gives where the next archive may begin.
  Result<uint64_t> WalkArchive(uint64_t offset) {
    Range range{&image_, offset, end_};
    const std::unique_ptr<archive, ReadCloser> in(archive_read_new());
    archive_read_support_format_cpio(in.get());
    archive_read_support_filter_gzip(in.get());
    archive_read_support_filter_bzip2(in.get());
    archive_read_support_filter_lzma(in.get());
    archive_read_support_filter_xz(in.get());
    archive_read_support_filter_lz4(in.get());
    archive_read_support_filter_zstd(in.get());
    if (archive_read_open(in.get(), &range, nullptr, ReadRange, nullptr) != ARCHIVE_OK) {
      return tl::unexpected(ArchiveError(in.get(), offset));
    }
    archive_entry* entry = nullptr;
    for (;;) {
      const int status = archive_read_next_header(in.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        return tl::unexpected(ArchiveError(in.get(), offset));
      }
      unpacked_ += static_cast<uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
      if (++entries_ > kMaxImageEntries || unpacked_ > kMaxUnpacked) {
        return FailAt(ErrorCode::kLimitExceeded, offset, "the image unpacks to too much");
      }
      VMCOREDD_TRY(Visit(in.get(), entry, offset));
    }
    // The outermost filter is the program itself; 0 is what the format has read.
    if (archive_filter_code(in.get(), 0) != ARCHIVE_FILTER_NONE) return end_;
    const auto taken = static_cast<uint64_t>(archive_filter_bytes(in.get(), 0));
    return taken == 0 ? end_ : offset + taken;
  }

  Result<void> Visit(archive* in, archive_entry* entry, uint64_t offset) {
    const char* const path = archive_entry_pathname(entry);
    const char* const link = archive_entry_symlink(entry);
    ImageEntry found;
    found.name = path ? path : "";
    if (found.name.starts_with("./")) found.name.remove_prefix(2);
    while (found.name.starts_with('/')) found.name.remove_prefix(1);
    found.size = static_cast<uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
    if (link) found.link = link;
    return visit_(found, [&](OutputStream& out) -> Result<void> {
      std::array<std::byte, 16384> window;
      for (;;) {
        const la_ssize_t got = archive_read_data(in, window.data(), window.size());
        if (got == 0) return {};
        if (got < 0) return tl::unexpected(ArchiveError(in, offset));
        VMCOREDD_TRY(out.Write(std::span(window).first(static_cast<size_t>(got))));
      }
    });
  }

  ByteSource& image_;
  const uint64_t end_;
  const ImageVisitor& visit_;
  size_t entries_ = 0;
  uint64_t unpacked_ = 0;
};

}  // namespace

Result<void> WalkImage(ByteSource& image, uint64_t end, const ImageVisitor& visit) {
  return ImageWalk(image, end, visit).Run();
}

}  // namespace vmcoredd
