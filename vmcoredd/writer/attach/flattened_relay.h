// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_FLATTENED_RELAY_H_
#define VMCOREDD_WRITER_ATTACH_FLATTENED_RELAY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/flattened.h"

namespace vmcoredd::attach {

// Passes a flattened kdump-compressed file from one descriptor to another, record
// by record through a fixed window, and keeps what stands before its page bitmap
// (the headers and the notes) in a temporary file without name. Of another file it
// keeps as much as tells what it is.
class FlattenedRelay {
 public:
  // Borrows the descriptors. `spool_folder` as for OpenTemporaryFile(). When there
  // is no place for a temporary file the input is passed on to its end before the
  // error is returned.
  static Result<FlattenedRelay> Create(int in,
                                       int out,
                                       const std::string& spool_folder,
                                       const ProgressCallback& progress);

  // Passes everything up to the end marker, which is read but not passed on. An
  // error with kNotRecognised, kTruncated or kCorrupt means that the input is not
  // a whole flattened file: it was passed on as it is, to its end.
  Result<void> PassRecords();

  // After PassRecords(): where the end marker belongs in the output, and what the
  // logical file is.
  uint64_t passed() const { return passed_; }
  uint64_t logical_end() const { return logical_end_; }
  // The beginning of the logical file, up to kept_end(); zeros where no record
  // was. Valid as long as the relay.
  Result<ByteSource*> Kept();
  uint64_t kept_end() const { return kept_end_; }

 private:
  FlattenedRelay(int in, int out, UniqueFd spool, const ProgressCallback& progress);

  // Reads until the buffer is full or the input ends.
  Result<size_t> Read(std::span<std::byte> bytes);
  Result<void> Pass(std::span<const std::byte> bytes);
  Result<void> PassRest();
  // Passes the rest of the input and returns `error`, or the error of passing.
  Result<void> GiveUp(Error error);
  Result<void> PassRecord(const FlattenedRecord& record);
  Result<void> Keep(uint64_t logical_offset, std::span<const std::byte> bytes);
  void LookForHeader();

  int in_;
  FdStream out_;
  UniqueFd spool_;
  ProgressCallback progress_;
  std::vector<std::byte> window_;
  uint64_t passed_ = 0;
  uint64_t logical_end_ = 0;
  uint64_t kept_end_;
  unsigned records_without_header_ = 0;
  bool header_known_ = false;
  std::unique_ptr<FileSource> kept_;
};

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_FLATTENED_RELAY_H_
