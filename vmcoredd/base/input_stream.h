// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_INPUT_STREAM_H_
#define VMCOREDD_BASE_INPUT_STREAM_H_

#include <cstddef>
#include <span>

#include "vmcoredd/base/result.h"

namespace vmcoredd {

// Bytes that come in order and only once: a pipe, or what a decompressor makes
// of one.
class InputStream {
 public:
  virtual ~InputStream() = default;

  // Reads at least 1 and at most out.size() bytes and returns how many; 0 only
  // at the end. Returns what is there rather than wait for more. Not called
  // again after the end or an error.
  virtual Result<size_t> Read(std::span<std::byte> out) = 0;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_INPUT_STREAM_H_
