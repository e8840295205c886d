// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything behind `list`, `extract` and `verify`: any container, compression
// around it, the dump table, payloads and their codecs.
#include "readers/vmcore/open_vmcore.h"

#include <memory>

#include "readers/vmcore/device_dump_table.h"
#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;

namespace {

constexpr uint64_t kMaxPayload = 1024 * 1024;
constexpr uint64_t kMaxSpool = 1024 * 1024;
constexpr size_t kMaxExtracted = 8;

void CheckDump(VmcoreReader& reader, const DeviceDump& dump) {
  fuzz::Require(!dump.notes.empty(), "a dump has a note");
  fuzz::Require(dump.name().size() <= 44, "a name is at most 44 bytes");
  uint64_t size = 0;
  for (const DumpNote& note : dump.notes) {
    fuzz::Require(note.payload.End().has_value(), "a payload does not wrap around");
    fuzz::Require(note.available <= note.payload.size, "no more is there than was stored");
    size += note.payload.size;
  }
  fuzz::Require(size == dump.size(), "the parts make the size");
  for (const auto form : {PayloadForm::kExact, PayloadForm::kStored}) {
    fuzz::BoundedStream out(kMaxPayload);
    const auto extracted = ExtractDump(reader, dump, form, out);
    if (!extracted) {
      fuzz::RequirePrintable(extracted.error());
    } else {
      fuzz::Require(extracted->written == out.written(), "what was written is counted");
    }
    if (form == PayloadForm::kStored) {
      fuzz::Require(out.written() <= size, "no more is extracted than was stored");
    } else if (dump.manifest) {
      fuzz::Require(out.written() <= dump.manifest->length, "nor more than the manifest's length");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Input input(data, size);
  for (const bool leading : {false, true}) {
    OpenOptions options;
    options.leading_records_only = leading;
    options.spool_folder = "/dev/shm";
    options.max_spool = kMaxSpool;
    const auto opened = OpenVmcore(std::make_unique<MemorySource>(input.bytes()), options);
    if (!opened) {
      fuzz::RequirePrintable(opened.error());
      continue;
    }
    VmcoreReader& reader = **opened;
    const DeviceDumpTable table = ReadDeviceDumps(reader);
    fuzz::Require(table.dumps.size() <= kMaxDeviceDumps, "dumps are bounded");
    fuzz::Require(table.other_notes.size() <= kMaxListedNotes, "notes are bounded");
    for (const auto& diagnostic : table.diagnostics) fuzz::RequirePrintable(diagnostic.error);
    for (size_t i = 0; i < table.dumps.size() && i < kMaxExtracted; ++i) {
      CheckDump(reader, table.dumps[i]);
    }
    const auto verified = reader.VerifyStructure(
        [](Diagnostic diagnostic) { fuzz::RequirePrintable(diagnostic.error); }, nullptr);
    if (!verified) fuzz::RequirePrintable(verified.error());
  }
  return 0;
}
