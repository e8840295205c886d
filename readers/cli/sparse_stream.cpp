// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/sparse_stream.h"

#include <algorithm>
#include <cstring>

namespace vmcoredd::cli {

bool IsZero(std::span<const std::byte> bytes) {
  return bytes[0] == std::byte{0} &&
         std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

Result<void> SparseStream::Write(std::span<const std::byte> bytes) {
  size_t data_begin = 0;  // bytes[data_begin, at) is data that is not yet written
  size_t at = 0;
  while (at < bytes.size()) {
    // Blocks are those of the file, wherever the caller cuts its windows.
    const uint64_t position = file_.end() + pending_zeros_ + (at - data_begin);
    const size_t size =
        std::min<uint64_t>(kSparseBlock - position % kSparseBlock, bytes.size() - at);
    if (IsZero(bytes.subspan(at, size))) {
      VMCOREDD_TRY(WriteData(bytes.subspan(data_begin, at - data_begin)));
      pending_zeros_ += size;
      data_begin = at + size;
    }
    at += size;
  }
  return WriteData(bytes.subspan(data_begin));
}

Result<void> SparseStream::WriteData(std::span<const std::byte> bytes) {
  if (bytes.empty()) return {};
  VMCOREDD_TRY(Finish());
  return file_.Write(bytes);
}

Result<void> SparseStream::Finish() {
  if (pending_zeros_ == 0) return {};
  VMCOREDD_TRY(file_.SetEnd(file_.end() + pending_zeros_));
  pending_zeros_ = 0;
  return {};
}

}  // namespace vmcoredd::cli
