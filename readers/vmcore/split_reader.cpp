// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/split_reader.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// Notes that are compared on opening; VerifyStructure() compares all.
constexpr uint64_t kNotesComparedOnOpen = 64 * 1024;
constexpr uint64_t kCompareWindow = 64 * 1024;

std::string Range(uint64_t begin, uint64_t end) {
  return "page frames " + std::to_string(begin) + " to " + std::to_string(end - 1);
}

Diagnostic OfPiece(const SplitReader::Piece& piece, Error error) {
  if (piece.name.empty()) return {std::move(error)};
  return {std::move(error).With(EscapeBytes(piece.name))};
}

bool HasAllNotes(KdumpReader& piece) {
  const auto size = piece.data().Size();
  return !size || piece.header().notes.End().value_or(UINT64_MAX) <= *size;
}

// The file offset of the first difference in [offset, offset + size); nothing
// when there is none as far as both go.
Result<std::optional<uint64_t>> FindDifference(ByteSource& a,
                                               ByteSource& b,
                                               uint64_t offset,
                                               uint64_t size) {
  std::vector<std::byte> window_a(kCompareWindow);
  std::vector<std::byte> window_b(kCompareWindow);
  for (uint64_t done = 0; done < size;) {
    const size_t want = std::min<uint64_t>(size - done, kCompareWindow);
    const size_t got_a = VMCOREDD_TRY(a.ReadAt(offset + done, std::span(window_a).first(want)));
    const size_t got_b = VMCOREDD_TRY(b.ReadAt(offset + done, std::span(window_b).first(want)));
    const size_t both = std::min(got_a, got_b);
    const auto end_a = window_a.begin() + static_cast<std::ptrdiff_t>(both);
    const auto differ = std::mismatch(window_a.begin(), end_a, window_b.begin()).first;
    if (differ != end_a) {
      return offset + done + static_cast<uint64_t>(differ - window_a.begin());
    }
    if (both < want) break;
    done += both;
  }
  return std::nullopt;
}

}  // namespace

bool SplitReader::BelongTogether(const KdumpHeader& a, const KdumpHeader& b) {
  const auto common = [](const KdumpHeader& h) {
    return std::tie(h.order, h.layout, h.header_version, h.nodename, h.release, h.machine,
                    h.timestamp, h.block_size, h.sub_hdr_blocks, h.bitmap_blocks, h.max_mapnr,
                    h.nr_cpus);
  };
  const auto same_notes = [](const ByteRange& x, const ByteRange& y) { return x == y; };
  if (!a.split || !b.split || common(a) != common(b) || !same_notes(a.notes, b.notes) ||
      !same_notes(a.vmcoreinfo, b.vmcoreinfo)) {
    return false;
  }
  // The same piece twice is no set. Ranges without pages do repeat: a small
  // machine split in many has several.
  const bool same_range = a.start_pfn == b.start_pfn && a.end_pfn == b.end_pfn;
  return !same_range || a.start_pfn >= a.end_pfn;
}

SplitReader::SplitReader(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {
  std::stable_sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
    const KdumpHeader& x = a.reader->header();
    const KdumpHeader& y = b.reader->header();
    return std::tie(x.start_pfn, x.end_pfn) < std::tie(y.start_pfn, y.end_pfn);
  });
  const auto whole = std::find_if(pieces_.begin(), pieces_.end(),
                                  [](const Piece& piece) { return HasAllNotes(*piece.reader); });
  notes_piece_ = (whole != pieces_.end() ? *whole : pieces_.front()).reader.get();

  info_ = notes_piece_->info();
  info_.diagnostics.clear();
  info_.pieces = static_cast<uint32_t>(pieces_.size());
  info_.complete = true;
  for (const Piece& piece : pieces_) {
    const VmcoreInfo& info = piece.reader->info();
    for (const Diagnostic& diagnostic : info.diagnostics) {
      info_.diagnostics.push_back(OfPiece(piece, diagnostic.error));
    }
    if (info.complete == false || info_.complete == false) {
      info_.complete = false;
    } else if (!info.complete) {
      info_.complete = std::nullopt;
    }
  }
  const ReportCallback keep = [this](Diagnostic diagnostic) {
    info_.diagnostics.push_back(std::move(diagnostic));
  };
  if (!CheckCoverage(keep)) info_.complete = false;
  CompareNotes(kNotesComparedOnOpen, keep);
}

bool SplitReader::CheckCoverage(const ReportCallback& report) const {
  bool all = true;
  const auto missing = [&](uint64_t begin, uint64_t end) {
    all = false;
    report({Error(ErrorCode::kTruncated,
                  "a piece of the split set is missing: " + Range(begin, end))});
  };
  uint64_t covered = 0;
  for (const Piece& piece : pieces_) {
    const KdumpHeader& header = piece.reader->header();
    if (header.start_pfn >= header.end_pfn) continue;
    if (header.start_pfn > covered) missing(covered, header.start_pfn);
    if (header.start_pfn < covered) {
      report(OfPiece(piece, Error(ErrorCode::kCorrupt,
                                  Range(header.start_pfn, std::min(covered, header.end_pfn)) +
                                      " are in another piece of the split set, too")));
    }
    covered = std::max(covered, header.end_pfn);
  }
  const uint64_t end = pieces_.front().reader->header().max_mapnr;
  if (covered < end) missing(covered, end);
  return all;
}

void SplitReader::CompareNotes(uint64_t max_bytes, const ReportCallback& report) {
  for (const ByteRange& notes : notes_piece_->note_segments()) {
    for (const Piece& piece : pieces_) {
      if (piece.reader.get() == notes_piece_) continue;
      auto difference = FindDifference(notes_piece_->data(), piece.reader->data(), notes.offset,
                                       std::min(notes.size, max_bytes));
      if (!difference) {
        report(OfPiece(piece, std::move(difference).error()));
      } else if (*difference) {
        report(OfPiece(piece,
                       Error(ErrorCode::kCorrupt, "the notes differ from those of another piece")
                           .At(**difference)));
      }
    }
  }
}

Result<void> SplitReader::VerifyStructure(const ReportCallback& report,
                                          const ProgressCallback& progress) {
  for (const Piece& piece : pieces_) {
    const ReportCallback named = [&](Diagnostic diagnostic) {
      report(OfPiece(piece, std::move(diagnostic.error)));
    };
    VMCOREDD_TRY(piece.reader->VerifyStructure(named, progress));
  }
  CheckCoverage(report);
  CompareNotes(UINT64_MAX, report);
  return {};
}

}  // namespace vmcoredd
