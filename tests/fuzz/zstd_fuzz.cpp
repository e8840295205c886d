// SPDX-License-Identifier: LGPL-2.1-or-later
// Decompression of hostile frames, and compression as its inverse.
#include <algorithm>

#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/base/zstd_stream.h"

using namespace vmcoredd;

namespace {

constexpr uint64_t kMaxOutput = 4 * 1024 * 1024;

void Decompress(std::span<const std::byte> bytes, size_t step) {
  fuzz::BoundedStream out(kMaxOutput);
  ZstdDecompressStream stream(out);
  for (size_t at = 0; at < bytes.size(); at += step) {
    const auto written = stream.Write(bytes.subspan(at, std::min(step, bytes.size() - at)));
    if (!written) {
      fuzz::RequirePrintable(written.error());
      return;
    }
  }
  const auto finished = stream.Finish();
  if (!finished) fuzz::RequirePrintable(finished.error());
}

void RoundTrip(std::span<const std::byte> bytes) {
  BufferStream packed;
  ZstdCompressStream compress(packed, 1);
  const size_t half = bytes.size() / 2;
  fuzz::Require(
      compress.Write(bytes.first(half)) && compress.Write(bytes.subspan(half)) && compress.Finish(),
      "everything can be compressed");
  BufferStream plain;
  ZstdDecompressStream decompress(plain);
  fuzz::Require(decompress.Write(packed.bytes()) && decompress.Finish(),
                "what was compressed can be decompressed");
  fuzz::Require(std::equal(bytes.begin(), bytes.end(), plain.bytes().begin(), plain.bytes().end()),
                "decompressing gives back what was compressed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Input input(data, size);
  Decompress(input.bytes(), size + 1);
  Decompress(input.bytes(), 7);
  RoundTrip(input.bytes());
  return 0;
}
