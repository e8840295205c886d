// SPDX-License-Identifier: LGPL-2.1-or-later
#include <archive.h>

#include <cerrno>
#include <cstring>

#include "readers/vmcore/decompressors.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::internal {

namespace {

// One filter and the "raw" format: libarchive never looks for an archive inside.
//
// When the data is cut off or damaged, libarchive drops the block that it was
// filling: up to 64 KiB for bzip2 and xz; lz4 can only give whole blocks (4 MiB).
class LibarchiveDecoder final : public InputStream {
 public:
  LibarchiveDecoder(Compression compression, std::unique_ptr<InputStream> in)
      : compression_(compression), in_(std::move(in)), archive_(archive_read_new()) {}

  Result<size_t> Read(std::span<std::byte> out) override {
    if (!opened_) VMCOREDD_TRY(Open());
    while (block_.empty()) {
      if (ended_) return 0;
      const void* data = nullptr;
      size_t size = 0;
      la_int64_t offset = 0;
      const int status = archive_read_data_block(archive_.get(), &data, &size, &offset);
      if (status == ARCHIVE_EOF) {
        ended_ = true;
        VMCOREDD_TRY(CheckNothingFollows());
      } else if (status < ARCHIVE_OK) {
        return DataError();
      }
      block_ = {static_cast<const std::byte*>(data), size};
    }
    const size_t count = std::min(block_.size(), out.size());
    std::memcpy(out.data(), block_.data(), count);
    block_ = block_.subspan(count);
    return count;
  }

 private:
  Result<void> Open() {
    struct archive* const a = archive_.get();
    if (a == nullptr) return Fail(ErrorCode::kLimitExceeded, "libarchive: out of memory");
    // ARCHIVE_WARN would mean that libarchive runs an external program for it.
    if (SupportFilter() != ARCHIVE_OK) {
      return Fail(ErrorCode::kUnsupported, std::string(CompressionName(compression_)) +
                                               ": this libarchive cannot decode it");
    }
    archive_read_support_format_raw(a);
    archive_read_support_format_empty(a);
    archive_read_set_read_callback(a, &LibarchiveDecoder::Feed);
    archive_read_set_callback_data(a, this);
    opened_ = true;
    struct archive_entry* entry = nullptr;
    if (archive_read_open1(a) != ARCHIVE_OK) return DataError();
    const int status = archive_read_next_header(a, &entry);
    if (status == ARCHIVE_EOF) ended_ = true;
    if (status < ARCHIVE_OK) return DataError();
    // A filter that does not know its header is left out; what remains is the one
    // that reads.
    if (archive_filter_count(a) < 2) {
      return FailDecoding(ErrorCode::kCorrupt, compression_, 0, "the header is damaged");
    }
    return {};
  }

  int SupportFilter() {
    switch (compression_) {
      case Compression::kBzip2: return archive_read_support_filter_bzip2(archive_.get());
      case Compression::kLz4: return archive_read_support_filter_lz4(archive_.get());
      case Compression::kXz: return archive_read_support_filter_xz(archive_.get());
      default: return ARCHIVE_FATAL;
    }
  }

  // Called by libarchive for more input. What it was given the last time has been
  // used by then.
  static la_ssize_t Feed(struct archive* a, void* self_pointer, const void** buffer) {
    auto& self = *static_cast<LibarchiveDecoder*>(self_pointer);
    self.in_.Consume(self.lent_);
    self.lent_ = 0;
    auto bytes = self.in_.Peek();
    if (!bytes) {
      archive_set_error(a, EIO, "cannot read");
      self.input_error_ = std::move(bytes).error();
      return -1;
    }
    self.lent_ = bytes->size();
    *buffer = bytes->data();
    return static_cast<la_ssize_t>(bytes->size());
  }

  // Of the compressed file. libarchive does not say before it has read the header.
  uint64_t UsedBytes() {
    const la_int64_t used = archive_filter_bytes(archive_.get(), -1);
    return used >= 0 ? static_cast<uint64_t>(used) : in_.consumed();
  }

  Result<void> CheckNothingFollows() {
    const uint64_t used = UsedBytes();
    bool more = used < in_.consumed() + lent_;
    if (!more) {
      in_.Consume(lent_);
      lent_ = 0;
      more = !VMCOREDD_TRY(in_.Peek()).empty();
    }
    if (!more) return {};
    return FailDecoding(ErrorCode::kCorrupt, compression_, used, "something else follows the data");
  }

  tl::unexpected<Error> DataError() {
    if (input_error_) return tl::unexpected(*std::move(input_error_));
    const char* text = archive_error_string(archive_.get());
    const std::string what = EscapeBytes(text != nullptr ? text : "damaged data");
    // libarchive has no code for it, only the words, of which liblzma's "no
    // progress" is one when all input was used.
    const bool cut =
        what.find("runcated") != std::string::npos || what.find("No progress") != std::string::npos;
    return FailDecoding(cut ? ErrorCode::kTruncated : ErrorCode::kCorrupt, compression_,
                        UsedBytes(), cut ? "the data is cut off" : what);
  }

  struct Deleter {
    void operator()(struct archive* a) const { archive_read_free(a); }
  };
  Compression compression_;
  CompressedInput in_;
  size_t lent_ = 0;  // bytes that libarchive holds a pointer to
  std::optional<Error> input_error_;
  std::unique_ptr<struct archive, Deleter> archive_;
  std::span<const std::byte> block_;  // libarchive's, until the next call
  bool opened_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<InputStream>> MakeLibarchiveDecoder(Compression compression,
                                                           std::unique_ptr<InputStream> in) {
  return std::make_unique<LibarchiveDecoder>(compression, std::move(in));
}

}  // namespace vmcoredd::internal
