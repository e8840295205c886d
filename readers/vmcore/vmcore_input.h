// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_VMCORE_INPUT_H_
#define READERS_VMCORE_VMCORE_INPUT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/vmcore/input_stream.h"
#include "readers/vmcore/open_vmcore.h"
#include "readers/vmcore/spooled_source.h"
#include "readers/vmcore/vmcore_reader.h"
#include "vmcoredd/format/flattened.h"

namespace vmcoredd {

// The chain from a file to the logical file that ELF and kdump readers read:
//
//   file ------------------------------------+-> [FlattenedSource] -> data()
//   pipe or compressed file -> SpooledSource -+
//
// and what is known to be wrong with its links.
class VmcoreInput {
 public:
  // Detects what is around the vmcore.
  static Result<std::unique_ptr<VmcoreInput>> Open(std::unique_ptr<ByteSource> file,
                                                   const OpenOptions& options);
  static Result<std::unique_ptr<VmcoreInput>> Open(std::unique_ptr<InputStream> stream,
                                                   const OpenOptions& options);

  ByteSource& data() { return flattened_ ? static_cast<ByteSource&>(*flattened_) : *file_; }
  const std::string& compression() const { return compression_; }
  bool flattened() const { return flattened_ != nullptr; }
  // Only the leading records of a flattened file are known.
  bool leading_only() const { return leading_only_; }
  // Is the file flattened, but without its last records? makedumpfile writes some
  // headers last: they read as zeros then.
  bool lacks_last_records() const { return flattened_ && !flattened_->state().end_marker; }
  // The first records of a flattened file, with the sizes that they claim. As many
  // as can be read, up to kLeadingRecords.
  std::vector<FlattenedRecord> LeadingRecords();

  // Fills in `compression`, `complete` and diagnostics, as far as this chain
  // knows. To be called first: readers add what they know.
  void Describe(VmcoreInfo& info) const;
  // What the stream below ended with, if it was not its end.
  std::optional<Error> stream_damage() const;

  // Reads a stream to its end, so that data().Size() is known and checksums were
  // looked at; keeps what lies below `keep_until` readable. Does nothing for a
  // file.
  Result<void> ReadToEnd(uint64_t keep_until, const ProgressCallback& progress);
  // Reports what is wrong with the chain: a damaged stream, a flattened file's
  // missing end marker, bytes behind it. After ReadToEnd(). kInvalidArgument when
  // only the leading records of a flattened file are known.
  Result<void> Verify(const VmcoreReader::ReportCallback& report) const;

 private:
  VmcoreInput() = default;
  Result<void> Unflatten(const OpenOptions& options);

  std::string compression_;
  std::unique_ptr<ByteSource> file_;
  SpooledSource* spool_ = nullptr;  // file_, if it is one
  std::unique_ptr<FlattenedSource> flattened_;
  bool leading_only_ = false;
};

// makedumpfile and QEMU write notes as one record, the third or fourth.
inline constexpr size_t kLeadingRecords = 8;

// Is everything below `end`, which the headers promise, there? Sets
// info.complete to false with a diagnostic when it is not. `what` names what
// reaches up to `end`.
void CheckPromisedEnd(VmcoreInfo& info,
                      std::optional<uint64_t> size,
                      uint64_t end,
                      std::string_view what);
// The same, as an error.
std::optional<Error> MissingBytes(uint64_t size, uint64_t end, std::string_view what);

}  // namespace vmcoredd

#endif  // READERS_VMCORE_VMCORE_INPUT_H_
