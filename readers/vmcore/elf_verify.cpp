// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <string>
#include <vector>

#include "readers/vmcore/elf_reader.h"
#include "readers/vmcore/problem.h"

namespace vmcoredd {

namespace {

// Overlaps are looked for among this many segments (2 MiB of memory); a kernel
// has a few hundred.
constexpr size_t kMaxOrderedSegments = 65536;

constexpr uint64_t kElfHeader = UINT64_MAX;
constexpr uint64_t kProgramHeaders = UINT64_MAX - 1;

struct Extent {
  uint64_t begin;
  uint64_t end;
  uint64_t index;  // of the program header, or one of the above

  std::string Name() const {
    if (index == kElfHeader) return "the ELF header";
    if (index == kProgramHeaders) return "the program headers";
    return "segment " + std::to_string(index);
  }
};

class SegmentCheck {
 public:
  SegmentCheck(const ElfHeader& header, uint64_t size) : size_(size) {
    Order({0, header.ehdr_size(), kElfHeader});
    const uint64_t table = header.phnum * header.phentsize;
    if (table > 0) Order({header.phoff, header.phoff + table, kProgramHeaders});
    if (header.shoff == 0) return;
    // Nothing that is read, but it explains bytes at the end.
    const auto sections = CheckedMul(header.shnum, header.shentsize);
    if (sections) end_ = std::max(end_, CheckedAdd(header.shoff, *sections).value_or(0));
  }

  void Add(uint64_t index, const ProgramHeader& segment) {
    if (segment.filesz == 0) return;
    const auto end = CheckedAdd(segment.offset, segment.filesz);
    const Extent extent{segment.offset, end.value_or(UINT64_MAX), index};
    if (!end) {
      wrapping_.Add([&] { return Error(ErrorCode::kCorrupt, extent.Name() + " wraps around"); });
      return;
    }
    if (*end > size_) missing_.Add([&] { return *MissingBytes(size_, *end, extent.Name()); });
    Order(extent);
  }

  void Report(const VmcoreReader::ReportCallback& report) {
    wrapping_.Report(report);
    missing_.Report(report);
    CheckOverlaps();
    overlapping_.Report(report);
    ReportTrailingBytes(size_, end_, report);
  }

 private:
  void Order(const Extent& extent) {
    end_ = std::max(end_, extent.end);
    if (ordered_.size() < kMaxOrderedSegments) ordered_.push_back(extent);
  }

  void CheckOverlaps() {
    std::sort(ordered_.begin(), ordered_.end(),
              [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
    const Extent* reaching = nullptr;  // the one that reaches furthest so far
    for (const Extent& extent : ordered_) {
      if (reaching != nullptr && extent.begin < reaching->end) {
        overlapping_.Add([&] {
          return Error(ErrorCode::kCorrupt, extent.Name() + " overlaps " + reaching->Name())
              .At(extent.begin);
        });
      }
      if (reaching == nullptr || extent.end > reaching->end) reaching = &extent;
    }
  }

  uint64_t size_;
  uint64_t end_ = 0;
  std::vector<Extent> ordered_;
  Problem wrapping_{"segments"};
  Problem missing_{"segments"};
  Problem overlapping_{"segments"};
};

}  // namespace

Result<void> ElfReader::VerifyStructure(const ReportCallback& report,
                                        const ProgressCallback& progress) {
  uint64_t keep = 0;
  for (const ByteRange& segment : note_segments_) {
    keep = std::max(keep, segment.End().value_or(0));
  }
  if (!input_->leading_only()) VMCOREDD_TRY(input_->ReadToEnd(keep, progress));
  VMCOREDD_TRY(input_->Verify(report));
  if (auto marked = MarkedIncomplete()) report({*std::move(marked)});

  // Known: a stream has been read to its end.
  SegmentCheck check(header_, data().Size().value_or(0));
  auto walked =
      WalkProgramHeaders(data(), header_, [&](uint64_t index, const ProgramHeader& segment) {
        check.Add(index, segment);
        return Result<void>();
      });
  check.Report(report);
  if (walked) return {};
  if (walked.error().code() == ErrorCode::kIo) return walked;
  report({std::move(walked).error()});
  return {};
}

}  // namespace vmcoredd
