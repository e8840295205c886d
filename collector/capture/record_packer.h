// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_RECORD_PACKER_H_
#define VMCOREDD_COLLECTOR_CAPTURE_RECORD_PACKER_H_

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "vmcoredd/base/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace vmcoredd {

// Payloads of packed records of the spool: u32 LE, the bytes that were packed, then
// one zstd frame. Each record by itself, so that memory is a record's and damage costs
// one dump.
class RecordPacker {
 public:
  RecordPacker();
  ~RecordPacker();
  RecordPacker(RecordPacker&&) noexcept;
  RecordPacker& operator=(RecordPacker&&) = delete;

  // The payload, valid until the next call; nothing when it does not pay, or there is
  // no memory for it: `bytes` are then stored as they are.
  std::span<const std::byte> Pack(std::span<const std::byte> bytes);

 private:
  struct Deleter {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Deleter> context_;
  std::vector<std::byte> packed_;
};

class RecordUnpacker {
 public:
  RecordUnpacker();
  ~RecordUnpacker();
  RecordUnpacker(RecordUnpacker&&) noexcept;
  RecordUnpacker& operator=(RecordUnpacker&&) = delete;

  // The bytes that were packed, valid until the next call. kCorrupt when they are not
  // there, or are another number than the record says.
  Result<std::span<const std::byte>> Unpack(std::span<const std::byte> payload);

 private:
  struct Deleter {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Deleter> context_;
  std::vector<std::byte> bytes_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_RECORD_PACKER_H_
