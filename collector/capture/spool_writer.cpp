// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/spool_writer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// What each kind of record leaves free at the end of the spool for the kinds below
// it: when it is full of payload, remarks still fit; then what was skipped and why;
// and a dump that was begun can always be completed.
constexpr uint64_t kReservedFromPayload = 64 * 1024;
constexpr uint64_t kReservedFromRemarks = 32 * 1024;
constexpr uint64_t kReservedFromSkips = 4 * 1024;

void AppendEscaped(std::string& text, std::string_view key, std::string_view value) {
  AppendFlatLine(text, key, EscapeBytes(value));
}

void AppendEscaped(std::string& text, std::string_view prefix, const Properties& properties) {
  for (const auto& [key, value] : properties) {
    AppendEscaped(text, std::string(prefix) + key, value);
  }
}

}  // namespace

Result<SpoolWriter> SpoolWriter::Create(const std::string& folder,
                                        const ManifestFragment& capture,
                                        uint64_t max_bytes,
                                        bool compress) {
  if (max_bytes < 2 * kReservedFromPayload) {
    return Fail(ErrorCode::kInvalidArgument,
                "a spool needs at least " + std::to_string(2 * kReservedFromPayload) + " bytes");
  }
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return FailIo("cannot make " + EscapeBytes(folder), errno);
  }
  UniqueFd folder_fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_fd.is_valid()) return FailIo("cannot open " + EscapeBytes(folder), errno);
  if (::flock(folder_fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK
               ? Result<SpoolWriter>(Fail(ErrorCode::kRefused,
                                          "another capture is writing to " + EscapeBytes(folder)))
               : FailIo("cannot lock " + EscapeBytes(folder), errno);
  }
  const std::string path = folder + '/' + std::string(kSpoolFileName);
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.is_valid() && errno == EEXIST) {
    return Fail(ErrorCode::kAlreadyExists,
                EscapeBytes(path) + " holds an earlier capture: save it and remove it");
  }
  if (!fd.is_valid()) return FailIo("cannot create " + EscapeBytes(path), errno);

  SpoolWriter spool(std::move(folder_fd), std::move(fd), max_bytes, compress);
  std::string text;
  AppendEscaped(text, "schema", kSpoolSchema);
  AppendEscaped(text, "generator", capture.generator);
  AppendEscaped(text, "capture_id", capture.capture_id);
  AppendEscaped(text, "time", capture.time);
  AppendEscaped(text, "kind", capture.kind);
  AppendEscaped(text, "machine.", capture.machine);
  AppendFlatLine(text, "max_bytes", max_bytes);  // no dump is longer, holes included
  VMCOREDD_TRY(spool.AppendText(SpoolRecord::kStart, text, 0));
  return spool;
}

uint64_t SpoolWriter::room() const {
  // One more header: what is written may come to two records.
  const uint64_t used = end_ + pending_.size() + kSpoolRecordHeaderBytes + kReservedFromPayload;
  return used < max_bytes_ ? max_bytes_ - used : 0;
}

Result<void> SpoolWriter::Append(SpoolRecord type,
                                 std::string_view head,
                                 std::span<const std::byte> body,
                                 uint64_t reserved) {
  if (broken_) return Fail(ErrorCode::kIo, "the spool: an earlier write failed");
  const uint64_t payload = head.size() + body.size();
  const uint64_t limit = max_bytes_ - reserved;
  if (payload > kMaxSpoolRecordPayload || end_ + kSpoolRecordHeaderBytes + payload > limit) {
    return Fail(ErrorCode::kLimitExceeded, "the spool is full");
  }
  if (reserved != 0) VMCOREDD_TRY(Reserve(kSpoolRecordHeaderBytes + payload + reserved));
  std::array<std::byte, kSpoolRecordHeaderBytes> header;
  StoreInt(header.data(), static_cast<uint32_t>(type), std::endian::little);
  StoreInt(header.data() + 4, static_cast<uint32_t>(payload), std::endian::little);
  uint64_t at = end_;
  const std::array parts{std::span<const std::byte>(header), std::as_bytes(std::span(head)), body};
  for (const auto part : parts) {
    if (auto written = PwriteAll(fd_.get(), part, at); !written) {
      // A torn record would hide everything behind it.
      broken_ = ::ftruncate(fd_.get(), static_cast<off_t>(end_)) != 0;
      return FailWith(std::move(written).error(), "the spool");
    }
    at += part.size();
  }
  for (const auto part : parts) {
    if (hasher_) hasher_->Update(part);
  }
  end_ = at;
  return {};
}

// What is kept free below max_bytes must be there on a disk that fills up, too: the end
// of a dump, and why the others are missing.
Result<void> SpoolWriter::Reserve(uint64_t size) {
  if (end_ + size <= allocated_) return {};
  const int error = ::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(end_),
                                static_cast<off_t>(size)) == 0
                        ? 0
                        : errno;
  if (error == ENOSPC || error == EDQUOT) {
    return Fail(ErrorCode::kLimitExceeded, "the spool's disk is full");
  }
  // Filesystems that cannot tell beforehand will when it is written.
  allocated_ = end_ + size;
  return {};
}

Result<void> SpoolWriter::AppendText(SpoolRecord type, std::string_view text, uint64_t reserved) {
  return Append(type, text, {}, reserved);
}

