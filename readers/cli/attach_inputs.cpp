// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/attach_inputs.h"
#include "readers/cli/output_text.h"

#include <algorithm>
#include <set>
#include <utility>

#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

class HashingStream final : public OutputStream {
 public:
  Result<void> Write(std::span<const std::byte> bytes) override {
    hasher_.Update(bytes);
    return {};
  }
  std::string HexDigest() const { return hasher_.HexDigest(); }

 private:
  PayloadHasher hasher_;
};

// For a dump that no fragment describes: all of the payload is the dump.
Result<ManifestDump> Describe(Input& archive, const DeviceDump& dump) {
  HashingStream hash;
  const auto read = VMCOREDD_TRY(ExtractDump(*archive.reader, dump, PayloadForm::kStored, hash));
  ManifestDump manifest;
  manifest.name = dump.name();
  manifest.length = read.written;
  manifest.length_is_exact = false;
  manifest.stored = read.written;
  manifest.hash = hash.HexDigest();
  manifest.warnings.push_back("the exact length is not known: zeros at the end may be padding");
  return manifest;
}

// A vmcore must not come to hold what is known to be wrong.
Result<void> CheckPayload(Input& archive, const DeviceDump& dump) {
  HashingStream unused;
  const auto read = VMCOREDD_TRY(ExtractDump(*archive.reader, dump, PayloadForm::kExact, unused));
  if (read.hash_matches != false) return {};
  return FailAt(ErrorCode::kCorrupt, dump.notes.front().payload.offset,
                "the payload does not match its checksum: pack what is left of it");
}

Result<DumpToAttach> ToAttach(Input& archive, const DeviceDump& dump) {
  DumpToAttach to_attach;
  to_attach.name = dump.name();
  to_attach.source = &archive.reader->data();
  to_attach.manifest = dump.manifest ? *dump.manifest : VMCOREDD_TRY(Describe(archive, dump));
  if (dump.manifest) VMCOREDD_TRY(CheckPayload(archive, dump));
  std::vector<Part> parts = to_attach.manifest.parts;
  if (parts.empty()) parts.push_back({to_attach.manifest.stored});
  if (parts.size() != dump.notes.size()) {
    return FailAt(ErrorCode::kCorrupt, dump.notes.front().payload.offset,
                  "the manifest says " + std::to_string(parts.size()) + " parts, found " +
                      std::to_string(dump.notes.size()));
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    const DumpNote& note = dump.notes[i];
    if (parts[i].stored > note.available) {
      return FailAt(ErrorCode::kCorrupt, note.payload.offset,
                    "expected " + std::to_string(parts[i].stored) + " bytes, found " +
                        std::to_string(note.available));
    }
    to_attach.parts.push_back({note.payload.offset, parts[i].stored});
  }
  return to_attach;
}

}  // namespace

Result<std::vector<DumpToAttach>> DumpsToAttach(Input& archive) {
  std::vector<DumpToAttach> dumps;
  for (const DeviceDump& dump : archive.table.dumps) {
    auto to_attach = ToAttach(archive, dump);
    if (!to_attach) return FailWith(std::move(to_attach).error(), NameText(dump.name()));
    dumps.push_back(std::move(*to_attach));
  }
  return dumps;
}

Result<void> CheckBelongs(Input& vmcore,
                          const std::vector<Input>& archives,
                          const std::vector<DumpToAttach>& dumps,
                          bool any_crash) {
  const auto crash = CrashHashOf(vmcore);
  std::set<std::string> captures;
  for (const ManifestFragment& fragment : vmcore.table.fragments) {
    captures.insert(fragment.capture_id);
  }
  for (const Input& archive : archives) {
    for (const ManifestFragment& fragment : archive.table.fragments) {
      if (!fragment.capture_id.empty() && captures.contains(fragment.capture_id)) {
        return Fail(ErrorCode::kRefused,
                    "the capture " + EscapeBytes(fragment.capture_id) + " is attached already");
      }
      if (any_crash || !crash || fragment.crash.empty() || fragment.crash == *crash) continue;
      return Fail(ErrorCode::kRefused,
                  PathText(archive.file()) + " belongs to another crash: expected " + *crash +
                      ", found " + EscapeBytes(fragment.crash) + "; --force attaches it anyway");
    }
  }

  // The same dumps under another capture's name: an archive that was packed again.
  std::set<std::pair<std::string, std::string>> present;
  for (const DeviceDump& dump : vmcore.table.dumps) {
    if (dump.manifest) present.insert({dump.name(), dump.manifest->hash});
  }
  const bool all_present = std::all_of(dumps.begin(), dumps.end(), [&](const DumpToAttach& dump) {
    return present.contains({dump.name, dump.manifest.hash});
  });
  if (all_present) return Fail(ErrorCode::kRefused, "all of these dumps are attached already");
  return {};
}

}  // namespace vmcoredd::cli
