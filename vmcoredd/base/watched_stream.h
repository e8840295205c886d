// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_WATCHED_STREAM_H_
#define VMCOREDD_BASE_WATCHED_STREAM_H_

#include <cstdint>
#include <optional>

#include "vmcoredd/base/output_stream.h"

namespace vmcoredd {

// Passes bytes on, counts them, and remembers when the other side failed: a copy
// that fails has one error, and a person must know which side it is of. Borrows
// the stream.
class WatchedStream final : public OutputStream {
 public:
  explicit WatchedStream(OutputStream& out) : out_(out) {}

  Result<void> Write(std::span<const std::byte> bytes) override {
    auto result = out_.Write(bytes);
    if (result) {
      written_ += bytes.size();
    } else {
      error_ = result.error();
    }
    return result;
  }
  uint64_t written() const { return written_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  OutputStream& out_;
  uint64_t written_ = 0;
  std::optional<Error> error_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_WATCHED_STREAM_H_
