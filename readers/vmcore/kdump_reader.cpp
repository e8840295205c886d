// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/kdump_reader.h"

#include <string>
#include <utility>

#include "readers/vmcore/kdump_completeness.h"
#include "readers/vmcore/vmcoreinfo.h"

namespace vmcoredd {

namespace {

std::string Variant(const KdumpHeader& header) {
  std::string text = "kdump-compressed v" + std::to_string(header.header_version);
  switch (header.layout) {
    case KdumpLayout::k64: text += " 64-bit"; break;
    case KdumpLayout::k32Packed: text += " 32-bit packed"; break;
    case KdumpLayout::k32Padded: text += " 32-bit padded"; break;
  }
  text += header.order == std::endian::little ? " little-endian" : " big-endian";
  return header.split ? text + ", split" : text;
}

}  // namespace

KdumpReader::KdumpReader(std::unique_ptr<VmcoreInput> input, KdumpHeader header)
    : input_(std::move(input)), header_(std::move(header)) {}

Result<std::unique_ptr<KdumpReader>> KdumpReader::Open(std::unique_ptr<VmcoreInput> input) {
  KdumpHeader header = VMCOREDD_TRY(ReadKdumpHeader(input->data()));
  std::unique_ptr<KdumpReader> reader(new KdumpReader(std::move(input), std::move(header)));
  reader->Describe();
  return reader;
}

void KdumpReader::Describe() {
  info_.format = input_->flattened() ? VmcoreFormat::kKdumpFlattened : VmcoreFormat::kKdump;
  info_.variant = Variant(header_);
  info_.arch = header_.machine;
  info_.release = header_.release;
  info_.nodename = header_.nodename;
  info_.order = header_.order;
  info_.page_size = header_.block_size;
  info_.crash_time = header_.timestamp;
  info_.cpus = header_.nr_cpus > 0 ? static_cast<uint32_t>(header_.nr_cpus) : 0;
  input_->Describe(info_);
  if (!input_->leading_only()) CheckKdumpCompleteness(data(), header_, info_);

  if (header_.vmcoreinfo.size > 0) {
    const auto text = ReadVmcoreinfo(data(), header_.vmcoreinfo);
    if (text) AddVmcoreinfoFacts(ParseVmcoreinfo(*text), info_);
  }
  if (header_.notes.size == 0 && input_->lacks_last_records()) FindNotesInLeadingRecords();
  if (!header_.has_notes()) {
    info_.diagnostics.push_back(
        {Error(ErrorCode::kUnsupported, "header version " + std::to_string(header_.header_version) +
                                            " holds no notes, and so no device dumps: expected 4 "
                                            "or later")});
  } else if (header_.notes.size > 0) {
    note_segments_.push_back(header_.notes);
  }
}

// makedumpfile writes the notes of a flattened file before the sub header that
// says where they are: a file cut off in between still has them, as the record
// right behind the place of the sub header.
void KdumpReader::FindNotesInLeadingRecords() {
  const auto is_sub_header_size = [this](uint64_t size) {
    return header_.layout == KdumpLayout::k64 ? size == 104 : size == 80 || size == 96;
  };
  const uint64_t begin = header_.sub_header_offset();
  for (const FlattenedRecord& record : input_->LeadingRecords()) {
    if (record.logical_offset > begin && is_sub_header_size(record.logical_offset - begin)) {
      header_.notes = {record.logical_offset, record.size};
      return;
    }
  }
}

Result<void> KdumpReader::VerifyStructure(const ReportCallback& report,
                                          const ProgressCallback& progress) {
  if (!input_->leading_only()) {
    const uint64_t keep = VMCOREDD_TRY(KdumpTablesEnd(data(), header_));
    VMCOREDD_TRY(input_->ReadToEnd(keep, progress));
  }
  VMCOREDD_TRY(input_->Verify(report));
  return VerifyKdumpStructure(data(), header_, report, progress);
}

}  // namespace vmcoredd
