// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_DUMP_SINK_H_
#define VMCOREDD_COLLECTOR_CAPTURE_DUMP_SINK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// Where a capture goes while it arrives: the spool of a crash kernel, or the archive of a
// running machine. One dump at a time; it is complete once EndDump() has returned, until
// then DropDump() takes it back.
class DumpSink {
 public:
  virtual ~DumpSink() = default;

  // Payload bytes that still fit for certain.
  virtual uint64_t room() const = 0;

  // Of `head`: name, source, content, time, phase, device. A spool does not keep the content.
  virtual Result<void> BeginDump(const ManifestDump& head) = 0;
  // kLimitExceeded, and nothing written, when it does not fit.
  virtual Result<void> Write(std::span<const std::byte> bytes) = 0;
  virtual Result<void> WriteHole(uint64_t size, std::string_view reason) = 0;
  // Dropped when they do not fit: a remark must not cost the dump.
  virtual Result<void> AddWarning(std::string_view text) = 0;
  virtual Result<void> AddPerturbation(std::string_view text) = 0;
  virtual Result<void> EndDump(Outcome outcome, uint64_t duration_us) = 0;
  // Takes an unfinished dump back; nothing to do when there is none.
  virtual Result<void> DropDump() = 0;

  virtual Result<void> AddSkip(const ManifestSkip& skip) = 0;
  virtual Result<void> AddNote(std::string_view text) = 0;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_DUMP_SINK_H_
