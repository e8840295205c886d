// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/flattened_relay.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "vmcoredd/base/temporary_file.h"
#include "vmcoredd/format/kdump_header.h"
#include "vmcoredd/writer/attach/note_block.h"

namespace vmcoredd::attach {

namespace {

constexpr size_t kWindow = 256 * 1024;
// Until the main header is seen, which says where the bitmaps start, everything
// below this is kept. makedumpfile and QEMU write it first.
constexpr uint64_t kMaxKept = kMaxNoteBytes + 4 * 1024 * 1024;
constexpr unsigned kMaxRecordsWithoutHeader = 16;
// Kept of anything else, to say in the end what it was: its header may come last.
constexpr uint64_t kMagicBytes = 16;
// The main header says enough: the sub header behind it, which may come later,
// reads as zeros until then.
constexpr uint64_t kInitialSpoolSize = 2 * 1024 * 1024;

}  // namespace

FlattenedRelay::FlattenedRelay(int in, int out, UniqueFd spool, const ProgressCallback& progress)
    : in_(in),
      out_(out),
      spool_(std::move(spool)),
      progress_(progress),
      window_(kWindow),
      kept_end_(kMaxKept) {}

Result<FlattenedRelay> FlattenedRelay::Create(int in,
                                              int out,
                                              const std::string& spool_folder,
                                              const ProgressCallback& progress) {
  auto spool = OpenTemporaryFile(spool_folder);
  if (spool && ::ftruncate(spool->get(), kInitialSpoolSize) != 0) {
    spool = FailIo("cannot size the temporary file", errno);
  }
  if (!spool) {
    FlattenedRelay relay(in, out, UniqueFd(), progress);
    VMCOREDD_TRY(relay.PassRest());
    return tl::unexpected(std::move(spool).error());
  }
  return FlattenedRelay(in, out, *std::move(spool), progress);
}

Result<size_t> FlattenedRelay::Read(std::span<std::byte> bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(in_, bytes.data() + done, bytes.size() - done);
    if (got < 0) {
      if (errno == EINTR) continue;
      return FailIo("cannot read", errno);
    }
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

Result<void> FlattenedRelay::Pass(std::span<const std::byte> bytes) {
  VMCOREDD_TRY(out_.Write(bytes));
  passed_ += bytes.size();
  if (progress_) progress_(passed_);
  return {};
}

Result<void> FlattenedRelay::PassRest() {
  for (;;) {
    const size_t got = VMCOREDD_TRY(Read(window_));
    if (got == 0) return {};
    VMCOREDD_TRY(Pass(std::span(window_).first(got)));
  }
}

Result<void> FlattenedRelay::GiveUp(Error error) {
  VMCOREDD_TRY(PassRest());
  return tl::unexpected(std::move(error));
}

Result<void> FlattenedRelay::Keep(uint64_t logical_offset, std::span<const std::byte> bytes) {
  if (logical_offset >= kept_end_) return {};
  const auto kept = bytes.first(std::min<uint64_t>(bytes.size(), kept_end_ - logical_offset));
  auto written = PwriteAll(spool_.get(), kept, logical_offset);
  if (!written) return FailWith(std::move(written).error(), "the temporary file");
  return {};
}

void FlattenedRelay::LookForHeader() {
  if (header_known_) return;
  UniqueFd fd(::fcntl(spool_.get(), F_DUPFD_CLOEXEC, 0));
  auto source = FileSource::FromFd(std::move(fd), "temporary file");
  const auto header = source ? ReadKdumpHeader(**source)
                             : Result<KdumpHeader>(tl::unexpected(std::move(source).error()));
  if (header) {
    header_known_ = true;
    kept_end_ = std::min(kMaxKept, header->bitmap_offset());
  } else if (++records_without_header_ == kMaxRecordsWithoutHeader) {
    header_known_ = true;  // there is none
    kept_end_ = kMagicBytes;
  }
}

Result<void> FlattenedRelay::PassRecord(const FlattenedRecord& record) {
  uint64_t done = 0;
  while (done < record.size) {
    const auto piece =
        std::span(window_).first(std::min<uint64_t>(window_.size(), record.size - done));
    const size_t got = VMCOREDD_TRY(Read(piece));
    VMCOREDD_TRY(Pass(piece.first(got)));
    // A failure to keep must not stop the vmcore: it only means no notes.
    if (auto kept = Keep(record.logical_offset + done, piece.first(got)); !kept) {
      return GiveUp(std::move(kept).error());
    }
    done += got;
    if (got < piece.size()) {
      return FailAt(ErrorCode::kTruncated, passed_,
                    "the flattened stream ends inside a record: expected " +
                        std::to_string(record.size) + " bytes, found " + std::to_string(done));
    }
  }
  logical_end_ = std::max(logical_end_, record.logical_offset + record.size);
  LookForHeader();
  return {};
}

Result<void> FlattenedRelay::PassRecords() {
  const auto head = std::span(window_).first(kFlattenedHeaderBytes);
  const size_t got = VMCOREDD_TRY(Read(head));
  MemorySource start(head.first(got));
  const auto is_flattened = IsFlattened(start);
  VMCOREDD_TRY(Pass(head.first(got)));
  if (!is_flattened) return GiveUp(is_flattened.error());
  if (!*is_flattened) {
    return GiveUp(Error(ErrorCode::kNotRecognised, "the stream is not a flattened file"));
  }
  for (;;) {
    FlattenedRecordHeader header;
    const size_t header_bytes = VMCOREDD_TRY(Read(header));
    if (header_bytes < header.size()) {
      VMCOREDD_TRY(Pass(std::span(header).first(header_bytes)));
      return FailAt(ErrorCode::kTruncated, passed_, "the flattened stream has no end marker");
    }
    const auto record = DecodeFlattenedRecord(header, passed_);
    if (record && !*record) break;
    VMCOREDD_TRY(Pass(header));
    if (!record) return GiveUp(record.error());
    VMCOREDD_TRY(PassRecord(**record));
  }
  // The end of the input, too, decides whether notes can be added.
  std::byte behind;
  if (VMCOREDD_TRY(Read(std::span(&behind, 1))) == 0) return {};
  VMCOREDD_TRY(Pass(FlattenedEndMarker()));
  VMCOREDD_TRY(Pass(std::span(&behind, 1)));
  return GiveUp(Error(ErrorCode::kCorrupt, "bytes follow the end marker of the flattened stream")
                    .At(passed_));
}

Result<ByteSource*> FlattenedRelay::Kept() {
  UniqueFd fd(::fcntl(spool_.get(), F_DUPFD_CLOEXEC, 0));
  if (!fd.is_valid()) return FailIo("cannot duplicate a descriptor", errno);
  kept_ = VMCOREDD_TRY(FileSource::FromFd(std::move(fd), "temporary file"));
  return kept_.get();
}

}  // namespace vmcoredd::attach
