// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ARCHIVE_WRITER_H_
#define VMCOREDD_WRITER_ARCHIVE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"
#include "vmcoredd/writer/registry.h"

namespace vmcoredd {

struct ArchiveOptions {
  uint64_t page_size = 4096;  // notes are multiples of it; a power of two
  // Payload bytes a note may hold before the dump continues in another part,
  // rounded up so that a full note ends with its page. The default is the
  // format's limit; tests lower it.
  uint64_t max_note_payload = 0;  // 0: MaxDumpPayload(page_size)
  OutputFile::Existing existing = OutputFile::Existing::kFail;
  std::string path;
};

// Writes a .vmcoredd archive (FORMAT.md, "Archive"): ELF64 ET_CORE with one
// PT_NOTE: dump notes, each followed by nothing but page padding, then the manifest
// fragment that describes them; and the same again for every further capture. Payloads are
// streamed, and what the manifest says of a dump waits in a nameless file beside the archive:
// memory is one window, and the names.
//
//   auto archive = VMCOREDD_TRY(ArchiveWriter::Create(options));
//   VMCOREDD_TRY(archive.BeginDump("pci_0000:00:04.0"));
//   VMCOREDD_TRY(archive.Write(bytes));                 // any number of times
//   VMCOREDD_TRY(archive.EndDump(describe));            // completes the note
//   VMCOREDD_TRY(archive.Finish(fragment));             // manifest, header, rename
class ArchiveWriter {
 public:
  static Result<ArchiveWriter> Create(const ArchiveOptions& options);
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ArchiveWriter& operator=(ArchiveWriter&&) = delete;
  ~ArchiveWriter();

  // Starts a note. `name` may be any bytes without NUL, at most 44: dumps that are
  // repacked keep the names they came with. A 44th byte is cut off, with a
  // warning in the manifest: readers need the NUL.
  Result<void> BeginDump(std::string name, Codec codec = Codec::kNone);
  // The dump's bytes as the device gave them: the writer hashes, compresses and
  // splits into parts.
  Result<void> Write(std::span<const std::byte> bytes);
  // Completes the note(s). `facts` says what only the caller knows (source,
  // device, times, outcome, holes); name, ordinal, length, hash, codec, stored
  // and parts are filled in here.
  Result<void> EndDump(ManifestDump facts);
  // Takes the unfinished dump back, as if BeginDump had not been called. Also after
  // an error of Write() or EndDump(), if the device allows.
  Result<void> DropDump();

  // Writes the manifest fragment of the dumps since the last one (its `dumps` are not looked
  // at: they are what was written). More dumps, of another capture, may follow.
  Result<void> EndFragment(const ManifestFragment& fragment);
  // Completes the ELF header and commits the file.
  Result<void> Finish();
  // Both, for the archive of one capture.
  Result<void> Finish(const ManifestFragment& fragment);

  // Bytes so far.
  uint64_t size() const;

 private:
  class Impl;
  explicit ArchiveWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Runs one registration into an archive: asks the size, calls the callback,
// pads what is short and cuts what is long (both with a warning and the outcome
// kPartial), drops the dump and returns the error when the callback fails before
// its first byte. A stream callback that writes more than its size (or than
// `quota`, if the size is not known) gets kLimitExceeded from Write() and should
// return.
//
// kLimitExceeded, without a note, when the size is above `quota`.
Result<void> CollectInto(ArchiveWriter& archive,
                         const DumpRegistration& registration,
                         uint64_t quota,
                         Codec codec);

}  // namespace vmcoredd

#endif  // VMCOREDD_WRITER_ARCHIVE_WRITER_H_
