// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/decompress.h"

#include <string_view>
#include <utility>
#include <vector>

#include "readers/vmcore/decompressors.h"

namespace vmcoredd {

namespace {

struct Magic {
  Compression compression;
  std::string_view bytes;
};

using namespace std::string_view_literals;

constexpr Magic kMagics[] = {
    {Compression::kGzip, "\x1f\x8b\x08"sv},
    {Compression::kBzip2, "BZh"sv},  // and a digit, and one of two block magics
    {Compression::kLz4, "\x04\x22\x4d\x18"sv},
    {Compression::kLz4, "\x02\x21\x4c\x18"sv},  // the legacy frame: the kernel's, lz4 -l
    {Compression::kXz,
     "\xfd"
     "7zXZ\0"sv},
    {Compression::kZstd, "\x28\xb5\x2f\xfd"sv},
};

bool IsBzip2(std::string_view head) {
  // "BZh" alone is three letters of text.
  const std::string_view block = head.size() >= 10 ? head.substr(4, 6) : std::string_view();
  return head.size() >= 10 && head[3] >= '1' && head[3] <= '9' &&
         (block == "\x31\x41\x59\x26\x53\x59"sv || block == "\x17\x72\x45\x38\x50\x90"sv);
}

// A skippable frame is common to zstd and lz4; pzstd begins with one.
bool IsSkippableFrame(std::string_view head) {
  return head.size() >= 4 && (head[0] & '\xf0') == '\x50' && head.substr(1, 3) == "\x2a\x4d\x18"sv;
}

}  // namespace

std::string_view CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kGzip: return "gzip";
    case Compression::kBzip2: return "bzip2";
    case Compression::kLz4: return "lz4";
    case Compression::kXz: return "xz";
    case Compression::kZstd: return "zstd";
  }
  return "unknown";
}

std::optional<Compression> DetectCompression(std::span<const std::byte> first_bytes) {
  const std::string_view head(reinterpret_cast<const char*>(first_bytes.data()),
                              first_bytes.size());
  for (const Magic& magic : kMagics) {
    if (head.substr(0, magic.bytes.size()) != magic.bytes) continue;
    if (magic.compression == Compression::kBzip2 && !IsBzip2(head)) continue;
    return magic.compression;
  }
  if (IsSkippableFrame(head)) return Compression::kZstd;
  return std::nullopt;
}

Result<std::unique_ptr<InputStream>> MakeDecompressor(Compression compression,
                                                      std::unique_ptr<InputStream> in) {
  switch (compression) {
    // libarchive 3.6 does not look at gzip's checksum, and takes the last decoded
    // block with it when a zstd frame is followed by garbage.
    case Compression::kGzip: return internal::MakeGzipDecoder(std::move(in));
    case Compression::kZstd: return internal::MakeZstdDecoder(std::move(in));
    default: return internal::MakeLibarchiveDecoder(compression, std::move(in));
  }
}

Result<DecompressedStream> Decompress(std::unique_ptr<InputStream> in) {
  std::vector<std::byte> head(kCompressionMagicBytes);
  size_t filled = 0;
  while (filled < head.size()) {
    const size_t got = VMCOREDD_TRY(in->Read(std::span(head).subspan(filled)));
    if (got == 0) break;
    filled += got;
  }
  head.resize(filled);
  DecompressedStream result;
  result.compression = DetectCompression(head);
  result.stream = std::make_unique<PrefixedInputStream>(std::move(head), std::move(in));
  if (result.compression) {
    result.stream = VMCOREDD_TRY(MakeDecompressor(*result.compression, std::move(result.stream)));
  }
  return result;
}

}  // namespace vmcoredd
