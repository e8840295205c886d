// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_LIVE_ARCHIVE_SINK_H_
#define VMCOREDD_COLLECTOR_LIVE_ARCHIVE_SINK_H_

#include <string>
#include <unordered_set>

#include "collector/capture/dump_sink.h"
#include "vmcoredd/writer/archive_writer.h"

namespace vmcoredd {

// Puts a capture straight into an archive: no spool in between, and in memory only what the
// manifest says of the capture as a whole, and the names.
class ArchiveSink final : public DumpSink {
 public:
  // Of `capture` everything but the dumps goes into the manifest. `max_bytes` bounds the
  // dumps in the archive.
  ArchiveSink(ArchiveWriter archive, ManifestFragment capture, Codec codec, uint64_t max_bytes);

  uint64_t room() const override;
  // kAlreadyExists for a second dump of one name: FORMAT.md, "Names".
  Result<void> BeginDump(const ManifestDump& head) override;
  Result<void> Write(std::span<const std::byte> bytes) override;
  Result<void> WriteHole(uint64_t size, std::string_view reason) override;
  Result<void> AddWarning(std::string_view text) override;
  Result<void> AddPerturbation(std::string_view text) override;
  Result<void> EndDump(Outcome outcome, uint64_t duration_us) override;
  Result<void> DropDump() override;
  // Both are counted, and those past the limits left out.
  Result<void> AddSkip(const ManifestSkip& skip) override;
  Result<void> AddNote(std::string_view text) override;

  // Writes the manifest and gives the archive its name.
  Result<void> Finish();

  ManifestFragment& capture() { return capture_; }
  uint64_t size() const { return archive_.size(); }

 private:
  ArchiveWriter archive_;
  ManifestFragment capture_;
  Codec codec_;
  uint64_t max_bytes_;
  bool is_open_ = false;
  ManifestDump facts_;    // of the open dump
  uint64_t written_ = 0;  // bytes of it, holes included
  std::unordered_set<std::string> names_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_LIVE_ARCHIVE_SINK_H_
