// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_SPLIT_READER_H_
#define READERS_VMCORE_SPLIT_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "readers/vmcore/kdump_reader.h"

namespace vmcoredd {

// A set of kdump-compressed files that `makedumpfile --split` made of one vmcore:
// each holds the pages of a range of page frame numbers, and all hold the same
// notes at the same place. One piece is enough to read the notes.
class SplitReader final : public VmcoreReader {
 public:
  struct Piece {
    std::string name;  // for diagnostics; raw bytes, may be empty
    std::unique_ptr<KdumpReader> reader;
  };

  // Do two pieces belong to the same set, in different roles? True for two
  // pieces whose headers are the same but for the page frame range.
  static bool BelongTogether(const KdumpHeader& a, const KdumpHeader& b);

  // At least one piece, all belonging together.
  explicit SplitReader(std::vector<Piece> pieces);

  const VmcoreInfo& info() const override { return info_; }
  const std::vector<ByteRange>& note_segments() const override {
    return notes_piece_->note_segments();
  }
  ByteSource& data() override { return notes_piece_->data(); }
  std::optional<Error> stream_damage() const override { return notes_piece_->stream_damage(); }
  Result<void> ReadStreamToEnd(uint64_t keep_until, const ProgressCallback& progress) override {
    return notes_piece_->ReadStreamToEnd(keep_until, progress);
  }
  // Also compares all notes of all pieces.
  Result<void> VerifyStructure(const ReportCallback& report,
                               const ProgressCallback& progress) override;

 private:
  // Reports page frames that no piece, or more than one, has. Returns whether
  // none are missing.
  bool CheckCoverage(const ReportCallback& report) const;
  void CompareNotes(uint64_t max_bytes, const ReportCallback& report);

  std::vector<Piece> pieces_;  // by page frame number
  // The piece whose notes are used: the first that has all of them. Not owned.
  KdumpReader* notes_piece_ = nullptr;
  VmcoreInfo info_;
};

}  // namespace vmcoredd

#endif  // READERS_VMCORE_SPLIT_READER_H_
