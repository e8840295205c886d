// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/archive_sink.h"

#include <algorithm>
#include <array>
#include <utility>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// Skips and notes of one capture: the manifest as a whole has 16 MiB.
constexpr size_t kMaxSkips = 16384;
constexpr size_t kMaxNotes = 1024;

// What a note takes beside its payload: header and padding.
constexpr uint64_t kNoteBytes = 2 * 4096;

// A dump that is a hole for the most part is written as zeros, a window at a time.
constexpr std::array<std::byte, 64 * 1024> kZeros{};

}  // namespace

ArchiveSink::ArchiveSink(ArchiveWriter archive,
                         ManifestFragment capture,
                         Codec codec,
                         uint64_t max_bytes)
    : archive_(std::move(archive)),
      capture_(std::move(capture)),
      codec_(codec),
      max_bytes_(max_bytes) {}

uint64_t ArchiveSink::room() const {
  const uint64_t used = archive_.size() + kNoteBytes;
  return used < max_bytes_ ? max_bytes_ - used : 0;
}

Result<void> ArchiveSink::BeginDump(const ManifestDump& head) {
  if (names_.contains(head.name)) {
    return Fail(ErrorCode::kAlreadyExists,
                "there is a dump named " + EscapeBytes(head.name) + " already");
  }
  VMCOREDD_TRY(archive_.BeginDump(head.name, codec_));
  facts_ = head;
  written_ = 0;
  is_open_ = true;
  return {};
}

Result<void> ArchiveSink::Write(std::span<const std::byte> bytes) {
  if (archive_.size() + bytes.size() > max_bytes_) {
    return Fail(ErrorCode::kLimitExceeded, "the archive is full");
  }
  written_ += bytes.size();
  return archive_.Write(bytes);
}

Result<void> ArchiveSink::WriteHole(uint64_t size, std::string_view reason) {
  if (size > max_bytes_ || archive_.size() + size > max_bytes_) {
    return Fail(ErrorCode::kLimitExceeded, "the archive is full");
  }
  facts_.holes.push_back({{written_, size}, std::string(reason)});
  written_ += size;
  while (size > 0) {
    const auto piece = std::span(kZeros).first(std::min<uint64_t>(size, kZeros.size()));
    VMCOREDD_TRY(archive_.Write(piece));
    size -= piece.size();
  }
  return {};
}

Result<void> ArchiveSink::AddWarning(std::string_view text) {
  facts_.warnings.emplace_back(text);
  return {};
}

Result<void> ArchiveSink::AddPerturbation(std::string_view text) {
  facts_.perturbed.emplace_back(text);
  return {};
}

Result<void> ArchiveSink::EndDump(Outcome outcome, uint64_t duration_us) {
  facts_.outcome = outcome;
  facts_.duration_us = duration_us;
  names_.insert(facts_.name);
  VMCOREDD_TRY(archive_.EndDump(std::move(facts_)));
  is_open_ = false;
  return {};
}

Result<void> ArchiveSink::DropDump() {
  if (!std::exchange(is_open_, false)) return {};
  return archive_.DropDump();
}

Result<void> ArchiveSink::AddSkip(const ManifestSkip& skip) {
  if (capture_.skipped.size() < kMaxSkips) {
    capture_.skipped.push_back(skip);
    return {};
  }
  return AddNote("more dumps were skipped than can be listed");
}

Result<void> ArchiveSink::AddNote(std::string_view text) {
  auto& notes = capture_.warnings;
  if (notes.size() < kMaxNotes && (notes.empty() || notes.back() != text)) {
    notes.emplace_back(text);
  }
  return {};
}

Result<void> ArchiveSink::Finish() { return archive_.Finish(capture_); }

}  // namespace vmcoredd
