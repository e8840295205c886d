// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/device_dump_table.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "readers/vmcore/manifest_claims.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/format/manifest_parser.h"
#include "vmcoredd/format/note.h"

namespace vmcoredd {

namespace {

class TableBuilder {
 public:
  explicit TableBuilder(VmcoreReader& reader) : reader_(reader) {}

  DeviceDumpTable Build() {
    for (const ByteRange& segment : reader_.note_segments()) {
      auto walked = WalkNotes(reader_.data(), segment, reader_.info().order,
                              [this](const Note& note) { return Add(note); });
      if (!walked) Report(std::move(walked).error());
      if (stopped_) break;
    }
    CloseWindow({}, std::nullopt);
    if (left_out_ > 0) {
      Report(Error(ErrorCode::kLimitExceeded,
                   std::to_string(left_out_) + " device dumps above the " +
                       std::to_string(kMaxDeviceDumps) + " that are read are left out"));
    }
    ReportStreamDamage();
    if (suppressed_ > 0) {
      table_.diagnostics.push_back(
          {Error(ErrorCode::kLimitExceeded, std::to_string(suppressed_) + " more of this kind")});
    }
    return std::move(table_);
  }

 private:
  Result<bool> Add(const Note& note) {
    // WalkNotes bounds a segment; segments may be many, and the same.
    if (++notes_ > kMaxNotes) {
      stopped_ = true;
      return FailAt(ErrorCode::kLimitExceeded, note.note.offset,
                    "more than " + std::to_string(kMaxNotes) + " notes");
    }
    if (note.type == kDumpNoteType) {
      AddDump(note);
    } else if (note.type == kManifestNoteType && note.owner == kManifestNoteOwner) {
      AddFragment(note);
    } else {
      ++table_.other_note_count;
      if (table_.other_notes.size() < kMaxListedNotes) table_.other_notes.push_back(note);
    }
    return true;
  }

  void AddDump(const Note& note) {
    const uint32_t index = next_index_++;
    const std::string label = "device dump " + std::to_string(index);
    if (note.descriptor.size < kDumpNameBytes) {
      Report(Error(ErrorCode::kCorrupt, label + ": descriptor: expected at least " +
                                            std::to_string(kDumpNameBytes) + " bytes, found " +
                                            std::to_string(note.descriptor.size))
                 .At(note.note.offset));
      return;
    }
    std::array<char, kDumpNameBytes> name;
    auto read = ReadExactAt(reader_.data(), note.descriptor.offset,
                            std::as_writable_bytes(std::span(name)), "name");
    if (!read) {
      Report(std::move(read).error().With(label));
      return;
    }
    if (dump_notes_ == kMaxDeviceDumps) {
      ++left_out_;
      return;
    }
    ++dump_notes_;
    DumpNote dump;
    dump.index = index;
    const std::string_view field(name.data(), name.size());
    dump.name = field.substr(0, field.find('\0'));
    dump.owner = note.owner;
    dump.payload = {note.descriptor.offset + kDumpNameBytes, note.descriptor.size - kDumpNameBytes};
    dump.available = Available(dump.payload);
    if (dump.available < dump.payload.size) {
      Report(Error(ErrorCode::kTruncated, label + " (" + EscapeBytes(dump.name) +
                                              "): the file holds " +
                                              std::to_string(dump.available) + " of " +
                                              std::to_string(dump.payload.size) + " bytes")
                 .At(dump.payload.offset + dump.available));
    }
    window_.push_back(std::move(dump));
  }

  // How many bytes of a payload there are. A stream has to be read up to its end
  // for that.
  uint64_t Available(const ByteRange& payload) {
    ByteSource& data = reader_.data();
    if (!data.Size() && payload.size > 0) {
      std::array<std::byte, 1> last;
      auto read = data.ReadAt(payload.offset + payload.size - 1, last);
      if (!read) Report(std::move(read).error());
    }
    // A payload is within a segment, whose end fits in 64 bits.
    const uint64_t end = std::min(payload.offset + payload.size, data.Size().value_or(UINT64_MAX));
    return end - std::min(end, payload.offset);
  }

