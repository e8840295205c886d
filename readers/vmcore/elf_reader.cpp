// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/elf_reader.h"

#include <elf.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "readers/vmcore/vmcoreinfo.h"
#include "vmcoredd/format/manifest_parser.h"
#include "vmcoredd/format/note.h"
#include "vmcoredd/format/note_walker.h"

namespace vmcoredd {

namespace {

constexpr uint32_t kFlagIncomplete = 0x1;  // makedumpfile's DUMP_ELF_INCOMPLETE

std::string Variant(const ElfHeader& header) {
  return std::string(header.is_64 ? "ELF64" : "ELF32") +
         (header.order == std::endian::little ? " little-endian" : " big-endian");
}

// What the notes say about the machine, gathered in one walk.
struct NoteFacts {
  uint32_t cpus = 0;
  std::optional<ByteRange> vmcoreinfo;
  std::optional<ByteRange> manifest;
  uint64_t notes = 0;

  // Returns whether to go on.
  bool Add(const Note& note) {
    if (note.owner == "CORE" && note.type == NT_PRSTATUS) ++cpus;
    if (note.owner == kVmcoreinfoOwner && !vmcoreinfo) vmcoreinfo = note.descriptor;
    if (note.owner == kManifestNoteOwner && note.type == kManifestNoteType) {
      manifest = note.descriptor;
    }
    return ++notes < kMaxNotes;
  }
};

// An archive says of which machine it is in its manifest.
void AddMachineFacts(ByteSource& source, ByteRange manifest, VmcoreInfo& info) {
  if (manifest.size > kMaxManifestBytes) return;
  std::string json(manifest.size, '\0');
  const auto bytes = std::as_writable_bytes(std::span(json));
  if (!ReadExactAt(source, manifest.offset, bytes, "manifest")) return;
  const auto fragment = ParseManifest(json);
  if (!fragment) return;  // ReadDeviceDumps() reports it
  for (const auto& [key, value] : fragment->machine) {
    if (key == "release" && info.release.empty()) info.release = value;
    if (key == "nodename" && info.nodename.empty()) info.nodename = value;
    if (key == "arch" && info.arch.empty()) info.arch = value;
  }
}

}  // namespace

ElfReader::ElfReader(std::unique_ptr<VmcoreInput> input, const ElfHeader& header)
    : input_(std::move(input)), header_(header) {}

Result<std::unique_ptr<ElfReader>> ElfReader::Open(std::unique_ptr<VmcoreInput> input) {
  const ElfHeader header = VMCOREDD_TRY(ReadElfHeader(input->data()));
  std::unique_ptr<ElfReader> reader(new ElfReader(std::move(input), header));
  VmcoreInfo& info = reader->info_;
  info.variant = Variant(header);
  info.order = header.order;
  if (header.machine != EM_NONE) {
    info.arch = ElfMachineName(header.machine, header.is_64, header.order);
  }
  reader->input_->Describe(info);
  VMCOREDD_TRY(reader->ReadSegments());
  if (reader->input_->lacks_last_records()) reader->FindNotesInLeadingRecords();
  reader->CheckNoteOverlaps();
  if (reader->input_->flattened()) {
    info.format = VmcoreFormat::kElfFlattened;
  } else if (reader->loads_ == 0 && !reader->table_cut_) {
    info.format = VmcoreFormat::kArchive;
  }
  if (!reader->input_->leading_only()) reader->CheckCompleteness();
  reader->ReadFacts();
  return reader;
}

Result<void> ElfReader::ReadSegments() {
  if (header_.phnum == 0) {
    return Fail(ErrorCode::kUnsupported,
                header_.shnum > 0 ? "an ELF core file with sections but without segments: perhaps "
                                    "of xl dump-core (Xen), which holds no notes"
                                  : "an ELF core file without program headers");
  }
  uint64_t skipped = 0;
  uint64_t wrapping = 0;
  auto walked = WalkProgramHeaders(
      input_->data(), header_, [&](uint64_t index, const ProgramHeader& segment) -> Result<void> {
        if (segment.type == PT_LOAD) ++loads_;
        const ByteRange range{segment.offset, segment.filesz};
        const auto end = range.End();
        if (!end) {
          ++wrapping;
          return {};
        }
        if (segment.filesz > 0 && *end > segments_end_) {
          segments_end_ = *end;
          last_segment_ = index;
        }
        if (segment.type != PT_NOTE || segment.filesz == 0) return {};
        if (note_segments_.size() < kMaxNoteSegments) {
          note_segments_.push_back(range);
        } else {
          ++skipped;
        }
        return {};
      });
  if (wrapping > 0) {
    info_.diagnostics.push_back(
        {Error(ErrorCode::kCorrupt, std::to_string(wrapping) + " program headers wrap around")});
  }
  if (skipped > 0) {
    info_.diagnostics.push_back(
        {Error(ErrorCode::kLimitExceeded, std::to_string(skipped) + " note segments above the " +
                                              std::to_string(kMaxNoteSegments) +
                                              " that are read are left out")});
  }
  if (walked) return {};
  if (walked.error().code() != ErrorCode::kTruncated) return walked;
  table_cut_ = true;
  info_.complete = false;
  info_.diagnostics.push_back({std::move(walked).error()});
  return {};
}

// makedumpfile writes the program headers of a flattened ELF file last: without
// the last records they read as zeros. The notes, one of the first records, begin
// where the program headers end, or behind one section header (PN_XNUM).
void ElfReader::FindNotesInLeadingRecords() {
  if (!note_segments_.empty()) return;
  const uint64_t table_end = header_.phoff + header_.phnum * header_.phentsize;
  for (const FlattenedRecord& record : input_->LeadingRecords()) {
    if (record.size == 0 || record.logical_offset < table_end) continue;
    if (record.logical_offset == table_end ||
        record.logical_offset - table_end == header_.shentsize) {
      note_segments_.push_back({record.logical_offset, record.size});
      return;
    }
  }
}

// Tools that walk all segments list notes twice then, as we do.
void ElfReader::CheckNoteOverlaps() {
  std::vector<ByteRange> ordered = note_segments_;
  std::sort(ordered.begin(), ordered.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.offset < b.offset; });
  for (size_t i = 1; i < ordered.size(); ++i) {
    if (ordered[i].offset - ordered[i - 1].offset >= ordered[i - 1].size) continue;
    info_.diagnostics.push_back(
        {Error(ErrorCode::kCorrupt, "note segments overlap: their notes are listed twice")
             .At(ordered[i].offset)});
    return;
  }
}

