// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_ZSTD_STREAM_H_
#define VMCOREDD_BASE_ZSTD_STREAM_H_

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace vmcoredd {

// Compresses what is written to it into one zstd frame on `out`. Borrows `out`.
// Level 1 is the crash kernel's: its stream needs 1.3 MiB, level 3 needs 3.5.
class ZstdCompressStream final : public OutputStream {
 public:
  ZstdCompressStream(OutputStream& out, int level);
  ~ZstdCompressStream() override;
  Result<void> Write(std::span<const std::byte> bytes) override;
  // Ends the frame. Must be called, once.
  Result<void> Finish() override;

 private:
  Result<void> Run(std::span<const std::byte> bytes, bool end);

  struct Deleter {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  OutputStream& out_;
  std::unique_ptr<ZSTD_CCtx_s, Deleter> context_;
  std::vector<std::byte> window_;
};

// Decompresses what is written to it onto `out`. Frames may follow each other;
// skippable frames are skipped. Memory is bounded: a frame that asks for a
// window above 8 MiB is refused as kUnsupported. Borrows `out`.
class ZstdDecompressStream final : public OutputStream {
 public:
  explicit ZstdDecompressStream(OutputStream& out);
  ~ZstdDecompressStream() override;
  // kCorrupt when the bytes are not zstd.
  Result<void> Write(std::span<const std::byte> bytes) override;
  // kTruncated when the last frame is not complete.
  Result<void> Finish() override;

 private:
  struct Deleter {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  OutputStream& out_;
  std::unique_ptr<ZSTD_DCtx_s, Deleter> context_;
  std::vector<std::byte> window_;
  bool frame_open_ = false;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_ZSTD_STREAM_H_
