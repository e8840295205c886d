// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/sparse_stream.h"

#include "vmcoredd/base/zero_blocks.h"

namespace vmcoredd::cli {

Result<void> SparseStream::Write(std::span<const std::byte> bytes) {
  return VisitBlockRuns(file_.end() + pending_zeros_, bytes,
                        [&](uint64_t, auto run, bool is_zero) -> Result<void> {
                          if (is_zero) {
                            pending_zeros_ += run.size();
                            return {};
                          }
                          VMCOREDD_TRY(Finish());
                          return file_.Write(run);
                        });
}

Result<void> SparseStream::Finish() {
  if (pending_zeros_ == 0) return {};
  VMCOREDD_TRY(file_.SetEnd(file_.end() + pending_zeros_));
  pending_zeros_ = 0;
  return {};
}

}  // namespace vmcoredd::cli
