// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/note_block.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "vmcoredd/base/text.h"
#include "vmcoredd/format/note.h"
#include "vmcoredd/writer/note_space.h"

namespace vmcoredd::attach {

namespace {

std::string Quoted(const std::string& name) { return "the dump \"" + EscapeBytes(name) + "\""; }

Result<void> CheckDump(const DumpToAttach& dump) {
  if (dump.name.size() > kDumpNameBytes || dump.name.find('\0') != std::string::npos) {
    return Fail(ErrorCode::kInvalidArgument, "a dump name of more than 44 bytes or with a NUL");
  }
  if (dump.source == nullptr || dump.parts.empty()) {
    return Fail(ErrorCode::kInvalidArgument, Quoted(dump.name) + " has no bytes");
  }
  if (dump.manifest.codec == Codec::kUnknown) {
    return Fail(ErrorCode::kUnsupported,
                Quoted(dump.name) + " has a codec that this version does not know");
  }
  const auto size = dump.source->Size();
  for (const ByteRange& part : dump.parts) {
    const auto end = part.End();
    if (!end || (size && *end > *size)) {
      return FailAt(ErrorCode::kTruncated, part.offset,
                    Quoted(dump.name) + " passes the end of its file");
    }
  }
  return {};
}

// The entry of the new fragment for a dump: what its archive said, with what is
// different here.
ManifestDump Describe(const DumpToAttach& dump, std::string name, uint64_t ordinal) {
  ManifestDump entry = dump.manifest;
  if (name.size() < dump.name.size()) {
    entry.warnings.push_back("the name had 44 bytes, the last was cut off");
  }
  entry.name = std::move(name);
  entry.ordinal = ordinal;
  entry.parts.clear();
  entry.stored = 0;
  for (const ByteRange& part : dump.parts) entry.stored += part.size;
  if (dump.parts.size() > 1) {
    for (const ByteRange& part : dump.parts) entry.parts.push_back({part.size});
  }
  return entry;
}

}  // namespace

Result<NoteBlock> NoteBlock::Make(const std::vector<DumpToAttach>& dumps,
                                  ManifestFragment fragment,
                                  AttachRecord record,
                                  uint64_t page_size,
                                  std::endian order) {
  if (dumps.empty()) return Fail(ErrorCode::kInvalidArgument, "there are no dumps to attach");
  if (dumps.size() > kMaxManifestDumps) {
    return Fail(ErrorCode::kLimitExceeded,
                "at most " + std::to_string(kMaxManifestDumps) + " dumps can be attached at once");
  }
  NoteBlock block;
  block.page_size_ = page_size;
  block.order_ = order;
  fragment.dumps.clear();
  std::unordered_map<std::string, uint64_t> ordinals;
  for (const DumpToAttach& dump : dumps) {
    VMCOREDD_TRY(CheckDump(dump));
    const std::string name = dump.name.substr(0, kMaxDumpNameLength);
    fragment.dumps.push_back(Describe(dump, name, ordinals[name]++));
    for (size_t i = 0; i < dump.parts.size(); ++i) {
      const bool is_last = i + 1 == dump.parts.size();
      const Codec codec = dump.manifest.codec;
      const auto space = FitNote(dump.parts[i].size, codec, is_last, page_size);
      if (!space || space->note_size > kMaxNoteBytes - block.size_) {
        return Fail(ErrorCode::kRefused,
                    Quoted(dump.name) + " does not fit: a vmcore with more than " +
                        std::to_string(kMaxNoteBytes) +
                        " bytes of notes is lost to makedumpfile and crash; it stays in its "
                        "archive");
      }
      block.notes_.push_back({name, dump.source, dump.parts[i], codec, is_last, space->note_size});
      block.size_ += space->note_size;
    }
  }

  fragment.kind = "attach";
  fragment.attach = std::move(record);
  const std::string json = ManifestToJson(fragment);
  if (json.size() > kMaxManifestBytes) {
    return Fail(ErrorCode::kLimitExceeded,
                "the manifest fragment has " + std::to_string(json.size()) + " bytes");
  }
  block.manifest_note_ = MakeNoteHead(kManifestNoteOwner, kManifestNoteType,
                                      static_cast<uint32_t>(json.size()), order) +
                         json;
  block.manifest_note_.resize(AlignUp(block.manifest_note_.size(), 4));
  block.size_ += block.manifest_note_.size();
  return block;
}

Result<void> NoteBlock::Write(OutputStream& out,
                              const ProgressCallback& progress,
                              uint64_t done_before) const {
  uint64_t done = done_before;
  for (const DumpNote& note : notes_) {
    const VmcoreddHeader header = MakeVmcoreddHeader(note.name, note.note_size, order_);
    VMCOREDD_TRY(out.Write(std::as_bytes(std::span(&header, 1))));
    ProgressCallback note_progress;
    if (progress) {
      note_progress = [&](uint64_t copied) { progress(done + kDumpNoteHeaderBytes + copied); };
    }
    VMCOREDD_TRY(
        CopyRange(*note.source, note.payload.offset, note.payload.size, out, note_progress));
    const auto space = FitNote(note.payload.size, note.codec, note.is_last, page_size_);
    VMCOREDD_TRY(WritePadding(*space, out));
    done += note.note_size;
  }
  VMCOREDD_TRY(out.Write(std::as_bytes(std::span(manifest_note_))));
  if (progress) progress(done + manifest_note_.size());
  return {};
}

Result<void> WriteOldAndNewNotes(ByteSource& old,
                                 ByteRange kept,
                                 const NoteBlock& block,
                                 OutputStream& out,
                                 const ProgressCallback& progress) {
  VMCOREDD_TRY(CopyRange(old, kept.offset, kept.size, out, progress));
  VMCOREDD_TRY(WriteZeros(AlignUp(kept.size, 4) - kept.size, out));
  return block.Write(out, progress, AlignUp(kept.size, 4));
}

}  // namespace vmcoredd::attach
