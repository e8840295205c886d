// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_SPOOL_WRITER_H_
#define VMCOREDD_COLLECTOR_CAPTURE_SPOOL_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/capture/dump_sink.h"
#include "collector/capture/record_packer.h"
#include "collector/capture/spool_format.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// Appends a capture to a new spool.
class SpoolWriter final : public DumpSink {
 public:
  // Makes the folder if it is not there, and the spool in it. kAlreadyExists when
  // there is one: it holds a capture that nobody has saved yet. Of `capture`
  // everything but dumps and skips is recorded. `max_bytes` bounds the file. kRefused
  // while another capture writes to a spool in this folder. With `compress` data is
  // stored packed where that pays.
  static Result<SpoolWriter> Create(const std::string& folder,
                                    const ManifestFragment& capture,
                                    uint64_t max_bytes,
                                    bool compress = false);

  uint64_t room() const override;
  Result<void> BeginDump(const ManifestDump& head) override;
  Result<void> Write(std::span<const std::byte> bytes) override;
  Result<void> WriteHole(uint64_t size, std::string_view reason) override;
  Result<void> AddWarning(std::string_view text) override;
  Result<void> AddPerturbation(std::string_view text) override;
  // Also makes the dump durable. Always fits.
  Result<void> EndDump(Outcome outcome, uint64_t duration_us) override;
  Result<void> DropDump() override;
  Result<void> AddSkip(const ManifestSkip& skip) override;
  Result<void> AddNote(std::string_view text) override;
  // The capture came to its end.
  Result<void> Finish();

 private:
  SpoolWriter(UniqueFd folder, UniqueFd fd, uint64_t max_bytes, bool compress)
      : folder_(std::move(folder)),
        fd_(std::move(fd)),
        max_bytes_(max_bytes),
        compress_(compress) {}
  Result<void> Append(SpoolRecord type,
                      std::string_view head,
                      std::span<const std::byte> body,
                      uint64_t reserved);
  // Takes the disk's blocks for `size` more bytes before they are needed.
  Result<void> Reserve(uint64_t size);
  // Writes what is held back to be packed together.
  Result<void> Flush();
  Result<void> AppendText(SpoolRecord type, std::string_view text, uint64_t reserved);
  Result<void> AppendRemark(SpoolRecord type, std::string_view text);

  UniqueFd folder_;  // locked
  UniqueFd fd_;
  uint64_t max_bytes_;
  bool compress_;
  RecordPacker packer_;
  std::vector<std::byte> pending_;  // data that is not in a record yet
  uint64_t end_ = 0;
  uint64_t allocated_ = 0;               // bytes of the file that the disk has blocks for
  std::optional<uint64_t> dump_begin_;   // where an unfinished dump starts
  std::optional<PayloadHasher> hasher_;  // inside a dump
  bool broken_ = false;                  // a torn record could not be taken back
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_SPOOL_WRITER_H_