std::optional<Error> ElfReader::MarkedIncomplete() const {
  if ((header_.flags & kFlagIncomplete) == 0) return std::nullopt;
  return Error(ErrorCode::kTruncated, "marked incomplete: makedumpfile ran out of space");
}

void ElfReader::CheckCompleteness() {
  if (auto marked = MarkedIncomplete()) {
    info_.complete = false;
    info_.diagnostics.push_back({*std::move(marked)});
  }
  CheckPromisedEnd(info_, input_->data().Size(), segments_end_,
                   "segment " + std::to_string(last_segment_));
}

void ElfReader::ReadFacts() {
  NoteFacts facts;
  for (const ByteRange& segment : note_segments_) {
    // ReadDeviceDumps() walks the notes again, and reports what is wrong.
    (void)WalkNotes(data(), segment, info_.order,
                    [&](const Note& note) -> Result<bool> { return facts.Add(note); });
  }
  info_.cpus = facts.cpus;
  if (facts.vmcoreinfo) {
    const auto text = ReadVmcoreinfo(data(), *facts.vmcoreinfo);
    if (text) AddVmcoreinfoFacts(ParseVmcoreinfo(*text), info_);
  }
  if (info_.format == VmcoreFormat::kArchive && facts.manifest) {
    AddMachineFacts(data(), *facts.manifest, info_);
  }
}

}  // namespace vmcoredd
