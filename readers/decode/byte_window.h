// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_BYTE_WINDOW_H_
#define READERS_DECODE_BYTE_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "readers/decode/decode_sink.h"
#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// The bytes that a structure is decoded from, with what is known to be missing in them.
// Reads through a small cache, so that fields can be asked for one by one. Not copied.
class ByteWindow {
 public:
  // Borrows the source. `holes` need not be sorted, may overlap and reach anywhere: a
  // manifest says what it likes.
  ByteWindow(ByteSource& source, std::string path, std::vector<Hole> holes);

  const WindowInfo& info() const { return info_; }
  // Says what it was made of.
  void SetOuter(const WindowInfo& outer, std::vector<WindowPiece> pieces, bool is_coded) {
    info_.outer = &outer;
    info_.pieces = std::move(pieces);
    info_.is_coded = is_coded;
  }
  // The number of bytes; of a source that does not know, the largest number.
  uint64_t size() const { return size_; }

  struct Answer {
    FieldState state = FieldState::kRead;
    size_t size = 0;               // bytes read
    const Hole* hole = nullptr;    // that the bytes are in
    std::optional<Error> error{};  // why bytes are missing, if not by the window's end
  };
  // kMissing when not all bytes are there, kHole when any of them is in a hole.
  Answer Read(uint64_t offset, std::span<std::byte> out);

  // The first hole that any byte of the range is in; no bytes are read.
  const Hole* FindHole(uint64_t offset, uint64_t size) const;
  const std::vector<Hole>& holes() const { return holes_; }

 private:
  static constexpr size_t kCacheBytes = 16 * 1024;

  Result<size_t> FillCache(uint64_t offset, size_t least);

  ByteSource& source_;
  WindowInfo info_;
  uint64_t size_;
  std::vector<Hole> holes_;  // ascending and apart
  std::vector<std::byte> cache_;
  uint64_t cache_at_ = 0;
};

}  // namespace vmcoredd

#endif  // READERS_DECODE_BYTE_WINDOW_H_
