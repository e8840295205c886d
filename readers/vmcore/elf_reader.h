// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_ELF_READER_H_
#define READERS_VMCORE_ELF_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "readers/vmcore/vmcore_input.h"
#include "readers/vmcore/vmcore_reader.h"
#include "vmcoredd/format/elf_headers.h"

namespace vmcoredd {

// An ELF core file: a vmcore, or an archive when it has notes but no memory.
class ElfReader final : public VmcoreReader {
 public:
  // kNotRecognised when data() is no ELF file.
  static Result<std::unique_ptr<ElfReader>> Open(std::unique_ptr<VmcoreInput> input);

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
  ElfReader(std::unique_ptr<VmcoreInput> input, const ElfHeader& header);

  Result<void> ReadSegments();
  void FindNotesInLeadingRecords();
  void CheckNoteOverlaps();
  std::optional<Error> MarkedIncomplete() const;
  void CheckCompleteness();
  void ReadFacts();

  std::unique_ptr<VmcoreInput> input_;
  ElfHeader header_;
  VmcoreInfo info_;
  std::vector<ByteRange> note_segments_;
  uint64_t loads_ = 0;         // PT_LOAD segments
  uint64_t segments_end_ = 0;  // one past the last byte of any segment
  uint64_t last_segment_ = 0;  // the index of the one that reaches there
  bool table_cut_ = false;     // the file ends inside the program headers
};

// More PT_NOTE segments than this are not walked: the kernel writes one.
inline constexpr size_t kMaxNoteSegments = 1024;

}  // namespace vmcoredd

#endif  // READERS_VMCORE_ELF_READER_H_