  void AddFragment(const Note& note) {
    if (note.descriptor.size > kMaxManifestBytes - manifest_bytes_) {
      Report(Error(ErrorCode::kLimitExceeded, "manifest: at most " +
                                                  std::to_string(kMaxManifestBytes) +
                                                  " bytes in all fragments supported, found " +
                                                  std::to_string(note.descriptor.size) + " more")
                 .At(note.note.offset));
      CloseWindow({}, std::nullopt);
      return;
    }
    manifest_bytes_ += note.descriptor.size;
    auto fragment = ReadFragment(note.descriptor);
    if (!fragment) {
      Report(std::move(fragment).error().With("manifest fragment").At(note.note.offset));
      CloseWindow({}, std::nullopt);
      return;
    }
    table_.fragments.push_back(*std::move(fragment));
    CloseWindow(table_.fragments.back().dumps, table_.fragments.size() - 1, note.note.offset);
  }

  Result<ManifestFragment> ReadFragment(const ByteRange& range) {
    std::string json(range.size, '\0');
    VMCOREDD_TRY(
        ReadExactAt(reader_.data(), range.offset, std::as_writable_bytes(std::span(json)), "text"));
    auto fragment = ParseManifest(json);
    if (!fragment && fragment.error().offset()) {  // in the text: make it one in the file
      return FailAt(fragment.error().code(), range.offset + *fragment.error().offset(),
                    fragment.error().message());
    }
    return fragment;
  }

  // Joins the dumps since the last fragment with what this one, at `offset`, says
  // of them.
  void CloseWindow(const std::vector<ManifestDump>& entries,
                   std::optional<size_t> fragment,
                   uint64_t offset = 0) {
    std::vector<DeviceDump> dumps =
        ClaimDumps(std::exchange(window_, {}), entries,
                   [&](Error error) { Report(std::move(error).At(offset)); });
    for (DeviceDump& dump : dumps) {
      if (dump.manifest) dump.fragment = fragment;
      table_.dumps.push_back(std::move(dump));
    }
  }

  // Unless it was known when the file was opened: info() has it then.
  void ReportStreamDamage() {
    auto damage = reader_.stream_damage();
    if (!damage) return;
    const auto& known = reader_.info().diagnostics;
    const bool reported = std::any_of(known.begin(), known.end(), [&](const Diagnostic& d) {
      return d.error.message() == damage->message();
    });
    if (!reported) Report(*std::move(damage));
  }

  void Report(Error error) {
    if (table_.diagnostics.size() < kMaxTableDiagnostics) {
      table_.diagnostics.push_back({std::move(error)});
    } else {
      ++suppressed_;
    }
  }

  VmcoreReader& reader_;
  DeviceDumpTable table_;
  std::vector<DumpNote> window_;  // since the last fragment
  uint64_t notes_ = 0;
  uint64_t dump_notes_ = 0;
  uint32_t next_index_ = 0;
  uint64_t left_out_ = 0;
  uint64_t suppressed_ = 0;
  uint64_t manifest_bytes_ = 0;
  bool stopped_ = false;
};

}  // namespace

uint64_t DeviceDump::size() const {
  uint64_t sum = 0;
  for (const DumpNote& note : notes) sum += note.payload.size;
  return sum;
}

bool DeviceDump::truncated() const {
  return std::any_of(notes.begin(), notes.end(),
                     [](const DumpNote& note) { return note.available < note.payload.size; });
}

std::optional<uint64_t> DeviceDump::length() const {
  if (!manifest || !manifest->length_is_exact) return std::nullopt;
  return manifest->length;
}

DeviceDumpTable ReadDeviceDumps(VmcoreReader& reader) { return TableBuilder(reader).Build(); }

}  // namespace vmcoredd
