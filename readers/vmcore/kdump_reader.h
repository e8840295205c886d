// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_KDUMP_READER_H_
#define READERS_VMCORE_KDUMP_READER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "readers/vmcore/vmcore_input.h"
#include "readers/vmcore/vmcore_reader.h"
#include "vmcoredd/format/kdump_header.h"

namespace vmcoredd {

// A kdump-compressed file: a whole vmcore, or one piece of a split set.
class KdumpReader final : public VmcoreReader {
 public:
  // kNotRecognised when data() is no kdump-compressed file.
  static Result<std::unique_ptr<KdumpReader>> Open(std::unique_ptr<VmcoreInput> input);

  const KdumpHeader& header() const { return header_; }

  const VmcoreInfo& info() const override { return info_; }
  const std::vector<ByteRange>& note_segments() const override { return note_segments_; }
  ByteSource& data() override { return input_->data(); }
  std::optional<Error> stream_damage() const override { return input_->stream_damage(); }
  Result<void> ReadStreamToEnd(uint64_t keep_until, const ProgressCallback& progress) override {
    return input_->ReadToEnd(keep_until, progress);
  }
  Result<void> VerifyStructure(const ReportCallback& report,
                               const ProgressCallback& progress) override;

 private:
  KdumpReader(std::unique_ptr<VmcoreInput> input, KdumpHeader header);

  void Describe();
  void FindNotesInLeadingRecords();

  std::unique_ptr<VmcoreInput> input_;
  KdumpHeader header_;
  VmcoreInfo info_;
  std::vector<ByteRange> note_segments_;
};

}  // namespace vmcoredd

#endif  // READERS_VMCORE_KDUMP_READER_H_
