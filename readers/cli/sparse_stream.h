// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_SPARSE_STREAM_H_
#define READERS_CLI_SPARSE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "vmcoredd/base/output_file.h"

namespace vmcoredd::cli {

// Appends to a file, leaving a hole for each aligned block of zeros. Finish()
// must be called: zeros at the end are only then there. Borrows the file.
class SparseStream final : public OutputStream {
 public:
  explicit SparseStream(OutputFile& file) : file_(file) {}
  Result<void> Write(std::span<const std::byte> bytes) override;
  Result<void> Finish() override;

 private:
  OutputFile& file_;
  uint64_t pending_zeros_ = 0;  // after file_.end(), not yet in the file
};

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_SPARSE_STREAM_H_
