// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_DEVICE_DUMP_TABLE_H_
#define READERS_VMCORE_DEVICE_DUMP_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "readers/vmcore/vmcore_reader.h"
#include "vmcoredd/format/manifest.h"
#include "vmcoredd/format/note_walker.h"

namespace vmcoredd {

// One 0x700 note's payload.
struct DumpNote {
  // Among the notes of type 0x700, from 0: crash's INDEX, which counts foreign
  // owners' and broken ones, too.
  uint32_t index = 0;
  std::string name;        // up to the first NUL, at most 44 bytes; raw
  std::string owner;       // "LINUX", unless somebody else's; raw
  ByteRange payload;       // in VmcoreReader::data()
  uint64_t available = 0;  // bytes of the payload that the file really has
};

// A device dump: one note, or the parts of one that the manifest joins.
struct DeviceDump {
  std::vector<DumpNote> notes;           // at least one
  std::optional<ManifestDump> manifest;  // what a fragment says of it
  std::optional<size_t> fragment;        // which one: index in fragments

  const std::string& name() const { return notes.front().name; }
  uint32_t index() const { return notes.front().index; }
  uint64_t size() const;   // payload bytes stored, all parts
  bool truncated() const;  // some payload bytes are not there
  // Exact bytes as the device gave them; nothing when only the kernel's page
  // multiple is known, of these notes or of those that they were packed from.
  std::optional<uint64_t> length() const;
};

// All device dumps of a vmcore, in file order, joined with what the manifest
// fragments say of them.
struct DeviceDumpTable {
  std::vector<DeviceDump> dumps;
  std::vector<ManifestFragment> fragments;
  // Ordinary notes, for `info`: the first kMaxListedNotes of them.
  std::vector<Note> other_notes;
  uint64_t other_note_count = 0;
  std::vector<Diagnostic> diagnostics;
};

// Arbitrary, far above any machine: bounds the memory that a hostile file can
// make us use. What is above is counted in a diagnostic.
inline constexpr uint64_t kMaxDeviceDumps = 16384;
inline constexpr uint64_t kMaxListedNotes = 4096;
inline constexpr uint64_t kMaxTableDiagnostics = 256;

// Walks all notes of `reader`. Never fails as a whole: damage becomes a
// diagnostic and the dumps that could be read stay.
//
// A manifest fragment describes dumps between the fragment before it and itself:
// n entries of one name mean the last n unclaimed dumps of that name, in order
// (FORMAT.md, "Manifest"). Hashes are not checked here, that takes reading the
// payloads: ExtractDump does it.
DeviceDumpTable ReadDeviceDumps(VmcoreReader& reader);

// How to write a payload out.
enum class PayloadForm {
  kExact,   // as the device gave it: cut to the manifest's length, decoded
  kStored,  // the bytes of the note(s), padding and codec included: what crash
            // and makedumpfile see
};

struct ExtractResult {
  uint64_t written = 0;
  // What the manifest's hash says; nothing when there is no hash to compare.
  std::optional<bool> hash_matches;
};

// Streams a payload to `out`. kTruncated when the file ends inside it: what was
// there has then been written. kCorrupt when a codec's data is damaged, or gives
// more than the manifest says: no more than that is written. `progress` counts
// payload bytes that were read.
Result<ExtractResult> ExtractDump(VmcoreReader& reader,
                                  const DeviceDump& dump,
                                  PayloadForm form,
                                  OutputStream& out,
                                  const ProgressCallback& progress = nullptr);

}  // namespace vmcoredd

#endif  // READERS_VMCORE_DEVICE_DUMP_TABLE_H_