Result<void> SpoolWriter::BeginDump(const ManifestDump& head) {
  std::string text;
  AppendEscaped(text, "name", head.name);
  AppendEscaped(text, "source", head.source);
  AppendEscaped(text, "time", head.time);
  if (!head.phase.empty()) AppendEscaped(text, "phase", head.phase);
  AppendEscaped(text, "device.", head.device);
  dump_begin_ = end_;
  hasher_.emplace();
  auto appended = AppendText(SpoolRecord::kDump, text, kReservedFromPayload);
  if (!appended) {
    hasher_.reset();
    dump_begin_.reset();
  }
  return appended;
}

Result<void> SpoolWriter::Write(std::span<const std::byte> bytes) {
  if (!compress_) return Append(SpoolRecord::kData, {}, bytes, kReservedFromPayload);
  // What is accepted must fit also if it does not pack.
  const uint64_t worst = end_ + 2 * kSpoolRecordHeaderBytes + pending_.size() + bytes.size();
  if (bytes.size() > kMaxSpoolRecordPayload || worst + kReservedFromPayload > max_bytes_) {
    return Fail(ErrorCode::kLimitExceeded, "the spool is full");
  }
  while (!bytes.empty()) {
    const size_t taken = std::min<size_t>(kMaxSpoolRecordPayload - pending_.size(), bytes.size());
    pending_.insert(pending_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(taken));
    bytes = bytes.subspan(taken);
    if (pending_.size() == kMaxSpoolRecordPayload) VMCOREDD_TRY(Flush());
  }
  return {};
}

Result<void> SpoolWriter::Flush() {
  if (pending_.empty()) return {};
  const auto packed = packer_.Pack(pending_);
  auto appended = packed.empty() ? Append(SpoolRecord::kData, {}, pending_, kReservedFromPayload)
                                 : Append(SpoolRecord::kPacked, {}, packed, kReservedFromPayload);
  pending_.clear();
  return appended;
}

Result<void> SpoolWriter::WriteHole(uint64_t size, std::string_view reason) {
  VMCOREDD_TRY(Flush());
  std::array<char, 8> head;
  StoreInt(reinterpret_cast<std::byte*>(head.data()), size, std::endian::little);
  return Append(SpoolRecord::kHole, {head.data(), head.size()}, std::as_bytes(std::span(reason)),
                kReservedFromRemarks);
}

Result<void> SpoolWriter::AppendRemark(SpoolRecord type, std::string_view text) {
  auto appended = AppendText(type, text, kReservedFromRemarks);
  if (!appended && appended.error().code() == ErrorCode::kLimitExceeded) return {};
  return appended;
}

Result<void> SpoolWriter::AddWarning(std::string_view text) {
  return AppendRemark(SpoolRecord::kWarning, text);
}

Result<void> SpoolWriter::AddPerturbation(std::string_view text) {
  return AppendRemark(SpoolRecord::kPerturbed, text);
}

Result<void> SpoolWriter::EndDump(Outcome outcome, uint64_t duration_us) {
  VMCOREDD_TRY(Flush());
  std::string text;
  AppendEscaped(text, "outcome", OutcomeName(outcome));
  AppendFlatLine(text, "duration_us", duration_us);
  AppendFlatLine(text, "hash", hasher_->HexDigest());
  hasher_.reset();
  VMCOREDD_TRY(AppendText(SpoolRecord::kDumpEnd, text, 0));
  dump_begin_.reset();
  // In a crash kernel the spool is in memory and this costs nothing; on a disk it
  // is what makes the dump survive the next one's reset of the machine.
  if (::fdatasync(fd_.get()) != 0 && errno != EINVAL)
    return FailIo("the spool: cannot sync", errno);
  return {};
}

Result<void> SpoolWriter::DropDump() {
  hasher_.reset();
  pending_.clear();
  if (!dump_begin_) return {};
  if (::ftruncate(fd_.get(), static_cast<off_t>(*dump_begin_)) != 0) {
    return FailIo("the spool: cannot take a dump back", errno);
  }
  end_ = allocated_ = *std::exchange(dump_begin_, std::nullopt);
  return {};
}

Result<void> SpoolWriter::AddSkip(const ManifestSkip& skip) {
  std::string text;
  AppendEscaped(text, "name", skip.name);
  AppendEscaped(text, "source", skip.source);
  AppendEscaped(text, "outcome", OutcomeName(skip.outcome));
  AppendEscaped(text, "reason", skip.reason);
  return AppendText(SpoolRecord::kSkip, text, kReservedFromSkips);
}

Result<void> SpoolWriter::AddNote(std::string_view text) {
  return AppendText(SpoolRecord::kNote, text, kReservedFromSkips);
}

Result<void> SpoolWriter::Finish() {
  VMCOREDD_TRY(AppendText(SpoolRecord::kFinish, {}, 0));
  // Gives blocks back that were not needed; that they stay is no harm.
  (void)!::ftruncate(fd_.get(), static_cast<off_t>(end_));
  if (::fdatasync(fd_.get()) != 0 && errno != EINVAL)
    return FailIo("the spool: cannot sync", errno);
  return {};
}

}  // namespace vmcoredd
