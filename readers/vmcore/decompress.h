// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_DECOMPRESS_H_
#define READERS_VMCORE_DECOMPRESS_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "readers/vmcore/input_stream.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// What people put around a vmcore.
enum class Compression { kGzip, kBzip2, kLz4, kXz, kZstd };

// "gzip", "bzip2", "lz4", "xz" or "zstd".
std::string_view CompressionName(Compression compression);

// Enough of a file's first bytes for DetectCompression.
inline constexpr size_t kCompressionMagicBytes = 10;

// Tells the compression by magic; nothing for none of them.
std::optional<Compression> DetectCompression(std::span<const std::byte> first_bytes);

// The decompressed bytes of `in`. Members or frames that follow each other are
// one stream. When the compressed data is cut off or damaged, Read() first gives
// what could be decoded and then fails: kTruncated or kCorrupt. Bytes behind the
// compressed data that are not of its format are kCorrupt, after everything was
// given.
//
// Memory is bounded by the format's window: 8 MiB for gzip, bzip2 and lz4, 128
// MiB for zstd (its own tool's default limit), 1 GiB for xz (libarchive's limit;
// xz -9 takes 65 MiB).
Result<std::unique_ptr<InputStream>> MakeDecompressor(Compression compression,
                                                      std::unique_ptr<InputStream> in);

// `in` with its compression, if there is one, taken off.
struct DecompressedStream {
  std::unique_ptr<InputStream> stream;
  std::optional<Compression> compression;
};
Result<DecompressedStream> Decompress(std::unique_ptr<InputStream> in);

}  // namespace vmcoredd

#endif  // READERS_VMCORE_DECOMPRESS_H_
